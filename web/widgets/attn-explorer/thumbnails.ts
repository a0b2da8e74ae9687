import type { Lab } from "../../package/index.js";
import { largest, type Grid } from "../shared/charts/grid.js";
import { analyze, meanEntropy } from "./analysis.js";
import { headOf, type AttentionData } from "./data/attention-data.js";
import type { ScaleName } from "./schema.js";

/** One head in small. */
export interface Thumbnail {
  readonly grid: Grid;
  readonly most: number;
  readonly entropy: number;
}

export interface ThumbnailsInput {
  readonly data: AttentionData;
  readonly scale: ScaleName;
  readonly causal: boolean;
}

const limit = 48;
/** Up to this many keys all maps share the color range 0 to 1, so that scales can be compared by eye. */
const fullRangeKeys = 64;

/** Value of the strongest color: 1 for short texts, so that pictures can be compared, else the largest entry. */
export const mostOf = (nK: number, grid: Grid): number => (nK <= fullRangeKeys ? 1 : largest(grid));

/** A small picture and the mean entropy of every head. */
export function* thumbnailsOf(
  lab: Lab,
  { data, scale, causal }: ThumbnailsInput,
): Generator<number, Thumbnail[], void> {
  const all: Thumbnail[] = [];
  for (let head = 0; head < data.heads; head++) {
    const input = { ...headOf(data, head), scale, causal, limit, compare: [] };
    const { grid, entropy } = yield* analyze(lab, input);
    all.push({ grid, most: mostOf(data.nK, grid), entropy: meanEntropy(entropy[scale]) });
  }
  return all;
}
