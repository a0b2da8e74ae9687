import type { Lab, SampleTokenOptions, Tensor } from "../../package/index.js";
import { randomCode, randomNumbers } from "../shared/random.js";

export const steps = 24;
export const vocabulary = 1000;
/** Entropy in nats that every step is brought to by default: as many choices as 4.5 equal ones. */
export const samplingTarget = 1.5;

/** Ways to draw a token, in the order of the pictures. */
export const ruleNames = ["raw", "temperature", "topk", "topp", "entropy"] as const;
export type RuleName = (typeof ruleNames)[number];

export interface SamplingOptions {
  readonly seed: number;
  readonly temperature: number;
  readonly topk: number;
  readonly topp: number;
  readonly entropy: number;
}

/** What one rule makes of the text. */
export interface Rule {
  readonly name: RuleName;
  /** [steps, vocabulary] */
  readonly probabilities: Float32Array;
  /** Per step: entropy, how many tokens can be drawn, the rank of the one that is (from 1). */
  readonly entropy: Float32Array;
  readonly kept: readonly number[];
  readonly drawn: readonly number[];
}

/** Spread of the logits at a step: from a step that leaves much open to one that leaves nothing. */
const spreadOf = "1 + 9 * uniform() ** 2";

/**
 * A made-up text: next-token logits of 24 steps over 1000 tokens, normal with a spread of its own at each step, tokens in
 * order of their logit.
 */
export function logitsOf(seed: number): Float32Array {
  const { uniform, normal } = randomNumbers(seed);
  const rows = Array.from({ length: steps }, () => {
    const spread = 1 + 9 * uniform() ** 2;
    return Array.from({ length: vocabulary }, () => spread * normal()).sort((a, b) => b - a);
  });
  return Float32Array.from(rows.flat());
}

/** What `lab.sampleToken` is given for a rule. */
export function ruleOptions(name: RuleName, options: SamplingOptions): SampleTokenOptions {
  const { seed, temperature, topk, topp, entropy } = options;
  const own: Readonly<Record<RuleName, SampleTokenOptions>> = {
    raw: {},
    temperature: { temperature },
    topk: { topK: topk },
    topp: { topP: topp },
    entropy: { entropy },
  };
  return { ...own[name], seed };
}

/** Every rule on every step; each draws with the same random number. */
export function sampled(lab: Lab, options: SamplingOptions): readonly Rule[] {
  const logits: Tensor = { data: logitsOf(options.seed), shape: [steps, vocabulary] };
  return ruleNames.map((name) => {
    const { token, probabilities } = lab.sampleToken(logits, ruleOptions(name, options));
    const { data } = probabilities;
    return {
      name,
      probabilities: data,
      entropy: lab.entropy(probabilities).data,
      kept: Array.from({ length: steps }, (_, step) => rowOf(data, step).filter((value) => value > 0).length),
      drawn: Array.from(token, (index) => index + 1),
    };
  });
}

/** One step's probabilities. */
export const rowOf = (probabilities: Float32Array, step: number): Float32Array =>
  probabilities.subarray(step * vocabulary, (step + 1) * vocabulary);

/** A program's lines that make the same logits. */
export const logitsCode = (
  seed: number,
): string => `${randomCode(seed)}const rows = Array.from({ length: ${steps} }, () => {
  const spread = ${spreadOf};
  return Array.from({ length: ${vocabulary} }, () => spread * normal()).sort((a, b) => b - a);
});
const logits = lab.tensor(rows);
`;
