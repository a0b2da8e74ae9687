import texts from "virtual:texts";
import { readSafetensors } from "../../../package/io.js";
import { textNames, type TextName } from "../schema.js";
import type { AttentionData } from "./attention-data.js";
import { offersMore } from "./offer.js";

export const { extractLayer } = texts;
/** Without the name of its publisher. */
export const modelName = texts.model.replace(/^.*\//, "");
export const modelLayers = texts.layers;
export const modelHeads = texts.heads;
export const shippedText = (name: TextName): (typeof texts)["sentence"] => texts[name];

/** Texts a reader can choose. */
export const offeredTexts: readonly TextName[] = offersMore() ? textNames : ["sentence"];
/** Layers of a text a reader can choose, counted from 1. */
export const offeredLayers = (name: TextName): readonly number[] =>
  offersMore() ? texts[name].layers : [extractLayer];

const loaded = new Map<string, Promise<AttentionData>>();

/** The layer of `text` closest to `layer` that there is, the lower one of two. */
export function nearestLayer(text: TextName, layer: number): number {
  const { layers } = shippedText(text);
  return layers.reduce((best, one) => (Math.abs(one - layer) < Math.abs(best - layer) ? one : best), layers[0] ?? 1);
}

/**
 * Q, K (and V where it is a separate file) of a text's layer, counted from 1. Kept once loaded; a failure is not.
 * @throws LayerAbsent when this build does not offer the layer; Error with a plain message when fetching fails
 */
export function loadLayer(text: TextName, layer: number): Promise<AttentionData> {
  const name = `${text}.layer${layer}`;
  let data = loaded.get(name);
  if (data === undefined) {
    data = read(text, layer, name);
    loaded.set(name, data);
    data.catch(() => loaded.delete(name));
  }
  return data;
}

/** Whether the layer came, or comes, with the widget itself. */
export const isExtract = (text: TextName, layer: number): boolean => text === "sentence" && layer === extractLayer;

export class LayerAbsent extends Error {}

async function read(text: TextName, layer: number, name: string): Promise<AttentionData> {
  const { bytes, address } = isExtract(text, layer)
    ? { bytes: await (await import("./extract.js")).extract(), address: undefined }
    : await fetchLayer(text, layer);
  const { q, k, v } = readSafetensors(bytes).tensors;
  if (q === undefined || k === undefined) throw new Error(`${name} holds no q and k.`);
  const [heads = 0, n = 0, d = 0] = q.shape;
  const { tokens } = shippedText(text);
  return {
    name,
    layer,
    heads,
    keyHeads: heads,
    nQ: n,
    nK: n,
    d,
    dV: v?.shape[2] ?? d,
    q: q.data,
    k: k.data,
    v: v?.data,
    queryTokens: tokens,
    keyTokens: tokens,
    origin: address === undefined ? undefined : { kind: "address", address, q: "q", k: "k" },
  };
}

async function fetchLayer(text: TextName, layer: number): Promise<{ bytes: Uint8Array; address: string }> {
  const { fileOf } = await import("./files.js");
  const address = fileOf(text, layer);
  if (address === undefined) throw new LayerAbsent();
  const response = await fetch(address);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return { bytes: new Uint8Array(await response.arrayBuffer()), address: address.href };
}
