import { randomNumbers } from "../shared/random.js";
import { most, reach, type NormsState } from "./schema.js";

/** The sample that is louder than the others, and the channel that is shifted; from 0. */
export const loud = 1;
export const shifted = 4;

const loudness = 2.5;
const shift = 1.5;

const hundredths = (value: number): number => Math.round(value * 100) / 100;
const within = (value: number): number => Math.max(-reach, Math.min(reach, value));

/** Activations [samples, tokens, channels]: normal, one channel shifted, then one sample louder than the rest. */
export function randomBatch(seed: number): number[] {
  const { normal } = randomNumbers(seed);
  const { samples, tokens, channels } = most;
  return Array.from({ length: samples * tokens * channels }, (_, index) => {
    const value = normal() + (index % channels === shifted ? shift : 0);
    const sample = Math.floor(index / (tokens * channels));
    return hundredths(within(sample === loud ? loudness * value : value));
  });
}

/** Entries that were dragged, by their place in the whole batch. */
export function readEdits(text: string): Map<number, number> {
  const pairs = text.split("~").filter((part) => part !== "");
  return new Map(
    pairs.map((pair): [number, number] => {
      const [place = 0, value = 0] = pair.split("_").map(Number);
      return [place, within(value)];
    }),
  );
}

export const writeEdits = (edits: ReadonlyMap<number, number>): string =>
  Array.from(edits, ([place, value]) => `${place}_${hundredths(value)}`).join("~");

/** Extents of the part of the batch that is looked at, and the entry of it that is chosen, from 0. */
export interface Place {
  readonly samples: number;
  readonly tokens: number;
  readonly channels: number;
  readonly sample: number;
  readonly token: number;
  readonly channel: number;
  /** The chosen entry's place in the part that is looked at, and in the whole batch. */
  readonly index: number;
  readonly whole: number;
}

type Counts = Pick<NormsState, "samples" | "tokens" | "sample" | "token" | "channel">;

/** What an author wrote beyond the batch's extents counts as its last. */
export function placeOf(state: Counts): Place {
  const samples = Math.min(state.samples, most.samples);
  const tokens = Math.min(state.tokens, most.tokens);
  const { channels } = most;
  const sample = Math.min(state.sample, samples) - 1;
  const token = Math.min(state.token, tokens) - 1;
  const channel = Math.min(state.channel, channels) - 1;
  const index = (sample * tokens + token) * channels + channel;
  const whole = (sample * most.tokens + token) * channels + channel;
  return { samples, tokens, channels, sample, token, channel, index, whole };
}

/** What is looked at of the whole batch, in units of the size. */
export function batchOf(seed: number, edits: string, { samples, tokens, channels }: Place): number[] {
  const all = randomBatch(seed);
  for (const [place, value] of readEdits(edits)) if (place < all.length) all[place] = value;
  return all.filter(
    (_, index) =>
      Math.floor(index / (most.tokens * channels)) < samples && Math.floor(index / channels) % most.tokens < tokens,
  );
}
