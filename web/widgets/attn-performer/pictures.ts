import type { TemplateResult } from "lit";
import { crossingOf } from "../shared/speed/crossing.js";
import { speedPicture } from "../shared/speed/picture.js";
import { errorCaption, estimatorsCaption, matricesCaption, normsCaption, rangeCaption } from "./caption.js";
import { errorCode, estimatorsCode, matricesCode, normsCode, rangeCode, speedCode } from "./copy-as-javascript.js";
import type { EstimatorMap, Slice } from "./estimators.js";
import { errorCsv, matricesCsv, normsCsv, rangeCsv, sliceCsv } from "./exports.js";
import type { Matrices, MatricesInput } from "./matrices.js";
import type { Tokens } from "./problem.js";
import type { Range } from "./range.js";
import { timedMethods, type Speed } from "./speed.js";
import type { FeatureSweep, NormsInput, NormSweep } from "./sweeps.js";
import { estimatorsView, type EstimatorsViewProps } from "./view/estimators.js";
import { matricesView, type MatricesViewProps } from "./view/matrices.js";
import type { ViewProps } from "./view/parts.js";
import { errorView, normsView, rangeView } from "./view/sweeps.js";

/** What a view shows, says, and gives away. */
export interface Picture {
  readonly view: TemplateResult;
  readonly caption: string;
  /** For the page: see `PerformerNumbers`. */
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
      const { errors, width, spread } = matrices;
      return {
        caption,
        view: matricesView({ ...given, ...more, caption }, matrices),
        figures: {
          features: input.features,
          sigma: input.sigma,
          error: errors.performer.output,
          uniformError: errors.uniform.output,
          rank: width,
          spread,
        },
        code: () => matricesCode(caption, input),
        csv: () => matricesCsv(matrices),
      };
    },
    error(sweep: FeatureSweep, input: Tokens): Picture {
      const caption = errorCaption(t, numbers, sweep);
      const { bands, uniform, theory } = sweep;
      return {
        caption,
        view: errorView({ ...given, caption }, sweep),
        figures: {
          sigma: input.sigma,
          error: bands.orthogonal.at(-1)?.middle ?? Number.NaN,
          uniformError: uniform,
          theory,
        },
        code: () => errorCode(caption, input),
        csv: () => errorCsv(sweep),
      };
    },
    norms(sweep: NormSweep, input: NormsInput, sigma: number, onSigma: (sigma: number) => void): Picture {
      const caption = normsCaption(t, numbers, sweep, input, sigma);
      return {
        caption,
        view: normsView({ ...given, caption }, sweep, input.features, sigma, onSigma),
        figures: { features: input.features, sigma },
        code: () => normsCode(caption, { ...input, sigma }),
        csv: () => normsCsv(sweep),
      };
    },
    estimators(
      map: EstimatorMap,
      slice: Slice,
      more: Pick<EstimatorsViewProps, "dark" | "length" | "onLength"> & { readonly seed: number },
    ): Picture {
      const caption = estimatorsCaption(t, numbers, slice);
      return {
        caption,
        view: estimatorsView({ ...given, ...more, caption }, map, slice),
        figures: { length: slice.length },
        code: () => estimatorsCode(caption, slice.length, more.seed),
        csv: () => sliceCsv(slice),
      };
    },
    range(range: Range, seed: number): Picture {
      const caption = rangeCaption(t, numbers, range);
      return {
        caption,
        view: rangeView({ ...given, caption }, range),
        figures: { largestError: Math.max(...range.errors.safe) },
        code: () => rangeCode(caption, seed),
        csv: () => rangeCsv(range),
      };
    },
    speed(speed: Speed, onAgain: () => void): Picture {
      const { features, points } = speed;
      const exact = { kind: "method exact", label: t("exact"), points: points.exact };
      const performer = {
        kind: "method performer",
        label: t("performerOf", { features }),
        points: points.performer,
      };
      const picture = speedPicture(given, timedMethods, speed, [exact, performer], onAgain);
      return {
        ...picture,
        figures: { features, crossing: crossingOf(points.exact, points.performer) ?? Number.NaN },
        code: () => speedCode(picture.caption, features),
      };
    },
  };
}
