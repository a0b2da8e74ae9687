import type { Lab, TensorLike } from "../../../package/index.js";
import { standingOf } from "../../shared/speed/crossing.js";
import { race, type Race } from "../../shared/speed/race.js";
import { plainAttention } from "./plain-attention.js";

/** Head size of the measurement. */
export const width = 64;

/** What is timed, in the order of the legend, and how far it goes before a reader would lose patience. */
export const methods = {
  exact: { most: 4096, run: (lab: Lab, q: TensorLike, k: TensorLike, v: TensorLike) => lab.attention(q, k, v) },
  linear: { most: 4096, run: (lab: Lab, q: TensorLike, k: TensorLike, v: TensorLike) => lab.linearAttention(q, k, v) },
  plain: { most: 1024, run: (_lab: Lab, q: TensorLike, k: TensorLike, v: TensorLike) => plainAttention(q, k, v) },
} as const;

export type MethodName = keyof typeof methods;
export const methodNames = Object.keys(methods) as MethodName[];

export const lengths = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096] as const;

export type Crossover = Race<MethodName>;

/** Times every method at every length, one head; yields the share of the work done. */
export const timeCrossover = (
  lab: Lab,
  { samples }: { readonly samples: number },
): Generator<number, Crossover, void> =>
  race(lab, methodNames, {
    width,
    lengths,
    samples,
    calls: (q, k, v, n) =>
      Object.fromEntries(
        methodNames
          .filter((name) => n <= methods[name].most)
          .map((name) => [name, (): unknown => methods[name].run(lab, q, k, v)]),
      ),
  });

/** From which length on linear attention is faster than the exact one; undefined where it is not at the longest. */
export function crossing({ points }: Crossover): number | undefined {
  const standing = standingOf(points.exact, points.linear);
  if (standing.kind === "crossing") return standing.n;
  return standing.kind === "always" ? lengths[0] : undefined;
}
