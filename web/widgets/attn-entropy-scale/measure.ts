import type { Lab, Tensor, TensorLike } from "../../package/index.js";
import { headOf, type Keys } from "./keys.js";
import { scaleNames, scalesFor, type ScaleName } from "./scales.js";

/** Mean entropy of attention rows, and the band that holds four fifths of them. */
export interface Spread {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Entropy against the number of keys. */
export interface Lengths {
  readonly lengths: readonly number[];
  readonly curves: Readonly<Record<ScaleName, readonly Spread[]>>;
  /** What Laplace's method estimates for keys uniform on the sphere; only where they are. */
  readonly theory: Readonly<Record<ScaleName, readonly number[]>> | undefined;
}

export interface LengthsInput {
  readonly keys: Keys;
  readonly lengths: readonly number[];
  readonly kappa: number;
}

/** 2, 4, 8, … up to n, and n itself. */
export function lengthsUpTo(n: number): number[] {
  const powers = Array.from({ length: Math.floor(Math.log2(n)) }, (_, i) => 2 ** (i + 1));
  return powers.at(-1) === n ? powers : [...powers, n];
}

/** The first rows of every head. */
function firstRows(data: Float32Array, heads: number, rows: number, d: number, count: number): TensorLike {
  const parts = Array.from({ length: heads }, (_, head) => data.subarray(head * rows * d, (head * rows + count) * d));
  const joined = new Float32Array(heads * count * d);
  parts.forEach((part, head) => joined.set(part, head * count * d));
  return { data: joined, shape: [heads, count, d] };
}

/**
 * Entropies over the first n keys for every n, under the five scales. Of a text only the queries of those n tokens count; random
 * queries all do.
 */
export function* measureLengths(lab: Lab, { keys, lengths, kappa }: LengthsInput): Generator<number, Lengths, void> {
  const { heads, queries, n, d, paired } = keys;
  const scales = scalesFor(kappa);
  const curves = Object.fromEntries(scaleNames.map((name) => [name, [] as Spread[]])) as Record<ScaleName, Spread[]>;
  for (const [i, count] of lengths.entries()) {
    const q = firstRows(keys.q, heads, queries, d, paired ? count : queries);
    const k = firstRows(keys.k, heads, n, d, count);
    for (const [j, name] of scaleNames.entries()) {
      const weights = lab.attentionWeights(q, k, { scale: scales[name] });
      curves[name].push(spreadOf(lab.entropy(weights).data));
      yield (i * scaleNames.length + j + 1) / (lengths.length * scaleNames.length);
    }
  }
  return { lengths, curves, theory: paired ? undefined : theory() };

  function theory(): Record<ScaleName, number[]> {
    const estimates = scaleNames.map((name) => {
      const at = (count: number): number =>
        laplaceEntropy(count, d, lab.attentionScale({ ...scales[name], n: count, d }));
      return [name, lengths.map(at)] as const;
    });
    return Object.fromEntries(estimates) as Record<ScaleName, number[]>;
  }
}

/**
 * Entropy of a softmax over n keys uniform on the sphere of radius sqrt(d), scaled by lambda, for n beyond all bounds and large
 * d: the largest cosine that matters is s with s / (1 - s^2) = lambda, and H = ln n + d/2 ln(1 - s^2). Where keys are too few for
 * it, it falls below 0, which no entropy does.
 */
export function laplaceEntropy(n: number, d: number, lambda: number): number {
  const s = (2 * lambda) / (1 + Math.sqrt(1 + 4 * lambda ** 2));
  return Math.max(0, Math.log(n) + (d / 2) * Math.log1p(-(s ** 2)));
}

/** Mean, and the values at one and at nine tenths. */
export function spreadOf(values: Float32Array): Spread {
  const sorted = Float32Array.from(values).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { mean: values.reduce((sum, value) => sum + value, 0) / values.length, low: at(0.1), high: at(0.9) };
}

/** One query while tokens are added: after each, the entropy of its row, and the weight of one key. */
export interface Growth {
  /** The key that is followed, counted from 0. */
  readonly key: number;
  readonly entropy: Readonly<Record<ScaleName, Float32Array>>;
  /** 0 before the key is there. */
  readonly weight: Readonly<Record<ScaleName, Float32Array>>;
}

export interface GrowthInput {
  readonly keys: Keys;
  readonly head: number;
  readonly query: number;
  /** Counted from 0; undefined for the strongest of the first eight. */
  readonly key: number | undefined;
  readonly kappa: number;
}

/** Keys among which the strongest is sought. */
const firstKeys = 8;

/**
 * The rows of all lengths at once: the query is repeated as often as there are keys, and a causal mask lets its n-th copy see
 * n of them; the scales count what a row sees.
 */
export function growthOf(lab: Lab, { keys, head, query, key, kappa }: GrowthInput): Growth {
  const { q, k, n, d } = headOf(keys, head);
  const row = q.subarray(query * d, (query + 1) * d);
  const copies = Float32Array.from({ length: n * d }, (_, i) => row[i % d] ?? 0);
  const scales = scalesFor(kappa);
  const weightsUnder = (name: ScaleName): Tensor =>
    lab.attentionWeights(
      { data: copies, shape: [n, d] },
      { data: k, shape: [n, d] },
      { causal: true, scale: scales[name] },
    );
  const all = Object.fromEntries(scaleNames.map((name) => [name, weightsUnder(name)])) as Record<ScaleName, Tensor>;
  const start = Math.min(firstKeys, n);
  const first = all.sqrt.data.subarray((start - 1) * n, (start - 1) * n + start);
  const followed = key ?? first.reduce((best, value, i) => (value > (first[best] ?? 0) ? i : best), 0);
  const by = <T>(make: (weights: Tensor) => T): Record<ScaleName, T> =>
    Object.fromEntries(scaleNames.map((name) => [name, make(all[name])])) as Record<ScaleName, T>;
  return {
    key: followed,
    entropy: by((weights) => lab.entropy(weights).data),
    weight: by(({ data }) => Float32Array.from({ length: n }, (_, i) => data[i * n + followed] ?? 0)),
  };
}
