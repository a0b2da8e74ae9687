import { flag, whole } from "../../shared/state.js";

/** Keys per tile that are on offer. */
export const tileSizes = [1, 2, 4, 8, 16] as const;

/** Factors on the logits that are on offer. */
export const sharpnesses = [1, 2, 4, 8, 16, 32] as const;

/** State of the view "step by step". The defaults show the second of four tiles, when there is something to rescale. */
export const stepsSchema = {
  tile: whole(8, 1),
  step: whole(2),
  sharpness: whole(1, 1),
  forget: flag(false),
  raw: flag(false),
};
