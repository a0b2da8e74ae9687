import type { Place } from "./batch.js";
import type { NormsState } from "./schema.js";

type Choice = Pick<NormsState, "norm" | "axes" | "groups" | "inference">;

/**
 * For each entry of [samples, tokens, channels] the number of the slice that it is normalized in: entries with the same
 * number share mean and deviation. With stored statistics every entry stands for itself.
 */
export function sliceIds(choice: Choice, { samples, tokens, channels }: Place): number[] {
  return Array.from({ length: samples * tokens * channels }, (_, index) => {
    const [channel, row] = [index % channels, Math.floor(index / channels)];
    const sample = Math.floor(row / tokens);
    switch (choice.norm) {
      case "batch":
        return choice.inference ? index : channel;
      case "instance":
        return sample * channels + channel;
      case "group":
        return sample * choice.groups + Math.floor((channel * choice.groups) / channels);
      default:
        return choice.axes === "channels" ? row : sample;
    }
  });
}

/** A block of rows (tokens of all samples, one below the other) and columns (channels); the ends are not in it. */
export interface Block {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Every slice is a block of the matrix. */
export function blocks(slices: readonly number[], channels: number): Map<number, Block> {
  const found = new Map<number, Block>();
  slices.forEach((slice, index) => {
    const [column, row] = [index % channels, Math.floor(index / channels)];
    const { top, bottom, left, right } = found.get(slice) ?? { top: row, bottom: 0, left: column, right: 0 };
    found.set(slice, {
      top: Math.min(top, row),
      bottom: Math.max(bottom, row + 1),
      left: Math.min(left, column),
      right: Math.max(right, column + 1),
    });
  });
  return found;
}
