/**
 * The real model's queries and keys, from the fixtures rather than from the widget's own files, and what attention makes
 * of them in double precision.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors, type Tensor } from "attnlab/io";
import { attentionWeights, entropy, rowsOf, type Rows } from "./reference.js";

const FIXTURES = join(import.meta.dirname, "..", "..", "fixtures", "minilm");

export type ScaleName = "none" | "sqrt" | "entropy";

/** What a figure shows; layer and head count from 1, as in the widget. */
export interface View {
  text?: "sentence" | "passage";
  layer: number;
  head: number;
  scale: ScaleName;
  causal?: boolean;
}

function layerOf(text: string, layer: number): Record<string, Tensor> {
  return readSafetensors(readFileSync(join(FIXTURES, `${text}.layer${layer - 1}.safetensors`))).tensors;
}

function headOf(tensor: Tensor | undefined, head: number): Rows {
  if (!tensor) throw new Error("the fixture lacks a tensor");
  const [, n = 0, d = 0] = tensor.shape;
  return rowsOf(tensor.data.subarray((head - 1) * n * d, head * n * d), d);
}

/** The factor of a row that sees `visible` keys. */
export const scaleFactor = (scale: ScaleName, d: number, visible: number): number =>
  ({ none: 1, sqrt: 1 / Math.sqrt(d), entropy: Math.log(visible) / (Math.log(512) * Math.sqrt(d)) })[scale];

/** Weights of every row of q and k, [n, d] each. */
export function weightsBetween(q: Rows, k: Rows, scale: ScaleName, causal = false): number[][] {
  const d = q[0]?.length ?? NaN;
  return attentionWeights(q, k, { scale: (visible) => scaleFactor(scale, d, visible), causal });
}

/** Weights of every row of the head in view. */
export function expectedWeights({ text = "sentence", layer, head, scale, causal = false }: View): number[][] {
  const { q, k } = layerOf(text, layer);
  return weightsBetween(headOf(q, head), headOf(k, head), scale, causal);
}

/** Entropy of every row, in nats. */
export const expectedEntropies = (view: View): number[] => expectedWeights(view).map((row) => entropy(row));

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
