/**
 * The benchmark as a page runs it: for each case of each operation, all contestants prepare, are checked against
 * double precision, and race. To add an operation or a contestant, write its file and name it in the lists below.
 */
import { arithmeticCeilings, trafficCeilings } from "./ceilings.js";
import { race } from "./measure.js";
import * as attention from "./operations/attention.js";

const OPERATIONS = [attention];
const CONTESTANTS = {
  attnlab: () => import("./contestants/attnlab.js"),
  onnxruntime: () => import("./contestants/onnxruntime.js"),
  naive: () => import("./contestants/naive.js"),
};

/** Prepares one contestant and checks it; a contestant that cannot do a case says why instead of stopping the run. */
async function prepare(contestant, operation, size, given) {
  try {
    const task = await contestant.operations[operation.name](size, given);
    await task.run();
    const verdict = operation.check(size, given, await task.result());
    return { contestant, task, ...verdict };
  } catch (error) {
    return { contestant, failure: String(error.message ?? error) };
  }
}

async function runCase(operation, size, contestants, ceilings, options) {
  const given = operation.inputs(size);
  const prepared = [];
  for (const contestant of contestants.filter(({ operations }) => operations[operation.name])) {
    prepared.push(await prepare(contestant, operation, size, given));
  }
  const racing = prepared.filter(({ correct }) => correct);
  const times = await race(
    [...ceilings, ...racing.map(({ contestant, task }) => ({ name: contestant.name, run: task.run }))],
    options,
  );
  const flops = operation.flops(size);
  const results = prepared.map(({ contestant: { name, kind, variant }, task, failure, correct, largestError }) => {
    if (!correct) return { name, kind, variant, failure: failure ?? `wrong by ${largestError.toExponential(1)}` };
    const { multiplier = 1 } = task;
    const { median, fastest, slowest, samples } = times.get(name);
    return {
      name,
      kind,
      variant,
      milliseconds: median * multiplier,
      fastest: fastest * multiplier,
      slowest: slowest * multiplier,
      samples,
      gflops: flops / (median * multiplier) / 1e6,
      largestError,
    };
  });
  for (const { task } of prepared) await task?.dispose();
  const ceilingResults = ceilings.map(({ name, kind, variant, flops: charged }) => {
    const { median, fastest, slowest, samples } = times.get(name);
    return { name, kind, variant, milliseconds: median, fastest, slowest, samples, gflops: charged / median / 1e6 };
  });
  return { operation: operation.name, label: size.label, size, flops, results, ceilings: ceilingResults };
}

async function traffic(options) {
  const contestants = await trafficCeilings();
  const times = await race(contestants, options);
  return contestants.map(({ name, bytes }) => ({
    name,
    gigabytesPerSecond: bytes / times.get(name).median / 1e6,
  }));
}

/**
 * Runs the benchmark.
 *
 * @param {object} options
 * @param {string[]} options.contestants  names out of CONTESTANTS
 * @param {string} [options.only]  run only the cases whose "operation label" contains this
 * @param {number} options.rounds  samples per contestant and case
 * @param {number} options.warmMilliseconds  least warm-up of each contestant
 * @param {number} options.sampleMilliseconds  least length of a sample
 * @param {(line: string) => void} [progress]
 */
export async function run(options, progress = () => {}) {
  const contestants = [];
  for (const name of options.contestants) {
    contestants.push(...(await (await CONTESTANTS[name]()).contestants()));
  }
  const ceilings = await arithmeticCeilings();
  progress("memory traffic");
  const report = { isolated: globalThis.crossOriginIsolated, traffic: await traffic(options), cases: [] };
  for (const operation of OPERATIONS) {
    for (const size of operation.cases) {
      const title = `${operation.name} ${size.label}`;
      if (!title.includes(options.only ?? "")) continue;
      progress(title);
      report.cases.push(await runCase(operation, size, contestants, ceilings, options));
    }
  }
  return report;
}

globalThis.attnlabBenchmark = { run };
