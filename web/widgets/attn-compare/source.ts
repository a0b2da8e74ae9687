import carried from "virtual:sentence.heads.planes";
import texts from "virtual:texts";
import { offersMore } from "../attn-explorer/data/offer.js";
import { unpackPlanes } from "../shared/planes.js";
import { headsOfFile, type Heads } from "./heads.js";
import type { SourceName } from "./schema.js";

export const modelName = texts.model.replace(/^.*\//, "");
export const carriedLayer = texts.extractLayer;

/** Layers a reader can choose; 0 stands for the heads that travel with the widget. */
export function layersOf(source: SourceName): readonly number[] {
  if (source === "sentence") return offersMore() ? [0, ...texts.sentence.layers] : [0];
  return source === "passage" ? texts.passage.layers : [];
}

export const sources: readonly SourceName[] = offersMore()
  ? ["sentence", "passage", "synthetic", "own"]
  : ["sentence", "synthetic", "own"];

/** The layer that is there, nearest below or above. */
export function layerInView(source: SourceName, layer: number): number {
  const there = layersOf(source);
  return there.reduce((best, one) => (Math.abs(one - layer) < Math.abs(best - layer) ? one : best), there[0] ?? 0);
}

/** The layers that can be compared with one another. */
export const comparable = (source: SourceName): readonly number[] => layersOf(source).filter((layer) => layer > 0);

/** Heads of the model at a layer that there is. */
export async function modelHeads(source: "sentence" | "passage", layer: number): Promise<Heads> {
  if (layer === 0) return headsOfFile("carried", await unpackPlanes(carried), source, carriedLayer);
  const { fileOf } = await import("../attn-explorer/data/files.js");
  const address = fileOf(source, layer);
  if (address === undefined) throw new Error(`${source}, ${layer}`);
  const response = await fetch(address);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return headsOfFile(`${source} ${layer}`, new Uint8Array(await response.arrayBuffer()), source, layer);
}
