/**
 * What the test calls in the page. Nothing is loaded before it is asked for.
 */
import { reported, sample } from "./operations.js";

const PACKAGE = "/attnlab/dist/";

const compiled = async (address) => WebAssembly.compileStreaming(fetch(address));
const downloaded = async (address) => (await fetch(address)).arrayBuffer();

globalThis.inPage = {
  sample: (options) =>
    reported(async () => {
      const { load } = await import(`${PACKAGE}index.js`);
      return sample(await load(options));
    }),

  /** The entry without inlined binaries; `source` says how it is given one. */
  sampleExternal: (source, address) =>
    reported(async () => {
      const { load } = await import(`${PACKAGE}external.js`);
      const sources = {
        none: async () => ({}),
        wasmUrl: async () => ({ wasmUrl: address }),
        wasmBinary: async () => ({ wasmBinary: await downloaded(address) }),
        wasmModule: async () => ({ wasmModule: await compiled(address) }),
      };
      return sample(await load(await sources[source]()));
    }),

  sampleInWorker: (options) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
      worker.onerror = (event) => reject(new Error(event.message));
      worker.onmessage = ({ data }) => {
        worker.terminate();
        resolve(data);
      };
      worker.postMessage(options);
    }),

  /** The first call of an operation that is refused, and the state of memory before and after. */
  refusal: () =>
    reported(async () => {
      const { load } = await import(`${PACKAGE}index.js`);
      const lab = await load();
      const q = lab.tensor(new Float32Array(6), [2, 3]);
      const k = lab.tensor(new Float32Array(8), [2, 4]);
      return lab.attention(q, k, k);
    }),

  /** npy and safetensors written and read back. */
  files: () =>
    reported(async () => {
      const { readNpy, writeNpy, readSafetensors, writeSafetensors } = await import(`${PACKAGE}io.js`);
      const tensor = { data: Float32Array.of(1, -2, 3.5, 0, 5, 6), shape: [2, 3] };
      const npy = readNpy(writeNpy(tensor));
      const { tensors, metadata } = readSafetensors(writeSafetensors({ x: tensor }, { metadata: { made: "here" } }));
      return { npy: Array.from(npy.data), shape: npy.shape, x: Array.from(tensors.x.data), metadata };
    }),
};
