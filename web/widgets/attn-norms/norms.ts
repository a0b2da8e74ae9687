import type { Lab, Tensor } from "../../package/index.js";
import { randomNumbers } from "../shared/random.js";
import { batchOf, placeOf, randomBatch, type Place } from "./batch.js";
import { inDouble, type Problem } from "./in-double.js";
import { most, type NormName, type NormsState } from "./schema.js";
import { sliceIds } from "./slices.js";

/** Options of a call, as a program writes them; `mean` and `variance` are those of stored statistics. */
export interface Options {
  readonly axis?: number[];
  readonly channelAxis?: number;
  readonly groups?: number;
  readonly center?: boolean;
  readonly eps?: number;
  readonly mean?: Tensor;
  readonly variance?: Tensor;
}

export const functionNames = {
  layer: "layerNorm",
  rms: "rmsNorm",
  l2: "l2Norm",
  batch: "batchNorm",
  instance: "instanceNorm",
  group: "groupNorm",
} as const satisfies Readonly<Record<NormName, keyof Lab>>;

type Forward = (lab: Lab, x: Tensor, options: Options) => Tensor;
type Backward = (lab: Lab, x: Tensor, dOutput: Tensor, options: Options) => { dx: Tensor };

const forward: Readonly<Record<NormName, Forward>> = {
  layer: (lab, x, options) => lab.layerNorm(x, options),
  rms: (lab, x, options) => lab.rmsNorm(x, options),
  l2: (lab, x, options) => lab.l2Norm(x, options),
  batch: (lab, x, options) => lab.batchNorm(x, options),
  instance: (lab, x, options) => lab.instanceNorm(x, options),
  group: (lab, x, { groups = 1, ...options }) => lab.groupNorm(x, { groups, ...options }),
};

const backward: Readonly<Record<NormName, Backward>> = {
  layer: (lab, x, dOutput, options) => lab.layerNormBackward(x, dOutput, options),
  rms: (lab, x, dOutput, options) => lab.rmsNormBackward(x, dOutput, options),
  l2: (lab, x, dOutput, options) => lab.l2NormBackward(x, dOutput, options),
  batch: (lab, x, dOutput, options) => lab.batchNormBackward(x, dOutput, options),
  instance: (lab, x, dOutput, options) => lab.instanceNormBackward(x, dOutput, options),
  group: (lab, x, dOutput, { groups = 1, ...options }) => lab.groupNormBackward(x, dOutput, { groups, ...options }),
};

/** Whether the mean is taken away. */
export const isCentered = ({ norm, uncentered }: Pick<NormsState, "norm" | "uncentered">): boolean =>
  norm !== "rms" && norm !== "l2" && !uncentered;

/** Whether stored statistics are used. */
export const isStored = ({ norm, inference }: Pick<NormsState, "norm" | "inference">): boolean =>
  norm === "batch" && inference;

/** What is added to every entry. */
export const offsetOf = ({ offset }: Pick<NormsState, "offset">): number => (offset > 0 ? 10 ** offset : 0);

/** What batch norm keeps for inference: running statistics over so many batches like this one. */
export const storedBatches = 30;

/** Running mean and variance of each channel over batches of other seeds; those of the first batch are the start. */
function storedStatistics(lab: Lab, seed: number, unit: number, added: number): { mean: Tensor; variance: Tensor } {
  const shape = [most.samples, most.tokens, most.channels];
  const statistics = (number: number, running: { runningMean?: Tensor; runningVariance?: Tensor }) => {
    const batch = Float32Array.from(randomBatch(seed + 1000 * number), (value) => value * unit + added);
    return lab.batchStatistics(lab.tensor(batch, shape), { channelAxis: -1, ...running });
  };
  let { mean, variance } = statistics(1, {});
  for (let number = 2; number <= storedBatches; number++) {
    const { runningMean, runningVariance } = statistics(number, { runningMean: mean, runningVariance: variance });
    [mean, variance] = [runningMean, runningVariance];
  }
  return { mean, variance };
}

/** The options of the call that a state asks for. */
export function optionsOf(lab: Lab, state: NormsState, norm: NormName = state.norm): Options {
  const eps = 10 ** state.eps;
  const axis = state.axes === "channels" ? [-1] : [-2, -1];
  const center = !state.uncentered;
  if (norm === "layer") return { axis, center, eps };
  if (norm === "rms") return { axis, eps };
  if (norm === "l2") return { axis };
  const shared = { channelAxis: -1, center, eps };
  if (norm === "group") return { groups: state.groups, ...shared };
  return norm === "batch" && state.inference
    ? { ...shared, ...storedStatistics(lab, state.seed, 10 ** state.size, offsetOf(state)) }
    : shared;
}

/** Mean and root of the variance or mean square of some entries, and how many there are. */
export interface Statistics {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

/** By the package's own kernel: a slice is a batch of one channel, in units in which no square of it overflows. */
export function statisticsOf(lab: Lab, values: ArrayLike<number>): Statistics {
  const largest = Array.from(values).reduce((so, value) => Math.max(so, Math.abs(value)), 0);
  const unit = largest > 0 && Number.isFinite(largest) ? 2 ** Math.floor(Math.log2(largest)) : 1;
  const scaled = Float32Array.from(values, (value) => value / unit);
  const { mean, variance } = lab.batchStatistics(lab.tensor(scaled, [values.length, 1]));
  const at = ({ data }: Tensor): number => data[0] ?? Number.NaN;
  return { count: values.length, mean: at(mean) * unit, variance: at(variance) * unit ** 2 };
}

/** What is subtracted from the chosen entry, and what the difference is divided by. */
export interface Quotient {
  readonly subtracted: number;
  readonly divisor: number;
}

/** One norm on one batch: what goes in and comes out, forward and backward. */
export interface Run {
  readonly norm: NormName;
  readonly options: Options;
  readonly place: Place;
  /** For each entry the slice that it is normalized in. */
  readonly slices: readonly number[];
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly dy: Float32Array;
  readonly dx: Float32Array;
  /** The chosen entry's slice before and after; the stored statistics where those are used. */
  readonly before: Statistics;
  readonly after: Statistics;
  readonly quotient: Quotient;
  /** Largest differences from double precision, as a share of the largest entry. */
  readonly errors: { readonly y: number; readonly dx: number };
}

function incoming(state: NormsState, place: Place, y: Float32Array): Float32Array {
  if (state.gradient === "output") return y.slice();
  if (state.gradient === "equal") return new Float32Array(y.length).fill(1);
  if (state.gradient === "one") return Float32Array.from(y, (_, index) => (index === place.index ? 1 : 0));
  const { normal } = randomNumbers(state.seed + 7);
  return Float32Array.from(y, () => Math.round(normal() * 100) / 100);
}

/** Largest difference as a share of the largest expected size; of 1 where all of them are 0. */
export function difference(found: Float32Array, expected: Float64Array): number {
  const largest = expected.reduce((so, value) => Math.max(so, Math.abs(value)), 0) || 1;
  return found.reduce((so, value, i) => Math.max(so, Math.abs(value - (expected[i] ?? Number.NaN)) / largest), 0);
}

function quotientOf(state: NormsState, { count, mean, variance }: Statistics): Quotient {
  const subtracted = isCentered(state) ? mean : 0;
  if (state.norm === "l2") return { subtracted, divisor: Math.sqrt(count * (variance + mean ** 2)) };
  const around = isStored(state) || isCentered(state) ? variance : variance + mean ** 2;
  return { subtracted, divisor: Math.sqrt(around + 10 ** state.eps) };
}

/** What the kernels are given, for the arithmetic that they are held against. */
export const problemOf = (
  { norm, options, place, slices, x, dy }: Pick<Run, "norm" | "options" | "place" | "slices" | "x" | "dy">,
  state: NormsState,
): Problem => ({ x, dy, slices, norm, options, channels: place.channels, center: isCentered({ ...state, norm }) });

/** Runs a norm as the state says; `norm` takes another one in its place. */
export function run(lab: Lab, given: NormsState, norm: NormName = given.norm): Run {
  const state = { ...given, norm };
  const place = placeOf(state);
  const options = optionsOf(lab, state);
  const shape = [place.samples, place.tokens, place.channels];
  const x = Float32Array.from(
    batchOf(state.seed, state.edits, place),
    (value) => value * 10 ** state.size + offsetOf(state),
  );
  const input = lab.tensor(x, shape);
  const y = forward[norm](lab, input, options).data;
  const dy = incoming(state, place, y);
  const dx = backward[norm](lab, input, lab.tensor(dy, shape), options).dx.data;
  const slices = sliceIds(state, place);
  const inSlice = (_: number, index: number): boolean => slices[index] === slices[place.index];
  const { mean, variance } = options;
  const before =
    mean && variance
      ? { count: 1, mean: mean.data[place.channel] ?? 0, variance: variance.data[place.channel] ?? 0 }
      : statisticsOf(lab, x.filter(inSlice));
  const exact = inDouble(problemOf({ norm, options, place, slices, x, dy }, state));
  return {
    ...{ norm, options, place, slices, x, y, dy, dx, before },
    quotient: quotientOf(state, before),
    after: statisticsOf(lab, y.filter(inSlice)),
    errors: { y: difference(y, exact.y), dx: difference(dx, exact.dx) },
  };
}

const rms = (values: Float32Array): number => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

/** How many times as large as the others one sample is; NaN where there are no others. */
export function loudnessOf(values: Float32Array, sample: number, { samples, tokens, channels }: Place): number {
  if (sample >= samples || samples < 2) return Number.NaN;
  const isOf = (_: number, index: number): boolean => Math.floor(index / (tokens * channels)) === sample;
  return rms(values.filter(isOf)) / rms(values.filter((value, index) => !isOf(value, index)));
}

/** How far the mean of one channel is from 0, as a share of the root mean square of everything. */
export function shiftOf(values: Float32Array, channel: number, { channels }: Place): number {
  const own = values.filter((_, index) => index % channels === channel);
  return own.reduce((sum, value) => sum + value, 0) / own.length / rms(values);
}
