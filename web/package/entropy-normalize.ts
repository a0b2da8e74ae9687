import { axisOf, readRows, type Axis } from "./axes.js";
import type { Body, Call } from "./engine.js";
import { refuse } from "./errors.js";
import { readDOutput } from "./gradients.js";
import { readOuts, type Operand } from "./operand.js";
import { checkNumber, choice, finite, flag, number, optional, readOptions, unread, whole } from "./options.js";
import { inputOf, type RowInput } from "./probability.js";
import { readPerRow, without } from "./row-operation.js";
import type { AnyTensor, Outs, OutsOption, WithOuts } from "./resident.js";
import { floatsOf, sweepRows } from "./row-sweep.js";
import { sizeOf } from "./shape.js";
import type { Tensor } from "./tensor.js";

/** Options of {@link EntropyNormalizeOperations.entropyNormalize}. */
export interface EntropyOptions {
  /** The target in nats: one for all rows, or a tensor with one per row (the shape of x without the axis). */
  entropy: number | AnyTensor;
  /** The axis along which rows lie; negative ones count from the end. Default -1, the last. */
  axis?: Axis | undefined;
  /** Default "probabilities". */
  input?: RowInput | undefined;
  /** "robust" (default), or "article": the iteration of the article as it stands there, in double, failures included. */
  method?: "robust" | "article" | undefined;
  /** Rounds at most, >= 1; default 100 ("robust", which needs about 5) or 10 ("article", which makes them all). */
  maxIterations?: number | undefined;
  /** A target outside of a row's attainable set: "clamp" (default) to its nearest end, or "throw" (RANGE). */
  outOfRange?: "clamp" | "throw" | undefined;
  /** true: tell every round. Default false. */
  trace?: boolean | undefined;
}

/**
 * How a row ended. "clampedLow", "clampedHigh": the target cannot be had, the result is the nearest limit. "diverged": the
 * article's iteration turned to NaN. "invalid": the row is no distribution, the result NaN.
 */
export type EntropyStatus = (typeof STATUSES)[number];

/** The rounds of one row. */
export interface EntropyTrace {
  /** The cumulative exponent after each round. */
  exponent: Float64Array;
  /** The factor that each round put to it. */
  step: Float64Array;
  /** The entropy after each round. */
  entropy: Float64Array;
}

/** What {@link EntropyNormalizeOperations.entropyNormalize} returns. */
export interface EntropyResult {
  /** x's shape; rows sum to 1. */
  output: Tensor;
  /** x's shape without the axis: the exponent, 1 / temperature. 0: uniform on the support; Infinity: the largest entries. */
  exponent: Tensor;
  /** x's shape without the axis: entropy of `output`. */
  entropy: Tensor;
  /** One per row, in row-major order of the other axes; 0 where the result is a limit. */
  iterations: Int32Array;
  status: EntropyStatus[];
  /** With `trace`: one per row. */
  trace?: EntropyTrace[];
}

export interface EntropyNormalizeOperations {
  /**
   * The power transform of each row whose entropy is given: p^g / sum of p^g with the one g > 0 for which it is.
   *
   * x: any shape of rank 1 or more. With s entries > 0, k of which equal the largest, the entropies that can be had are
   * (ln k, ln s]: `outOfRange` says what happens to others. The entropy of `output`, taken in double from its floats, is within
   * 3e-6 max(1, ln n) of the target. Order and zeros are kept; a one-hot row stays what it is. A row with NaN, a negative
   * probability, +Infinity, or nothing > 0 is "invalid": NaN, and nothing is thrown. `output`, `exponent` and `entropy` may
   * have an `out` ({@link OutsOption}); with `outOfRange: "throw"` the targets are then tried in a round of their own before.
   *
   * Throws TYPE, SHAPE (rank 0; `entropy` of another shape), VALUE (unknown option or choice), RANGE (`axis`, `maxIterations`,
   * `entropy` not finite, or not attainable with `outOfRange: "throw"`; the row and its set are named), MEMORY, DISPOSED.
   * Cost: about 7 times a softmax.
   *
   * Source: Su Jianlin, https://kexue.fm/archives/8829; the robust solver is this library's.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const r = lab.entropyNormalize(lab.tensor([0.5, 0.3, 0, 0.2]), { entropy: 1 });
   * console.log(Array.from(r.output.data, (value) => value.toFixed(4)).join(" ")); // 0.5344 0.2886 0.0000 0.1770
   * console.log(r.status[0], r.exponent.data[0].toFixed(4), r.entropy.data[0].toFixed(4)); // converged 1.2060 1.0000
   * ```
   */
  entropyNormalize: <Out extends Outs<Pick<EntropyResult, "output" | "exponent" | "entropy">> = object>(
    x: AnyTensor,
    options: EntropyOptions & OutsOption<Out>,
  ) => WithOuts<EntropyResult, Out>;

  /**
   * Gradient of `output` of {@link entropyNormalize} at a fixed target: the exponent moves along with x. 0 for rows that are a
   * limit and for probabilities of 0, NaN for rows that are NaN. Errors as there; SHAPE for `dOutput`.
   */
  entropyNormalizeBackward: <Out extends Outs<{ dx: Tensor }> = object>(
    x: AnyTensor,
    dOutput: AnyTensor,
    options: EntropyOptions & OutsOption<Out>,
  ) => WithOuts<{ dx: Tensor }, Out>;
}

const METHODS = ["robust", "article"] as const;
const STATUSES = ["converged", "clampedLow", "clampedHigh", "maxIterations", "diverged", "invalid"] as const;

/** Targets so close to an end of the attainable set count as that end. */
const END = 1e-6;

/** The robust solver never comes near this; the other may go on for as long as an int of the kernels counts. */
const MOST_ROUNDS = [1000, 2 ** 31 - 1];

function readEntropyOptions(call: Call, x: Operand, options: unknown) {
  const { entropy, method, maxIterations, ...given } = readOptions(call.operation, options, {
    entropy: (operation, key, value): number | Operand =>
      typeof value === "object"
        ? readPerRow(call, key, value, x.shape, options)
        : checkNumber(operation, key, value, finite),
    axis: axisOf(x),
    input: inputOf("probabilities"),
    method: choice(...METHODS),
    maxIterations: optional(number(whole(1))),
    outOfRange: choice("clamp", "throw"),
    trace: flag(false),
    out: unread,
  });
  const target = typeof entropy === "number" ? entropy : 0;
  const targets = typeof entropy === "number" ? undefined : entropy;
  const kind = METHODS.indexOf(method);
  const rounds = Math.min(maxIterations ?? (kind ? 10 : 100), MOST_ROUNDS[kind] ?? 0);
  return { ...given, target, targets: targets && { operand: targets, length: 1 }, kind, rounds };
}

/** Refuses targets that cannot be had, where that is asked for, before anything is written: they are found in one round. */
function refuseTargets(call: Call, x: unknown, options: unknown): void {
  entropyNormalize(call, x, { ...(options as object), maxIterations: 1, trace: false, out: undefined })();
}

/** @internal */
export const entropyNormalize: Body = (call, xValue, options) => {
  const operand = readRows(call, "x", xValue);
  const given = readEntropyOptions(call, operand, options);
  const { axis, input, target, targets, kind, rounds, outOfRange, trace, out } = given;
  const { kernels, heap } = call.engine;
  const shape = without(operand.shape, axis);
  const sources = [{ operand }, targets] as const;
  const [plans, name] = readOuts(
    call,
    out,
    [
      ["output", operand],
      ["exponent", { shape }],
      ["entropy", { shape }],
    ],
    sources,
  );
  return () => {
    if (out !== undefined && outOfRange === "throw") refuseTargets(call, xValue, options);
    const traces: EntropyTrace[] = [];
    const results = sweepRows(
      call,
      [axis],
      {
        sources,
        sinks: [
          ...plans.map((plan, i) => plan && { plan, length: i ? 1 : undefined }),
          { plan: { shape: [sizeOf(shape), 4] }, length: 4 },
        ],
        scratch: (length) => 8 * length + (trace ? 24 * rounds : 0),
        ...(trace && { atOnce: 1 }),
      },
      ([x, t], to, { count, length, scratch }) => {
        const series = trace ? scratch + 8 * length : 0;
        const places = to as [number, number, number, number];
        const numbers = [count, length, input, kind, rounds, target, scratch, series] as const;
        kernels.entropyNormalize(x, t, ...places, ...numbers);
        if (!trace) return;
        const [made = 0] = new Int32Array(heap.buffer, to[3], 1);
        const part = (i: number): Float64Array => new Float64Array(heap.buffer, series + 8 * i * rounds, made).slice();
        traces.push({ exponent: part(0), step: part(1), entropy: part(2) });
      },
    );
    const words = new Int32Array((results[3] as Tensor).data.buffer);
    const column = (i: number): Int32Array =>
      Int32Array.from({ length: words.length / 4 }, (_, row) => words[4 * row + i] ?? 0);
    if (outOfRange === "throw") {
      const wanted = targets && floatsOf(targets.operand.bytes());
      column(3).forEach((support, row) => {
        const [low, high] = [Math.log(words[4 * row + 2] ?? 0), Math.log(support)];
        const value = wanted?.[row] ?? target;
        if (support > 0 && !(value >= low - END && value <= high + END)) {
          const set = low < high ? `in (${String(low)}, ${String(high)}]` : String(high);
          refuse("RANGE", call.operation, "entropy", `${String(value)} in row ${String(row)}`, `a target ${set}`);
        }
      });
    }
    const status = Array.from(column(1), (i) => STATUSES[i] ?? "invalid");
    return { ...name(results), iterations: column(0), status, ...(trace && { trace: traces }) };
  };
};

/** @internal */
export const entropyNormalizeBackward: Body = (call, xValue, dOutput, options) => {
  const operand = readRows(call, "x", xValue);
  const gradient = { operand: readDOutput(call, dOutput, operand.shape) };
  const { axis, input, target, targets, kind, rounds, outOfRange, out } = readEntropyOptions(call, operand, options);
  const sources = [{ operand }, targets, gradient] as const;
  const [plans, name] = readOuts(call, out, [["dx", operand]], sources);
  const work = { sources, sinks: plans.map((plan) => plan && { plan }), scratch: (length: number) => 8 * length };
  return () => {
    if (outOfRange === "throw") refuseTargets(call, xValue, options);
    return name(
      sweepRows(call, [axis], work, ([x, t, g], [to = 0], { count, length, scratch }) => {
        call.engine.kernels.entropyNormalizeBackward(x, t, g, to, count, length, input, kind, rounds, target, scratch);
      }),
    );
  };
};
