import type { Lab } from "../../package/index.js";
import { distributionOf, starts } from "./starts.js";
import type { StartName } from "./schema.js";

/** Rounds that the article makes in its sample. */
export const articleRounds = 10;

/** After one round: the exponent on the start's own probabilities, and the entropy there. */
export interface Round {
  readonly exponent: number;
  readonly entropy: number;
}

/**
 * "converged"; "reversed": at the target, with a negative exponent, so that the least likely entry has become the likeliest;
 * "diverged": no numbers any more; "clamped": the target cannot be had; "unfinished": none of these after all rounds.
 */
export type Outcome = "converged" | "reversed" | "diverged" | "clamped" | "unfinished";

export interface Run {
  readonly outcome: Outcome;
  readonly exponent: number;
  readonly entropy: number;
  readonly output: Float32Array;
  readonly rounds: readonly Round[];
}

/** A distribution on its way to a prescribed entropy, by the article's iteration and by the robust solver. */
export interface Solution {
  readonly start: StartName;
  readonly seed: number;
  /** In float32, largest first. */
  readonly p: Float32Array;
  readonly entropy: number;
  readonly target: number;
  /** The ends of what can be had, ln k and ln s: k entries equal the largest, s are not 0. */
  readonly attainable: readonly [low: number, high: number];
  readonly robust: Run;
  readonly article: Run;
}

/** How near the target counts as there. */
const there = 1e-5;

/** Runs both. A target of 0 stands for the start's own. */
export function solve(lab: Lab, start: StartName, seed: number, entropy: number): Solution {
  const p = distributionOf(start, seed);
  const target = entropy > 0 ? entropy : starts[start].target;
  const own = lab.entropy({ data: p, shape: [p.length] }).data[0] ?? Number.NaN;
  const ties = p.filter((value) => value === p[0]).length;
  return {
    start,
    seed,
    p,
    entropy: own,
    target,
    attainable: [Math.log(ties), Math.log(p.filter((value) => value > 0).length)],
    robust: runOf(lab, p, target, "robust"),
    article: runOf(lab, p, target, "article"),
  };
}

function runOf(lab: Lab, p: Float32Array, target: number, method: "robust" | "article"): Run {
  const result = lab.entropyNormalize(
    { data: p, shape: [p.length] },
    { entropy: target, method, trace: true, ...(method === "article" && { maxIterations: articleRounds }) },
  );
  const trace = result.trace?.[0];
  const rounds = Array.from(trace?.exponent ?? [], (exponent, i) => ({
    exponent,
    entropy: trace?.entropy[i] ?? Number.NaN,
  }));
  const exponent = result.exponent.data[0] ?? Number.NaN;
  const reached = result.entropy.data[0] ?? Number.NaN;
  return { exponent, entropy: reached, output: result.output.data, rounds, outcome: outcomeOf() };

  function outcomeOf(): Outcome {
    const status = result.status[0] ?? "invalid";
    if (status.startsWith("clamped")) return "clamped";
    if (!Number.isFinite(reached)) return "diverged";
    if (Math.abs(reached - target) > there * Math.max(1, Math.log(p.length))) return "unfinished";
    return exponent < 0 ? "reversed" : "converged";
  }
}

/** Entropies of p to the power of each exponent, in one call: a power is a factor on the logarithms. */
export function curveOf(lab: Lab, p: Float32Array, exponents: readonly number[]): Float32Array {
  const largest = Math.log(p[0] ?? 1);
  const logits = exponents.flatMap((exponent) =>
    Array.from(p, (value) => (value > 0 ? exponent * (Math.log(value) - largest) : -Infinity)),
  );
  return lab.entropy({ data: Float32Array.from(logits), shape: [exponents.length, p.length] }, { input: "logits" })
    .data;
}
