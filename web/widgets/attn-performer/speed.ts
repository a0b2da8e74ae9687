import type { Lab } from "../../package/index.js";
import { race, usualCourse, type Race } from "../shared/speed/race.js";

export const timedMethods = ["exact", "performer"] as const;
export type TimedMethod = (typeof timedMethods)[number];

export interface Speed extends Race<TimedMethod> {
  readonly features: number;
}

/** Times both at every length, the projection drawn before; yields the share of the work done. */
export function* timeSpeed(lab: Lab, { features }: { readonly features: number }): Generator<number, Speed, void> {
  const projection = lab.performerProjection(usualCourse.width, { features });
  const timed = yield* race(lab, timedMethods, {
    ...usualCourse,
    calls: (q, k, v) => ({
      exact: () => lab.attention(q, k, v),
      performer: () => lab.performer(q, k, v, { projection }),
    }),
  });
  return { features, ...timed };
}
