import type { TemplateResult } from "lit";
import { errorCaption, inverseCaption, leakCaption, matricesCaption, told } from "./caption.js";
import { errorCode, inverseCode, leakCode, matricesCode } from "./copy-as-javascript.js";
import { errorCsv, inverseCsv, leakCsv, matricesCsv } from "./exports.js";
import type { Inverse, InverseInput } from "./inverse.js";
import type { Leak, LeakInput } from "./leak.js";
import type { Matrices, MatricesInput } from "./matrices.js";
import type { Tokens } from "./problem.js";
import { landmarkCounts, type Sweep } from "./sweep.js";
import { errorView, inverseView, leakView } from "./view/charts.js";
import { matricesView, type MatricesViewProps } from "./view/matrices.js";
import type { ViewProps } from "./view/parts.js";

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
        view: matricesView({ ...given, ...more, caption }, matrices),
        figures: {
          landmarks: input.landmarks,
          iterations: input.iterations,
          error: errors.nystrom.output,
          uniformError: errors.uniform.output,
          withoutMiddle: errors.none.output,
          residual,
        },
        code: () => matricesCode(caption, input),
        csv: () => matricesCsv(matrices),
      };
    },
    error(sweep: Sweep, input: Tokens): Picture {
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
    inverse(inverse: Inverse, input: InverseInput): Picture {
      const caption = inverseCaption(t, numbers, inverse, input);
      return {
        caption,
        view: inverseView({ ...given, caption }, inverse, input.start),
        figures: { landmarks: input.landmarks, residual: inverse.residuals[6] ?? Number.NaN, largest: inverse.largest },
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
  };
}
