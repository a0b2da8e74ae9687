/**
 * onnxruntime-web's WebAssembly back end, on every graph that says the operation (onnx_graphs.js).
 */
import * as ort from "/peers/onnxruntime-web/dist/ort.wasm.min.mjs";
import { GRAPHS } from "./onnx_graphs.js";

ort.env.wasm.wasmPaths = new URL("/peers/onnxruntime-web/dist/", location.origin).href;
ort.env.logLevel = "error";

async function taskOf(graph, size, given) {
  const { model, shapes, arrangeInput, arrangeOutput } = graph(size, given);
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
  });
  const feeds = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, new ort.Tensor("float32", arrangeInput(given[name]), shape)]),
  );
  let latest;
  return {
    async run() {
      latest = await session.run(feeds);
    },
    result: () => arrangeOutput(latest.out.data),
    dispose: () => session.release(),
  };
}

/** One contestant for each way, of the same name: the fastest of them races. */
export async function contestants(threads) {
  ort.env.wasm.numThreads = threads;
  return Object.entries(GRAPHS).flatMap(([operation, ways]) =>
    Object.entries(ways).map(([way, graph]) => ({
      name: `onnxruntime-web, ${threads} thread${threads > 1 ? "s" : ""}`,
      kind: "peer",
      peer: "onnxruntime-web",
      threads,
      way,
      operations: { [operation]: (size, given) => taskOf(graph, size, given) },
    })),
  );
}
