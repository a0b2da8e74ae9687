import type { Body, Engine } from "./engine.js";
import { describe, refuse } from "./errors.js";
import {
  aboveOne,
  atLeastOne,
  checkChoice,
  checkNumber,
  choice,
  finite,
  isOptionsObject,
  number,
  optional,
  positive,
  readOptions,
  refuseUnknownKeys,
  unread,
  type Reader,
} from "./options.js";

/** The formulas of {@link ScaleOperations.attentionScale}. */
export type ScaleKind = "sqrt" | "entropy" | "log";

/** A scale spelled out; the formulas are those of {@link ScaleOperations.attentionScale}. */
export interface ScaleFormula {
  kind: ScaleKind;
  /** Base of the logarithm, > 1, default 512; for kind "entropy". */
  base?: number | undefined;
  /** Instead of base: the scale is kappa ln(n) / d; for kind "entropy". */
  kappa?: number | undefined;
  /** The n of the formula. "visible" (default): the keys that each query sees; "global": all keys; or a number >= 1. */
  n?: "visible" | "global" | number | undefined;
}

/**
 * The factor before q . k: any finite number, "sqrt" for 1/sqrt(d), "entropy" for ln(n) / (ln(512) sqrt(d)) with n the keys
 * that the query sees, or a formula.
 */
export type Scale = number | "sqrt" | "entropy" | ScaleFormula;

/** Argument of {@link ScaleOperations.attentionScale}. */
export interface AttentionScaleOptions {
  /** Length of queries and keys; finite and > 0. */
  d: number;
  /** Number of keys; finite and >= 1. Not needed for kind "sqrt". */
  n?: number | undefined;
  /** Default "sqrt". */
  kind?: ScaleKind | undefined;
  /** Base of the logarithm of kind "entropy"; finite and > 1, default 512. */
  base?: number | undefined;
  /** Instead of base, for kind "entropy": kappa ln(n) / d; finite. */
  kappa?: number | undefined;
}

export interface ScaleOperations {
  /**
   * The factor before q . k in attention.
   *
   * | kind | scale |
   * |---|---|
   * | "sqrt" | 1 / sqrt(d) |
   * | "entropy" | log_base(n) / sqrt(d); equal to "sqrt" at n = base = 512 |
   * | "entropy" with kappa | kappa ln(n) / d |
   * | "log" | ln(n) / sqrt(d) |
   *
   * With the entropy forms the entropy of an attention row changes little as the sequence grows.
   *
   * Throws TYPE (also for a missing d, or a missing n where the formula has one), VALUE (base and kappa together, either
   * with another kind than "entropy", an unknown option), RANGE.
   *
   * Source: Su Jianlin, kexue.fm/archives/8823 and kexue.fm/archives/9034.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * console.log(lab.attentionScale({ d: 64 })); // 0.125
   * console.log(lab.attentionScale({ kind: "entropy", d: 64, n: 512 })); // 0.125
   * console.log(lab.attentionScale({ kind: "entropy", d: 64, n: 4096 }).toFixed(4)); // 0.1667
   * ```
   */
  attentionScale: (options: AttentionScaleOptions) => number;
}

const KINDS = ["sqrt", "entropy", "log"] as const;

/** The kernels' numbers for the formulas. */
const FORMULAS = { sqrt: 0, entropy: 1, kappa: 2, log: 3 } as const;

/** A checked formula: its number and its constant. */
interface Formula {
  code: number;
  parameter: number;
  dependsOnN: boolean;
}

function readFormula(
  operation: string,
  kind: ScaleKind,
  given: { base?: unknown; kappa?: unknown },
  within = "",
): Formula {
  for (const key of ["base", "kappa"] as const) {
    if (given[key] === undefined) continue;
    const place = within + key;
    checkNumber(operation, place, given[key], key === "base" ? aboveOne : finite);
    if (kind !== "entropy") refuse("VALUE", operation, place, `given with "${kind}"`, `"entropy" beside it`);
    if (key === "kappa" && given.base !== undefined) {
      refuse("VALUE", operation, place, "given beside base", "one of the two");
    }
  }
  if (kind !== "entropy") return { code: FORMULAS[kind], parameter: 1, dependsOnN: kind === "log" };
  if (given.kappa !== undefined) return { code: FORMULAS.kappa, parameter: given.kappa as number, dependsOnN: true };
  return { code: FORMULAS.entropy, parameter: (given.base as number | undefined) ?? 512, dependsOnN: true };
}

/** @internal */
export const attentionScale: Body = ({ engine, operation }, options) => {
  const given = readOptions(operation, options, {
    d: number(positive),
    n: optional(number(atLeastOne)),
    kind: choice(...KINDS),
    base: unread,
    kappa: unread,
  });
  const formula = readFormula(operation, given.kind, given);
  const n = formula.dependsOnN ? checkNumber(operation, "n", given.n, atLeastOne) : 1;
  return () => engine.kernels.attentionScale(formula.code, given.d, n, formula.parameter);
};

/**
 * What the kernels take: row i is scaled by value, times ln n_i if asked for.
 *
 * @internal
 */
export interface ResolvedScale {
  value: number;
  timesLogVisible: boolean;
}

/**
 * Reads a `scale` and resolves it for d channels and n_k keys.
 *
 * @internal
 */
export const scaleOf =
  ({ kernels }: Engine, { d, nK }: { d: number; nK: number }): Reader<ResolvedScale> =>
  (operation, key, scale) => {
    if (typeof scale === "number") {
      return { value: checkNumber(operation, key, scale, finite), timesLogVisible: false };
    }
    const given = spellOut(operation, scale);
    const kind = checkChoice(operation, "scale.kind", given.kind, KINDS);
    const { code, parameter, dependsOnN } = readFormula(operation, kind, given, "scale.");
    const n = readCount(operation, given.n, nK);
    if (!dependsOnN || n === "visible") {
      return { value: kernels.attentionScaleCoefficient(code, d, parameter), timesLogVisible: dependsOnN };
    }
    return { value: kernels.attentionScale(code, d, n, parameter), timesLogVisible: false };
  };

/**
 * Reads a `scale` that is the same for all rows.
 *
 * @internal
 */
export const rowlessScaleOf =
  (...given: Parameters<typeof scaleOf>): Reader<number> =>
  (operation, key, scale) => {
    const { value, timesLogVisible } = scaleOf(...given)(operation, key, scale);
    if (timesLogVisible) {
      refuse("VALUE", operation, key, "with the keys that each query sees", `n "global" or a number`);
    }
    return value;
  };

/** The `scale` option as a formula, its members unchecked. */
function spellOut(operation: string, scale: unknown): { kind?: unknown; base?: unknown; kappa?: unknown; n?: unknown } {
  if (scale === undefined) return { kind: "sqrt" };
  if (typeof scale === "string") return { kind: checkChoice(operation, "scale", scale, ["sqrt", "entropy"]) };
  if (!isOptionsObject(scale)) {
    refuse("TYPE", operation, "scale", describe(scale), `a number, "sqrt", "entropy" or { kind, base, kappa, n }`);
  }
  refuseUnknownKeys(operation, scale, ["kind", "base", "kappa", "n"]);
  return scale;
}

function readCount(operation: string, n: unknown, nK: number): "visible" | number {
  if (n === undefined || n === "visible") return "visible";
  // Without keys there is nothing to scale; ln 0 must not get into the kernel.
  if (n === "global") return Math.max(1, nK);
  if (typeof n === "string") checkChoice(operation, "scale.n", n, ["visible", "global"]);
  return checkNumber(operation, "scale.n", n, atLeastOne);
}
