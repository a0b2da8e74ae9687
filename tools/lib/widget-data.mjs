// The data that travel with the attention explorer, boiled down from tests/fixtures/minilm.

import { readFileSync } from "node:fs";
import { fromRoot } from "./paths.mjs";

const fixtures = fromRoot("tests", "fixtures", "minilm");

/** @param {string} name */
export const readFixture = (name) => new Uint8Array(readFileSync(`${fixtures}/${name}`));

/** The texts of the explorer. */
const textNames = /** @type {const} */ (["sentence", "passage"]);

/**
 * @typedef {object} FixtureText
 * @property {string} source
 * @property {string[]} tokens
 * @property {number[]} layers Counted from 0.
 */

/**
 * @typedef {object} FixtureIndex
 * @property {string} model
 * @property {number} heads
 * @property {number} d
 * @property {number} extractLayer Counted from 0.
 * @property {{ sentence: FixtureText, passage: FixtureText }} texts
 */

/** @returns {FixtureIndex} */
const readIndex = () => JSON.parse(readFileSync(`${fixtures}/tokens.json`, "utf8"));

/** What the widget knows before any data arrive: tokens, sources, which layers there are (counted from 1). */
export function shippedTexts() {
  const { model, heads, d, extractLayer, texts } = readIndex();
  const text = (/** @type {FixtureText} */ { source, tokens, layers }) => ({
    source,
    tokens,
    layers: layers.map((layer) => layer + 1),
  });
  const all = [...texts.sentence.layers, ...texts.passage.layers];
  return {
    model,
    layers: Math.max(...all) + 1,
    heads,
    d,
    extractLayer: extractLayer + 1,
    sentence: text(texts.sentence),
    passage: text(texts.passage),
  };
}

/**
 * Files of the layers that are fetched when a reader chooses them: q, k and v, without the model's own output that the
 * tests need. Layers count from 1 in their names, as they do in the widget.
 * @returns {{ name: string, bytes: Uint8Array }[]}
 */
export function layerFiles() {
  const { texts } = readIndex();
  return textNames.flatMap((name) =>
    texts[name].layers.map((layer) => ({
      name: `${name}.layer${layer + 1}.safetensors`,
      bytes: keepTensors(readFixture(`${name}.layer${layer}.safetensors`), ["q", "k", "v"]),
    })),
  );
}

/** How many heads of the extract's layer travel with the comparison. */
const carriedHeads = 4;

/** q, k and v of the first heads of the extract's layer, for the comparison's first view. */
export function carriedHeadsFile() {
  const { extractLayer } = readIndex();
  return keepTensors(readFixture(`sentence.layer${extractLayer}.safetensors`), ["q", "k", "v"], carriedHeads);
}

/**
 * A safetensors file with some of another one's tensors, metadata kept.
 * @param {Uint8Array} bytes
 * @param {string[]} names
 * @param {number} [first] how many entries of each tensor's first axis are kept; all by default
 */
export function keepTensors(bytes, names, first = Infinity) {
  const start = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  /** @type {Record<string, unknown>} */
  const kept = { __metadata__: header.__metadata__ };
  const parts = [];
  let offset = 0;
  for (const name of names) {
    const { dtype, shape, data_offsets: range } = header[name];
    const [most, ...inner] = shape;
    const count = Math.min(first, most);
    const part = bytes.subarray(start + range[0], start + range[0] + ((range[1] - range[0]) / most) * count);
    kept[name] = { dtype, shape: [count, ...inner], data_offsets: [offset, offset + part.length] };
    offset += part.length;
    parts.push(part);
  }
  // Data start at a multiple of 8, as readers that map the file into memory like it.
  const text = new TextEncoder().encode(JSON.stringify(kept));
  const size = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + size + offset).fill(0x20, 8, 8 + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(size), true);
  file.set(text, 8);
  parts.reduce((at, part) => (file.set(part, at), at + part.length), 8 + size);
  return file;
}
