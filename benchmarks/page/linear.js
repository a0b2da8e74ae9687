/**
 * What attention of linear cost costs: beside the machine's multiply-add ceiling, beside itself at twice the length, and
 * beside our own exact attention, with the length from which on it is faster. linear.mjs opens the page.
 *
 * One thread, the relaxed binary, one head of d = 64 with plain tensors unless said otherwise; medians of rounds in which
 * all contestants and the ceiling take turns.
 */
import { load } from "/attnlab/dist/index.js";
import { openCeilings } from "./ceilings.js";
import { race } from "./measure.js";
import { normals } from "./random.js";

const [D, M, LANDMARKS] = [64, 256, 64];
const TIMING = { rounds: 9, warmMilliseconds: 100, sampleMilliseconds: 30 };

/** @param {readonly number[]} shape @param {number} seed */
function normal(shape, seed) {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return { data: normals(size, seed), shape: [...shape] };
}

/** @param {number} value */
const percent = (value) => `${(100 * value).toFixed(0)} %`;

/**
 * Medians in milliseconds, by name.
 *
 * @param {readonly { name: string, run: () => unknown }[]} racers
 * @returns {Promise<(name: string) => number>}
 */
async function medians(racers) {
  const results = await race([...racers], TIMING);
  return (name) => results.get(name)?.median ?? NaN;
}

/**
 * Performer and Nystromformer beside the ceiling, and at twice the length. What counts is their matrix products, for
 * Nystromformer those with all queries and keys; exponentials and the inverse are overhead.
 *
 * @param {object} lab  @param {(line: string) => void} say
 */
async function beforeCeiling(lab, say) {
  const [ceiling] = (await openCeilings()).arithmetic;
  const projection = lab.performerProjection(D, { features: M });
  const methods = [
    ["performer", 8 * M * D, [4096, 8192, 16384], (x) => lab.performer(x, x, x, { projection })],
    ["performer causal", 8 * M * D, [4096, 8192, 16384], (x) => lab.performer(x, x, x, { projection, causal: true })],
    ["nystromformer", 8 * LANDMARKS * D, [8191, 8192, 16384], (x) => lab.nystromformer(x, x, x)],
    ["linearAttention", 4 * D * D, [4096, 8192], (x) => lab.linearAttention(x, x, x)],
  ];
  const cases = methods.flatMap(([name, flops, lengths, run]) =>
    lengths.map((n) => {
      const x = normal([n, D], n);
      return { name: `${name} ${n}`, method: name, n, flops: flops * n, run: () => run(x) };
    }),
  );
  const of = await medians([ceiling, ...cases]);
  const peak = ceiling.flops / of(ceiling.name);
  say(`\nceiling: ${(peak / 1e6).toFixed(1)} GFLOP/s of fused multiply-add; d = ${D}, m = ${M} or ${LANDMARKS}`);
  for (const { name, method, n, flops } of cases) {
    const [time, half] = [of(name), of(`${method} ${n / 2}`)];
    const doubled = Number.isNaN(half) ? "" : `, ${(time / half).toFixed(2)} times that of half the length`;
    say(`${name}: ${time.toFixed(2)} ms, ${percent(flops / time / peak)} of the ceiling${doubled}`);
  }
  const causal = of("performer causal 8192") / of("performer 8192");
  say(`performer, causal beside full at 8192: ${causal.toFixed(2)} times`);
}

/**
 * From which length on each method is faster than exact attention of the same head: where the times, measured at powers of 2,
 * cross on a logarithmic scale.
 *
 * @param {object} lab  @param {(line: string) => void} say
 */
async function crossovers(lab, say) {
  const projection = lab.performerProjection(D, { features: M });
  const methods = {
    "linearAttention elu": (x) => lab.linearAttention(x, x, x),
    "linearAttention softmax": (x) => lab.linearAttention(x, x, x, { featureMap: "softmax" }),
    [`performer, ${M} features`]: (x) => lab.performer(x, x, x, { projection }),
    [`nystromformer, ${LANDMARKS} landmarks`]: (x) => lab.nystromformer(x, x, x),
    "sparseAttention local, window 64": (x) => lab.sparseAttention(x, x, x),
    "sparseAttention bigbird": (x) => lab.sparseAttention(x, x, x, { pattern: "bigbird" }),
  };
  const lengths = [64, 128, 256, 512, 1024, 2048, 4096];
  const ratios = new Map(Object.keys(methods).map((name) => [name, []]));
  for (const n of lengths) {
    const x = normal([n, D], n);
    const racers = Object.entries(methods).map(([name, run]) => ({ name, run: () => run(x) }));
    const of = await medians([{ name: "exact", run: () => lab.attention(x, x, x) }, ...racers]);
    for (const [name, list] of ratios) list.push(of(name) / of("exact"));
  }
  say(`\ntime over that of exact attention at n = ${lengths.join(", ")}, and where they meet`);
  for (const [name, list] of ratios) {
    const logs = list.map(Math.log2);
    // After the last length at which exact attention is faster.
    const at = logs.findLastIndex((log) => log > 0);
    const [a, b] = [logs[at] ?? 0, logs[at + 1]];
    const meet = at < 0 ? "below 64" : b === undefined ? "beyond" : `n = ${Math.round(64 * 2 ** (at + a / (a - b)))}`;
    say(`${name}: ${list.map((ratio) => ratio.toFixed(2)).join(", ")}; ${meet}`);
  }
}

/**
 * The largest error of Performer on vectors of scaled |x|^2 = `norm`, beside the same features in double.
 *
 * @param {object} lab  @param {(line: string) => void} say
 * @param {number} norm
 */
function errorAt(lab, norm) {
  const [n, draws] = [48, 128];
  const projection = lab.performerProjection(D, { features: draws, seed: 5 });
  const [q, k, v] = [normal([n, D], 1), normal([n, D], 2), normal([n, D], 3)];
  for (const { data } of [q, k]) {
    for (let i = 0; i < n; ++i) {
      const row = data.subarray(i * D, (i + 1) * D);
      const factor = Math.sqrt(norm / row.reduce((sum, x) => sum + x * x, 0));
      row.forEach((x, c) => (row[c] = x * factor));
    }
  }
  /** @param {Float32Array} data @param {number} i @param {number} r */
  const exponent = (data, i, r) => {
    let [product, square] = [0, 0];
    for (let c = 0; c < D; ++c) {
      const x = data[i * D + c] ?? NaN;
      product += (projection.data[r * D + c] ?? NaN) * x;
      square += x * x;
    }
    return product - square / 2;
  };
  /** @param {Float32Array} data */
  const table = (data) =>
    Array.from({ length: n }, (_, i) => Array.from({ length: draws }, (_, r) => exponent(data, i, r)));
  const [queries, keys] = [table(q.data), table(k.data)];
  const actual = lab.performer(q, k, v, { projection, scale: 1 }).data;
  let worst = 0;
  queries.forEach((query, i) => {
    const logs = keys.map((key) => {
      const sums = key.map((term, r) => term + (query[r] ?? NaN));
      const most = Math.max(...sums);
      return most + Math.log(sums.reduce((sum, term) => sum + Math.exp(term - most), 0));
    });
    const most = Math.max(...logs);
    const weights = logs.map((log) => Math.exp(log - most));
    const total = weights.reduce((sum, weight) => sum + weight);
    for (let c = 0; c < D; ++c) {
      const expected = weights.reduce((sum, weight, j) => sum + weight * (v.data[j * D + c] ?? NaN), 0) / total;
      worst = Math.max(worst, Math.abs(expected - (actual[i * D + c] ?? NaN)));
    }
  });
  return worst;
}

/** @param {object} lab  @param {(line: string) => void} say */
function memoryAndStability(lab, say) {
  const x = normal([8, 65536, D], 9);
  const begin = performance.now();
  lab.performer(x, x, x, { features: M });
  const seconds = (performance.now() - begin) / 1000;
  const megabytes = lab.memory().bytes / 1e6;
  say(
    `\nperformer, 8 heads of 65,536 tokens: ${seconds.toFixed(1)} s in ${megabytes.toFixed(0)} MB of WebAssembly memory`,
  );

  for (const norm of [30, 500, 2000]) {
    say(`performer, scaled |x|^2 = ${norm}: at most ${errorAt(lab, norm).toExponential(1)} from double`);
  }

  const decoder = lab.decoder({ kind: "linear" });
  const [tokens, at] = [1_000_000, performance.now()];
  try {
    const token = normal([1, D], 4);
    decoder.step(token, token, token);
    const { bytes, liveBytes } = lab.memory();
    for (let t = 1; t < tokens; ++t) decoder.step(token, token, token);
    const after = lab.memory();
    const grown = after.bytes - bytes + (after.liveBytes - liveBytes);
    const each = (1e3 * (performance.now() - at)) / tokens;
    say(`linear decoder, ${tokens} tokens one by one: ${each.toFixed(1)} us each, ${grown} bytes more memory`);
  } finally {
    decoder.dispose();
  }
}

const PARTS = [beforeCeiling, crossovers, memoryAndStability];

/** Measures one part after the other. @returns {Promise<string[] | undefined>} the lines of part `index`, if there is one */
globalThis.measureLinear = async (index) => {
  const lines = [];
  const say = (line) => lines.push(line);
  const part = PARTS[index];
  await part?.(await load({ variant: "relaxed" }), say);
  return part && lines;
};
