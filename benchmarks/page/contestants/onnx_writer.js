/**
 * Just enough of the ONNX format (protocol buffers, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3) to write
 * a small graph of float32 tensors, so that the peer's models are made here, in view, for exactly the sizes measured.
 *
 * @example
 * const bytes = onnxModel({
 *   inputs: { a: [2, 3], b: [3, 4] },
 *   outputs: { c: [2, 4] },
 *   nodes: [{ operator: "MatMul", inputs: ["a", "b"], outputs: ["c"] }],
 * });
 */

const FLOAT = 1;
const IR_VERSION = 10;
const encoder = new TextEncoder();

function varint(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

function concatenate(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const integer = (field, value) => Uint8Array.from([...varint(field * 8), ...varint(value)]);
const bytes = (field, content) =>
  concatenate([Uint8Array.from([...varint(field * 8 + 2), ...varint(content.length)]), content]);
const string = (field, text) => bytes(field, encoder.encode(text));
const message = (field, parts) => bytes(field, concatenate(parts));
const float32 = (field, value) =>
  concatenate([Uint8Array.from(varint(field * 8 + 5)), new Uint8Array(Float32Array.of(value).buffer)]);

function attribute(name, value) {
  const parts = [string(1, name)];
  if (Array.isArray(value)) parts.push(...value.map((entry) => integer(8, entry)), integer(20, 7));
  else if (typeof value === "bigint") parts.push(integer(3, value), integer(20, 2));
  else parts.push(float32(2, value), integer(20, 1));
  return parts;
}

const node = ({ operator, domain = "", inputs, outputs, attributes = {} }) => [
  ...inputs.map((input) => string(1, input)),
  ...outputs.map((output) => string(2, output)),
  string(4, operator),
  ...Object.entries(attributes).map(([name, value]) => message(5, attribute(name, value))),
  string(7, domain),
];

const tensor = (name, { shape, data }) => [
  ...shape.map((size) => integer(1, size)),
  integer(2, FLOAT),
  string(8, name),
  bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
];

const valueInfo = ([name, shape]) => [
  string(1, name),
  message(2, [
    message(1, [
      integer(1, FLOAT),
      message(
        2,
        shape.map((size) => message(1, [integer(1, size)])),
      ),
    ]),
  ]),
];

/**
 * @param {object} graph
 * @param {Record<string, number[]>} graph.inputs  name to shape
 * @param {Record<string, number[]>} graph.outputs  name to shape
 * @param {{ operator: string, domain?: string, inputs: string[], outputs: string[],
 *   attributes?: Record<string, number | bigint | number[]> }[]} graph.nodes
 *   attributes: a number is a float, a bigint an integer, an array a list of integers
 * @param {Record<string, { shape: number[], data: Float32Array }>} [graph.constants]
 * @param {Record<string, number>} [graph.versions]  operator set versions by domain, default { "": 17 }
 * @returns {Uint8Array} a serialized ModelProto
 */
export function onnxModel({ inputs, outputs, nodes, constants = {}, versions = { "": 17 } }) {
  return concatenate([
    integer(1, IR_VERSION),
    message(7, [
      ...nodes.map((entry) => message(1, node(entry))),
      string(2, "benchmark"),
      ...Object.entries(constants).map(([name, value]) => message(5, tensor(name, value))),
      ...Object.entries(inputs).map((entry) => message(11, valueInfo(entry))),
      ...Object.entries(outputs).map((entry) => message(12, valueInfo(entry))),
    ]),
    ...Object.entries(versions).map(([domain, version]) => message(8, [string(1, domain), integer(2, version)])),
  ]);
}
