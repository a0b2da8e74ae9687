/**
 * One case: its contestants prepare, are checked against double precision, the fastest way of each is chosen, and those
 * race, the ceilings among them.
 */
import { rateOf } from "./ceilings.js";
import { race, timeOf } from "./measure.js";

/** onnxruntime throws numbers when its memory ends, and names folders of the machine that built it. */
const reasonOf = (error) =>
  String(error?.message ?? error)
    .replace(/\S*\/(?=\S)/g, "")
    .slice(0, 160);

/** Prepares one way of a contestant and checks it; what cannot do a case says why instead of stopping the run. */
async function prepare(contestant, operation, size, given) {
  let task;
  try {
    task = await contestant.operations[operation.name](size, given);
    await task.before?.();
    await task.run();
    const verdict = operation.check(size, given, await task.result());
    if (!verdict.correct) throw new Error(`wrong by ${verdict.largestError.toExponential(1)}`);
    return { contestant, task, largestError: verdict.largestError, trial: await timeOf(task.run) };
  } catch (error) {
    await task?.dispose();
    const failure = reasonOf(error);
    return { contestant, failure, absent: error?.absent === true };
  }
}

/** Ways of the same name: the fastest in the trial races, the others are noted. */
async function choose(ways) {
  const able = ways.filter(({ task }) => task).sort((a, b) => a.trial - b.trial);
  const [chosen = ways[0], ...slower] = able;
  for (const { task } of slower) await task.dispose();
  const note = ({ contestant: { way }, trial, failure }) => ({
    way,
    ...(failure ? { failure } : { milliseconds: trial }),
  });
  const others = ways.filter((way) => way !== chosen).map(note);
  return { ...chosen, otherWays: others };
}

/** A peer this far behind the best of them is told by its single call: nine samples would take minutes. */
const [HOPELESS_MILLISECONDS, HOPELESS_RATIO] = [2000, 8];

async function dropHopeless(chosen) {
  const best = Math.min(...chosen.map(({ contestant, trial }) => (contestant.kind === "peer" && trial) || Infinity));
  for (const one of chosen) {
    if (one.contestant.kind !== "peer" || !(one.trial > Math.max(HOPELESS_MILLISECONDS, HOPELESS_RATIO * best)))
      continue;
    await one.task.dispose();
    one.task = undefined;
    one.failure = `one call took ${(one.trial / 1000).toFixed(1)} s; not raced`;
  }
}

async function chosenOf(operation, size, contestants) {
  const { who = () => true } = size;
  const given = operation.inputs(size);
  const byName = new Map();
  for (const contestant of contestants.filter((one) => one.operations[operation.name] && who(one))) {
    const prepared = await prepare(contestant, operation, size, given);
    byName.set(contestant.name, [...(byName.get(contestant.name) ?? []), prepared]);
  }
  const chosen = [];
  for (const ways of byName.values()) chosen.push(await choose(ways));
  await dropHopeless(chosen);
  return { chosen, given };
}

/** Where an operation or a case names another one beside it (a backward pass its forward pass), that races too. */
async function besideOf(beside, size, given, chosen) {
  if (!beside) return [];
  const { operation, label, change = {}, who = () => true } = beside;
  const able = chosen.filter(({ task, contestant }) => task && contestant.operations[operation] && who(contestant));
  return Promise.all(
    able.map(async ({ contestant }) => {
      const task = await contestant.operations[operation]({ ...size, ...change }, given);
      return { name: besideName(contestant.name, label), task };
    }),
  );
}

const besideName = (name, label) => `${name}: ${label}`;

function resultOf({ contestant, task, failure, absent, largestError, otherWays }, beside, charge, times) {
  const { name, kind, peer, variant, form, threads, way, oneThread } = contestant;
  const about = {
    name,
    kind,
    peer,
    variant,
    form,
    threads,
    oneThread,
    way,
    ...(otherWays.length > 0 ? { otherWays } : {}),
  };
  if (!task) return { ...about, failure, ...(absent ? { absent } : {}) };
  const { multiplier = 1 } = task;
  const { median, fastest, slowest, spread, samples } = times.get(name);
  const milliseconds = median * multiplier;
  const other = beside && times.get(besideName(name, beside.label));
  return {
    ...about,
    milliseconds,
    fastest: fastest * multiplier,
    slowest: slowest * multiplier,
    spread,
    samples,
    ...(charge.flops ? { gflops: charge.flops / milliseconds / 1e6 } : {}),
    ...(charge.bytes ? { gigabytesPerSecond: charge.bytes / milliseconds / 1e6 } : {}),
    ...(other ? { beside: { label: beside.label, milliseconds: other.median } } : {}),
    largestError,
  };
}

const ceilingOf = ({ name, variant, flops, bytes }, times) => {
  const { median, ...rest } = times.get(name);
  return {
    name,
    variant,
    milliseconds: median,
    ...rest,
    ...(flops ? { gflops: flops / median / 1e6 } : {}),
    ...(bytes ? { gigabytesPerSecond: bytes / median / 1e6 } : {}),
  };
};

/**
 * Measures a case.
 *
 * @param {object} operation  see operations/attention.js
 * @param {object} size  one of its cases
 * @param {object[]} contestants
 * @param {Awaited<ReturnType<import("./ceilings.js").openCeilings>>} ceilings
 * @param {Parameters<typeof race>[1]} options
 */
export async function runCase(operation, size, contestants, ceilings, options) {
  const { chosen, given } = await chosenOf(operation, size, contestants);
  const named = size.beside ?? operation.beside;
  const beside = await besideOf(named, size, given, chosen);
  const wanted = operation.traffic?.(size);
  const held = wanted ? [ceilings.traffic(wanted.kind, wanted.floats)] : ceilings.arithmetic;
  const charge = { flops: operation.flops?.(size), bytes: wanted && held[0].bytes };
  const racers = [
    ...held,
    ...chosen.filter(({ task }) => task).map(({ contestant, task }) => ({ ...task, name: contestant.name })),
    ...beside.map(({ name, task }) => ({ ...task, name })),
  ];
  const before = wanted && (await ceilings.beyondCaches(wanted.kind, options));
  const times = await race(racers, options);
  const after = wanted && (await ceilings.beyondCaches(wanted.kind, options));
  for (const { task } of [...chosen, ...beside]) await task?.dispose();
  return {
    operation: operation.name,
    label: size.label,
    ...(charge.flops ? { flops: charge.flops } : {}),
    ...(charge.bytes ? { bytes: charge.bytes } : {}),
    ...(wanted ? { traffic: rateOf([before, after]) } : {}),
    results: chosen.map((one) => resultOf(one, named, charge, times)),
    ceilings: held.map((ceiling) => ceilingOf(ceiling, times)),
  };
}
