// The same, with the binary read from its own file.
import { readFile } from "node:fs/promises";
import { load } from "attnlab/external";

const binary = await readFile(new URL(import.meta.resolve("attnlab/kernels.simd.wasm")));
const lab = await load({ wasmBinary: binary });
const x = lab.tensor([
  [1, 0],
  [0, 1],
]);
const out = lab.attention(x, x, x, { causal: true, scale: 1 });
console.log(JSON.stringify({ shape: out.shape, data: Array.from(out.data), variant: lab.variant }));
