/**
 * The graphs that onnxruntime-web runs: for each operation every way to say it, as an exported model might, or with the
 * fused operators of ONNX and of onnxruntime. `arrange` brings inputs or outputs into the layout a graph wants; that is
 * not timed, since a model that uses the operator has its data in this layout.
 */
import { onnxModel } from "./onnx_writer.js";

const asItIs = (data) => data;

function causalMask(n) {
  const data = new Float32Array(n * n);
  for (let i = 0; i < n; ++i) data.fill(-Infinity, i * n + i + 1, (i + 1) * n);
  return { shape: [n, n], data };
}

/** Inputs q, k, v of one shape; one output. */
const attentionModel = (shape, parts) =>
  onnxModel({ inputs: { q: shape, k: shape, v: shape }, outputs: { out: shape }, ...parts });

function exported({ heads, n, d, causal }) {
  const shape = [1, heads, n, d];
  const model = attentionModel(shape, {
    constants: {
      scale: { shape: [1], data: Float32Array.of(1 / Math.sqrt(d)) },
      ...(causal ? { mask: causalMask(n) } : {}),
    },
    nodes: [
      { operator: "Transpose", inputs: ["k"], outputs: ["kt"], attributes: { perm: [0, 1, 3, 2] } },
      { operator: "MatMul", inputs: ["q", "kt"], outputs: ["logits"] },
      { operator: "Mul", inputs: ["logits", "scale"], outputs: ["scaled"] },
      ...(causal ? [{ operator: "Add", inputs: ["scaled", "mask"], outputs: ["masked"] }] : []),
      {
        operator: "Softmax",
        inputs: [causal ? "masked" : "scaled"],
        outputs: ["weights"],
        attributes: { axis: -1n },
      },
      { operator: "MatMul", inputs: ["weights", "v"], outputs: ["out"] },
    ],
  });
  return { model, shapes: { q: shape, k: shape, v: shape }, arrangeInput: asItIs, arrangeOutput: asItIs };
}

function attentionOperator({ heads, n, d, causal }) {
  const shape = [1, heads, n, d];
  const model = attentionModel(shape, {
    nodes: [
      {
        operator: "Attention",
        inputs: ["q", "k", "v"],
        outputs: ["out"],
        attributes: { is_causal: causal ? 1n : 0n, scale: 1 / Math.sqrt(d) },
      },
    ],
    versions: { "": 23 },
  });
  return { model, shapes: { q: shape, k: shape, v: shape }, arrangeInput: asItIs, arrangeOutput: asItIs };
}

/** [heads, n, d] to [n, heads, d], the layout of MultiHeadAttention; with the first two sizes swapped, back again. */
function swapHeadsAndRows(data, heads, n, d) {
  const swapped = new Float32Array(data.length);
  for (let head = 0; head < heads; ++head) {
    for (let i = 0; i < n; ++i) {
      const from = (head * n + i) * d;
      swapped.set(data.subarray(from, from + d), (i * heads + head) * d);
    }
  }
  return swapped;
}

function multiHeadAttention({ heads, n, d, causal }) {
  const shape = [1, n, heads * d];
  const model = attentionModel(shape, {
    nodes: [
      {
        operator: "MultiHeadAttention",
        domain: "com.microsoft",
        inputs: ["q", "k", "v"],
        outputs: ["out"],
        attributes: { num_heads: BigInt(heads), unidirectional: causal ? 1n : 0n, scale: 1 / Math.sqrt(d) },
      },
    ],
    versions: { "": 17, "com.microsoft": 1 },
  });
  return {
    model,
    shapes: { q: shape, k: shape, v: shape },
    arrangeInput: (data) => swapHeadsAndRows(data, heads, n, d),
    arrangeOutput: (data) => swapHeadsAndRows(data, n, heads, d),
  };
}

/** One operator from inputs of given shapes to an output of the shape of `x`. */
function oneOperator(operator, shapes, outShape, { attributes = {}, constants = {}, version = 17 } = {}) {
  const model = onnxModel({
    inputs: shapes,
    outputs: { out: outShape },
    constants,
    nodes: [{ operator, inputs: [...Object.keys(shapes), ...Object.keys(constants)], outputs: ["out"], attributes }],
    versions: { "": version },
  });
  return { model, shapes, arrangeInput: asItIs, arrangeOutput: asItIs };
}

const rowsShape = ({ rows, columns }) => [rows, columns];
const norm = { axis: -1n, epsilon: 1e-5 };

/** Operation to way to graph. */
export const GRAPHS = {
  attention: {
    "exported operators": exported,
    Attention: attentionOperator,
    MultiHeadAttention: multiHeadAttention,
  },
  matmul: {
    MatMul: ({ m, k, n }) => oneOperator("MatMul", { a: [m, k], b: [k, n] }, [m, n]),
    // A model's weights are constants, which are packed when the session is made.
    "MatMul by a constant": ({ m, k, n }, { b }) =>
      oneOperator("MatMul", { a: [m, k] }, [m, n], { constants: { b: { shape: [k, n], data: b } } }),
  },
  softmax: {
    Softmax: (size) => oneOperator("Softmax", { x: rowsShape(size) }, rowsShape(size), { attributes: { axis: -1n } }),
  },
  layerNorm: {
    LayerNormalization: (size) =>
      oneOperator(
        "LayerNormalization",
        { x: rowsShape(size), gamma: [size.columns], beta: [size.columns] },
        rowsShape(size),
        { attributes: norm },
      ),
  },
  rmsNorm: {
    RMSNormalization: (size) =>
      oneOperator("RMSNormalization", { x: rowsShape(size), gamma: [size.columns] }, rowsShape(size), {
        attributes: norm,
        version: 23,
      }),
    SimplifiedLayerNormalization: (size) =>
      oneOperator("SimplifiedLayerNormalization", { x: rowsShape(size), gamma: [size.columns] }, rowsShape(size), {
        attributes: norm,
      }),
  },
};
