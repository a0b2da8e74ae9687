import type { Lab } from "../../package/index.js";
import { race, usualCourse, type Race } from "../shared/speed/race.js";

/** Exact attention, the landmarks that are chosen, and as many as the article thinks enough. */
export const timedMethods = ["exact", "chosen", "typical"] as const;
export type TimedMethod = (typeof timedMethods)[number];
export const typicalLandmarks = 64;

export interface Speed extends Race<TimedMethod> {
  readonly landmarks: number;
}

/**
 * Times them at every length, six steps of the iteration included; yields the share of the work done. Where there are not more
 * tokens than landmarks, the package computes exact attention: nothing to time.
 */
export function* timeSpeed(lab: Lab, { landmarks }: { readonly landmarks: number }): Generator<number, Speed, void> {
  const timed = yield* race<TimedMethod>(lab, timedMethods, {
    ...usualCourse,
    calls: (q, k, v, n) => ({
      exact: () => lab.attention(q, k, v),
      ...(n > landmarks && { chosen: () => lab.nystromformer(q, k, v, { landmarks }) }),
      ...(landmarks !== typicalLandmarks && {
        typical: () => lab.nystromformer(q, k, v, { landmarks: typicalLandmarks }),
      }),
    }),
  });
  return { landmarks, ...timed };
}
