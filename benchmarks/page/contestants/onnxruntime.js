/**
 * onnxruntime-web's WebAssembly back end with one thread, on three graphs: the operators that an exported model holds
 * (its optimizer may fuse them), ONNX's own Attention operator, and onnxruntime's MultiHeadAttention.
 */
import * as ort from "/peers/onnxruntime-web/dist/ort.wasm.min.mjs";
import { onnxModel } from "./onnx_writer.js";

ort.env.wasm.wasmPaths = new URL("/peers/onnxruntime-web/dist/", location.origin).href;
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

const feedsOf = (shape, data) =>
  Object.fromEntries(Object.entries(data).map(([name, values]) => [name, new ort.Tensor("float32", values, shape)]));

/** The session's output as [heads, n, d]. */
async function contestantOf(model, feeds, arrange = (data) => data) {
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
  });
  let latest;
  return {
    async run() {
      latest = await session.run(feeds);
    },
    result: () => arrange(latest.out.data),
    dispose: () => session.release(),
  };
}

function causalMask(n) {
  const data = new Float32Array(n * n);
  for (let i = 0; i < n; ++i) data.fill(-Infinity, i * n + i + 1, (i + 1) * n);
  return { shape: [n, n], data };
}

const graph = {
  name: "onnxruntime-web, graph",
  kind: "peer",
  operations: {
    attention({ heads, n, d, causal }, given) {
      const shape = [1, heads, n, d];
      const scores = causal ? "masked" : "scaled";
      const model = onnxModel({
        inputs: { q: shape, k: shape, v: shape },
        outputs: { out: shape },
        constants: {
          scale: { shape: [1], data: Float32Array.of(1 / Math.sqrt(d)) },
          ...(causal ? { mask: causalMask(n) } : {}),
        },
        nodes: [
          { operator: "Transpose", inputs: ["k"], outputs: ["kt"], attributes: { perm: [0, 1, 3, 2] } },
          { operator: "MatMul", inputs: ["q", "kt"], outputs: ["logits"] },
          { operator: "Mul", inputs: ["logits", "scale"], outputs: ["scaled"] },
          ...(causal ? [{ operator: "Add", inputs: ["scaled", "mask"], outputs: ["masked"] }] : []),
          { operator: "Softmax", inputs: [scores], outputs: ["weights"], attributes: { axis: -1n } },
          { operator: "MatMul", inputs: ["weights", "v"], outputs: ["out"] },
        ],
      });
      return contestantOf(model, feedsOf(shape, given));
    },
  },
};

const attentionOperator = {
  name: "onnxruntime-web, Attention",
  kind: "peer",
  operations: {
    attention({ heads, n, d, causal }, given) {
      const shape = [1, heads, n, d];
      const model = onnxModel({
        inputs: { q: shape, k: shape, v: shape },
        outputs: { out: shape },
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
      return contestantOf(model, feedsOf(shape, given));
    },
  },
};

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

const multiHeadAttention = {
  name: "onnxruntime-web, MultiHeadAttention",
  kind: "peer",
  operations: {
    attention({ heads, n, d, causal }, given) {
      const shape = [1, n, heads * d];
      const model = onnxModel({
        inputs: { q: shape, k: shape, v: shape },
        outputs: { out: shape },
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
      // Re-arranging is not timed: a model that uses the operator has its data in this layout.
      const swapped = Object.fromEntries(
        Object.entries(given).map(([name, data]) => [name, swapHeadsAndRows(data, heads, n, d)]),
      );
      return contestantOf(model, feedsOf(shape, swapped), (data) => swapHeadsAndRows(data, n, heads, d));
    },
  },
};

export const contestants = async () => [graph, attentionOperator, multiHeadAttention];
