import type { TemplateResult } from "lit";
import { crossingOf } from "../shared/speed/crossing.js";
import { speedPicture } from "../shared/speed/picture.js";
import { errorCaption, inverseCaption, leakCaption, matricesCaption, stepsCaption, told } from "./caption.js";
import { errorCode, inverseCode, leakCode, matricesCode, speedCode, stepsCode } from "./copy-as-javascript.js";
import { errorCsv, inverseCsv, leakCsv, matricesCsv, stepsCsv } from "./exports.js";
import type { Inverse, InverseInput } from "./inverse.js";
import type { Leak, LeakInput } from "./leak.js";
import type { Matrices, MatricesInput } from "./matrices.js";
import { timedMethods, typicalLandmarks, type Speed } from "./speed.js";
import type { Steps, StepsInput } from "./steps.js";
import { landmarkCounts, type Sweep, type SweepInput } from "./sweep.js";
import { errorView, leakView } from "./view/charts.js";
import { inverseView } from "./view/inverse.js";
import { matricesView, type MatricesViewProps } from "./view/matrices.js";
import type { ViewProps } from "./view/parts.js";
import { stepsView, type StepsViewProps } from "./view/steps.js";

/** What a view shows, says, and gives away. */
export interface Picture {
  readonly view: TemplateResult;
  readonly caption: string;
  /** For the page: see `NystromNumbers`. */
  readonly figures: Readonly<Record<string, number>>;
  code(): string;
  csv(): string;
}

type Given = Omit<ViewProps, "caption">;

/** One picture for each view. */
export function picturesOf(given: Given) {
  const { t, numbers } = given;
  return {
    matrices(
      matrices: Matrices,
      input: MatricesInput,
      more: Pick<MatricesViewProps, "dark" | "pointed" | "onPoint">,
    ): Picture {
      const caption = matricesCaption(t, numbers, matrices, input);
      const { errors, residual } = matrices;
      return {
        caption,
        view: matricesView({ ...given, ...more, caption, from: input.from }, matrices),
        figures: {
          landmarks: input.landmarks,
          iterations: input.iterations,
          error: errors.nystrom.output,
          uniformError: errors.uniform.output,
          withoutMiddle: errors.none.output,
          rivalError: errors.rival.output,
          residual,
        },
        code: () => matricesCode(caption, input),
        csv: () => matricesCsv(matrices),
      };
    },
    steps(steps: Steps, input: StepsInput, more: Omit<StepsViewProps, keyof ViewProps>): Picture {
      const caption = stepsCaption(t, numbers, steps, input, more.step);
      return {
        caption,
        view: stepsView({ ...given, ...more, caption }, steps),
        figures: {
          landmarks: input.landmarks,
          error: steps.errors.iteration.output,
          stepError: steps.errors[more.step].output,
          uniformError: steps.errors.uniform.output,
          withoutMiddle: steps.errors.landmarks.output,
        },
        code: () => stepsCode(caption, input),
        csv: () => stepsCsv(steps),
      };
    },
    error(sweep: Sweep, input: SweepInput): Picture {
      const caption = errorCaption(t, numbers, sweep);
      return {
        caption,
        view: errorView({ ...given, caption }, sweep),
        figures: {
          landmarks: told,
          error: sweep.errors.six[landmarkCounts.indexOf(told)] ?? Number.NaN,
          uniformError: sweep.uniform,
        },
        code: () => errorCode(caption, input),
        csv: () => errorCsv(sweep),
      };
    },
    inverse(inverse: Inverse, input: InverseInput, iterations: number): Picture {
      const caption = inverseCaption(t, numbers, inverse, input, iterations);
      return {
        caption,
        view: inverseView({ ...given, caption, start: input.start, iterations }, inverse),
        figures: {
          landmarks: input.landmarks,
          iterations,
          residual: inverse.residuals[iterations] ?? Number.NaN,
          largest: inverse.shares[0]?.[0] ?? Number.NaN,
        },
        code: () => inverseCode(caption, input),
        csv: () => inverseCsv(inverse),
      };
    },
    leak(leak: Leak, input: LeakInput): Picture {
      const caption = leakCaption(t, numbers, leak);
      return {
        caption,
        view: leakView({ ...given, caption }, leak),
        figures: { landmarks: input.landmarks, largestMove: Math.max(...leak.masked.slice(0, -1)) },
        code: () => leakCode(caption, input),
        csv: () => leakCsv(leak),
      };
    },
    speed(speed: Speed, onAgain: () => void): Picture {
      const { landmarks, points } = speed;
      const of = (m: number): string => t("nystromOf", { landmarks: m });
      const rivals = [
        { kind: "method nystrom", label: of(landmarks), points: points.chosen },
        { kind: "method nystrom thin", label: of(typicalLandmarks), points: points.typical },
      ];
      const exact = { kind: "method exact", label: t("exact"), points: points.exact };
      const timed = rivals.filter((line) => line.points.length > 0);
      const picture = speedPicture(given, timedMethods, speed, [exact, ...timed], onAgain);
      return {
        ...picture,
        figures: { landmarks, crossing: crossingOf(points.exact, points.chosen) ?? Number.NaN },
        code: () => speedCode(picture.caption, landmarks),
      };
    },
  };
}
