import { loadLayer, offeredLayers, offeredTexts } from "../attn-explorer/data/shipped.js";
import type { Source } from "./copy-as-javascript.js";
import { randomKeys, type Keys } from "./keys.js";
import type { KeyName } from "./schema.js";

/** Queries and keys, and how a program comes by them. */
export interface Given {
  /** Distinguishes them. */
  readonly name: string;
  readonly keys: Keys;
  readonly source: Source;
}

export const offeredSources: readonly KeyName[] = ["random", ...offeredTexts];

/** The layer of a text that is nearest to `layer` among those on offer, the lower one of two; any for random keys. */
export function layerOf(name: KeyName, layer: number): number {
  if (name === "random") return layer;
  const [first = 1, ...others] = offeredLayers(name);
  return others.reduce((best, one) => (Math.abs(one - layer) < Math.abs(best - layer) ? one : best), first);
}

export const layersOf = (name: KeyName): readonly number[] => (name === "random" ? [] : offeredLayers(name));

/** Random keys at once; a text's layer when it has arrived. */
export async function give(name: KeyName, layer: number, seed: number, d: number): Promise<Given> {
  if (name === "random") {
    return { name: `random ${seed} ${d}`, keys: randomKeys(seed, d), source: { kind: "random", seed, d } };
  }
  const data = await loadLayer(name, layer);
  const { heads, nQ, nK, q, k, origin } = data;
  const keys = { heads, queries: nQ, n: nK, d: data.d, q, k, paired: true, tokens: data.keyTokens };
  const source: Source = origin?.kind === "address" ? origin : { kind: "inline", keys };
  return { name: data.name, keys, source };
}
