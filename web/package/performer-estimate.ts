import type { Call } from "./engine.js";
import { refuse } from "./errors.js";
import type { KernelMap } from "./linear-attention.js";
import { Operand, readOperand, type Plan } from "./operand.js";
import {
  checkNumber,
  choice,
  flag,
  notNegative,
  number,
  optional,
  peek,
  positive,
  readOptions,
  whole,
  type Reader,
} from "./options.js";
import type { AnyTensor } from "./resident.js";
import { rowlessScaleOf, type Scale } from "./scale.js";
import { seedHalves, type Seed } from "./seed.js";
import { sweep, type Source } from "./sweep.js";
import { requireShape, type Tensor } from "./tensor.js";

/**
 * How e^(scale q.k) is estimated from directions omega_r, with x = sqrt(scale) q or sqrt(scale) k:
 *
 * | estimator | features of x |
 * |---|---|
 * | "positive" | e^(omega_r.x - x.x/2) |
 * | "hyperbolic" | those of omega_r and of -omega_r |
 * | "trigonometric" | e^(x.x/2) times cos and sin of omega_r.x; can make the denominator negative |
 * | "relu" | max(omega_r.x, 0): another kernel than softmax |
 * | "regularized" | those of "positive", on directions of norm sqrt(d): below e^(q.k), with less variance |
 */
export type PerformerEstimator = "positive" | "hyperbolic" | "trigonometric" | "relu" | "regularized";

/** How directions are drawn. */
export interface PerformerDraw {
  /** Number of directions m, >= 1; default 4d. "hyperbolic" and "trigonometric" make two features of each. */
  features?: number | undefined;
  /** Directions orthogonal within each block of d; otherwise independent. Default true. */
  orthogonal?: boolean | undefined;
  /**
   * Norms of the directions: "chi" (default), those of Gaussian vectors; "sqrt-d"; "quantile", evenly spread: P(R_i) = i /
   * (m + 1); "stratified", one drawn from each m-th part of the distribution.
   */
  norms?: "chi" | "sqrt-d" | "quantile" | "stratified" | undefined;
  /** The same seed gives the same bits, always and everywhere. Default 0. */
  seed?: Seed | undefined;
}

/** What all estimates have in common. */
export interface PerformerEstimate extends PerformerDraw {
  /** Default "positive". */
  estimator?: PerformerEstimator | undefined;
  /** Directions `[m, d]`, used as they are by all matrices; instead of features, orthogonal, norms and seed. */
  projection?: AnyTensor | undefined;
  /** The factor before q . k, > 0, as in attention; of the formulas with n only those for a given n or "global". Default "sqrt". */
  scale?: Scale | undefined;
  /**
   * > 0 does what implementations do, to compare with them: adds eps to each feature exp(omega.x - x.x/2 - max omega.x), the
   * maximum over the features of a query, or over all keys and features; or to max(omega.x, 0). Default 0, exact.
   */
  eps?: number | undefined;
}

/**
 * The kernels' numbers are the places in this list and the next.
 *
 * @internal
 */
export const ESTIMATORS = ["positive", "hyperbolic", "trigonometric", "relu", "regularized"] as const;
const NORMS = ["chi", "sqrt-d", "quantile", "stratified"] as const;

/**
 * Among the kernels' feature maps, estimators come after those of linear attention.
 *
 * @internal
 */
export const FIRST_ESTIMATOR = 5;

/**
 * The readers of what is drawn for d channels, in the order in which they are checked.
 *
 * @internal
 */
export const drawReaders = (d: number) => ({
  features: number(whole(1), 4 * d),
  orthogonal: flag(true),
  norms: choice(...NORMS),
  seed: seedHalves,
});

type Draw = { [Key in keyof ReturnType<typeof drawReaders>]: ReturnType<ReturnType<typeof drawReaders>[Key]> };

/** @internal */
export function draw(call: Call, d: number, { features, orthogonal, norms, seed: [low, high] }: Draw, plan: Plan) {
  const { kernels } = call.engine;
  const sinks = [{ plan, length: features * d }] as const;
  const workspace = (): number => kernels.performerProjectionWorkspace(features, d);
  return sweep(call, { steps: 1, sources: [], sinks, workspace }, (_from, [outAt], scratch) => {
    kernels.performerProjection(outAt, features, d, low, high, orthogonal, NORMS.indexOf(norms), scratch);
  })[0];
}

/**
 * Reads a `scale` that is the same for all rows, and positive.
 *
 * @internal
 */
export const positiveScale =
  (call: Call, heads: { d: number; nK: number }): Reader<number> =>
  (operation, key, given) => {
    const value = rowlessScaleOf(call.engine, heads)(operation, key, given);
    // ln 1 = 0 is a formula's own answer.
    return given === value || value < 0 ? checkNumber(operation, key, value, positive) : value;
  };

/**
 * Reads the options of an estimate for d channels and n_k keys, and those of `shared`.
 *
 * @internal
 */
export function readEstimate(
  call: Call,
  options: unknown,
  heads: { d: number; nK: number },
  shared: Readonly<Record<string, Reader<unknown>>>,
  causal = peek(options, "causal") === true,
): { map: KernelMap; given: Record<string, unknown> } {
  const { operation, engine } = call;
  const { d } = heads;
  const kind = peek(options, "estimator");
  const readers = drawReaders(d);
  const unlessGiven = Object.entries(readers).map(([name, read]): [string, Reader<unknown>] => [
    name,
    (_operation, key, value) => {
      if (value !== undefined && peek(options, "projection") !== undefined) {
        refuse("VALUE", operation, key, "given beside projection", "one of the two");
      }
      const regularized = key === "norms" && kind === "regularized";
      return regularized ? choice("sqrt-d")(operation, key, value) : read(operation, key, value);
    },
  ]);
  const given: Record<string, unknown> = readOptions(operation, options, {
    estimator: choice(...ESTIMATORS),
    projection: optional((_operation, key, value) => {
      const operand = readOperand(call, key, value);
      const [m = 0] = operand.shape;
      requireShape(operation, key, operand.shape, [Math.max(1, m), d], "with a direction in each row");
      return { operand };
    }),
    ...Object.fromEntries(unlessGiven),
    scale: positiveScale(call, heads),
    eps: (_operation, key, value) => {
      const eps = number(notNegative, 0)(operation, key, value);
      const bounded = kind === "relu";
      if (eps > 0 && (kind === "hyperbolic" || kind === "trigonometric")) {
        refuse("VALUE", operation, key, String(eps), `0 with "${kind}"`);
      }
      if (eps > 0 && !bounded && causal) {
        refuse("VALUE", operation, key, String(eps), `0 with causal: the maximum is over all keys`);
      }
      return eps;
    },
    ...shared,
  });
  const projection = given.projection as { operand: Operand } | undefined;
  const drawn = given as unknown as Draw;
  const draws = projection?.operand.shape[0] ?? drawn.features;
  return {
    given,
    map: {
      map: FIRST_ESTIMATOR + ESTIMATORS.indexOf(given.estimator as PerformerEstimator),
      draws,
      scale: given.scale as number,
      eps: given.eps as number,
      projection: (): Source => {
        const all = { length: draws * d, itemOf: () => 0 };
        if (projection) return { ...projection, ...all };
        const { shape, data } = draw(call, d, drawn, { shape: [draws, d] }) as Tensor;
        return { operand: new Operand(engine, shape, data), ...all };
      },
      given: projection,
    },
  };
}
