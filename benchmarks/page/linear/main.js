/**
 * What attention of linear cost costs: beside the machine's multiply-add ceiling, beside itself at half the length, and
 * beside our own exact attention. ../../linear.mjs opens the page and asks for one part after the other; what follows from
 * the figures is in ../../lib/linear_section.mjs.
 *
 * One thread, the relaxed binary, one head of d = 64, with plain tensors and at long lengths with residents, too; medians of rounds in which
 * all contestants and the ceiling take turns.
 */
import { load } from "/attnlab/dist/index.js";
import { openCeilings } from "../ceilings.js";
import { someOf } from "../double.js";
import { race } from "../measure.js";
import { normals } from "../random.js";
import { largestDifference, performerRows, TOLERANCE } from "./double.js";
import { openMethod } from "./methods.js";
import { CROSSOVER_LENGTHS, D, FEATURES, METHODS } from "./names.js";

/** Where costs should double, and a length that the landmarks do not divide. */
const LONG = [4096, 8192, 16384];
const UNEVEN = 8191;
/** The length at which a causal mask is compared with none. */
const CAUSAL_AT = 8192;
const VARIANT = "relaxed";

/** @param {number} heads @param {number} n */
function problem(heads, n) {
  const shape = heads === 1 ? [n, D] : [heads, n, D];
  const given = { q: normals(heads * n * D, 1), k: normals(heads * n * D, 2), v: normals(heads * n * D, 3) };
  return { given, tensors: ["q", "k", "v"].map((name) => ({ data: given[name], shape })) };
}

/** A method at a length as a contestant: checked in double on some rows, and left out with the reason if it is wrong. */
function contestant({ key, opened }, n, causal, { given, tensors }) {
  const run = () => opened.run(...tensors, causal);
  const about = { key, n, causal, name: `${key} ${n}${causal ? " causal" : ""}`, flops: opened.flops(n), run };
  try {
    const rows = someOf(n);
    const largestError = largestDifference(run().data, rows, opened.rows(given, { n, d: D, causal }, rows));
    const failure = largestError <= TOLERANCE ? undefined : `wrong by ${largestError.toExponential(1)}`;
    return { ...about, largestError, failure };
  } catch (error) {
    return { ...about, failure: String(error?.message ?? error).slice(0, 160) };
  }
}

/** The same contestant with inputs and result in the memory of the kernels; right if that one is. */
function withResidents(lab, method, plain, { tensors }) {
  const residents = tensors.map((tensor) => lab.resident(tensor));
  const out = lab.resident(tensors[0].shape);
  const run = () => method.opened.run(...residents, plain.causal, out);
  return { ...plain, name: `${plain.name}, residents`, residents: [...residents, out], run };
}

const timesOf = ({ median, ...rest }) => ({ milliseconds: median, ...rest });

/** Races the able ones and the ceiling; figures by what was raced. */
async function raceOf(racers, timing) {
  const [ceiling] = (await openCeilings()).arithmetic;
  const results = await race([ceiling, ...racers.filter(({ failure }) => failure === undefined)], timing);
  const limit = timesOf(results.get(ceiling.name));
  return {
    ceiling: {
      name: ceiling.name,
      variant: ceiling.variant,
      ...limit,
      gflops: ceiling.flops / limit.milliseconds / 1e6,
    },
    entries: racers.map(({ key, n, causal, residents, flops, largestError, failure, name }) => ({
      key,
      n,
      causal,
      ...(residents ? { residents: true } : {}),
      ...(flops === undefined ? {} : { flops }),
      ...(failure === undefined ? { ...timesOf(results.get(name)), largestError } : { failure }),
    })),
  };
}

async function opened() {
  const lab = await load({ variant: VARIANT });
  return { lab, methods: METHODS.map((method) => ({ ...method, opened: openMethod(lab, method.key) })) };
}

/** Each method at long lengths, and with a causal mask at one of them. */
async function long(timing) {
  const { lab, methods } = await opened();
  const problems = new Map([...LONG, UNEVEN].map((n) => [n, problem(1, n)]));
  const racers = methods.flatMap((method) => {
    const at = (n, causal) => contestant(method, n, causal, problems.get(n));
    return [
      ...LONG.flatMap((n) => {
        const plain = at(n, method.causal);
        return [plain, withResidents(lab, method, plain, problems.get(n))];
      }),
      ...(method.key === "nystromformer" ? [at(UNEVEN, false)] : []),
      ...(method.causal || method.twin || method.refusesCausal ? [] : [at(CAUSAL_AT, true)]),
    ];
  });
  try {
    return await raceOf(racers, timing);
  } finally {
    for (const { residents = [] } of racers) for (const resident of residents) resident.dispose();
  }
}

/** Each method beside exact attention of the same head, from short lengths on. */
async function beside(timing) {
  const { lab, methods } = await opened();
  const lengths = [];
  for (const n of CROSSOVER_LENGTHS) {
    const { given, tensors } = problem(1, n);
    const exact = [false, true].map((causal) => ({
      key: "exact",
      n,
      causal,
      name: causal ? "exact, causal" : "exact",
      run: () => lab.attention(...tensors, { causal }),
    }));
    const racers = methods.map((method) => contestant(method, n, method.causal, { given, tensors }));
    lengths.push({ n, ...(await raceOf([...exact, ...racers], timing)) });
  }
  return lengths;
}

/** Memory of each method with 8 heads of 65,536 tokens, in a new instance of the kernels; the last head is checked. */
async function memory() {
  const [heads, n] = [8, 65_536];
  const { given, tensors } = problem(heads, n);
  const binary = await (await fetch(`/attnlab/dist/kernels.${VARIANT}.wasm`)).arrayBuffer();
  const lastHead = Object.fromEntries(Object.entries(given).map(([name, data]) => [name, data.subarray(-n * D)]));
  const found = [];
  for (const { key, causal } of METHODS) {
    // Bytes of its own make an instance of its own.
    const lab = await load({ wasmBinary: binary.slice() });
    const method = openMethod(lab, key);
    const begin = performance.now();
    const { data } = method.run(...tensors, causal);
    const seconds = (performance.now() - begin) / 1000;
    const rows = someOf(n, 3);
    const largestError = largestDifference(
      data.subarray(-n * D),
      rows,
      method.rows(lastHead, { n, d: D, causal }, rows),
    );
    found.push({ key, heads, n, seconds, bytes: lab.memory().bytes, largestError });
  }
  return found;
}

/** The largest error of Performer on vectors of scaled |x|^2 = `norm`, beside the same features in double. */
function errorAt(lab, norm) {
  const [n, draws] = [48, 128];
  const projection = lab.performerProjection(D, { features: draws, seed: 5 });
  const { given, tensors } = problem(1, n);
  for (const data of [given.q, given.k]) {
    for (let i = 0; i < n; ++i) {
      const row = data.subarray(i * D, (i + 1) * D);
      // The default scale 1 / sqrt(d) is part of the norm.
      const factor = Math.sqrt((norm * Math.sqrt(D)) / row.reduce((sum, x) => sum + x * x, 0));
      row.forEach((x, c) => (row[c] = x * factor));
    }
  }
  const rows = Array.from({ length: n }, (_, i) => i);
  const { data } = lab.performer(...tensors, { projection });
  const expected = performerRows(given, { n, d: D, causal: false }, rows, projection.data);
  return largestDifference(data, rows, expected);
}

/** Large vectors, and a million tokens through the linear decoder. */
async function endurance() {
  const lab = await load({ variant: VARIANT });
  const stability = [30, 500, 2000].map((norm) => ({ norm, largestError: errorAt(lab, norm) }));
  const decoder = lab.decoder({ kind: "linear" });
  const tokens = 1_000_000;
  try {
    const [q, k, v] = [4, 5, 6].map((seed) => ({ data: normals(D, seed), shape: [1, D] }));
    decoder.step(q, k, v);
    const before = lab.memory();
    const begin = performance.now();
    let latest;
    for (let token = 1; token < tokens; ++token) latest = decoder.step(q, k, v);
    const microseconds = (1e3 * (performance.now() - begin)) / (tokens - 1);
    const after = lab.memory();
    const grownBytes = after.bytes - before.bytes + (after.liveBytes - before.liveBytes);
    // Every token brings the same value, so the mean of them all is that value.
    const largestError = largestDifference(latest.data, [0], [Float64Array.from(v.data)]);
    return { stability, decoder: { tokens, microseconds, grownBytes, largestError } };
  } finally {
    decoder.dispose();
  }
}

const PARTS = { long, beside, memory, endurance };

/** The settings that the figures belong to. */
globalThis.linearSettings = { d: D, features: FEATURES, variant: VARIANT };

/** Measures one part. @param {keyof typeof PARTS} part @param {Parameters<typeof race>[1]} timing */
globalThis.measureLinear = (part, timing) => PARTS[part](timing);
