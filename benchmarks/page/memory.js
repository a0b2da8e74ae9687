/**
 * How much memory exact attention takes beyond inputs and result. WebAssembly's memory grows in large steps, so its size says
 * little: instead the least free block is sought with which a call makes it grow no more.
 */
import { load } from "/attnlab/dist/index.js";
import { normals } from "./random.js";

const VARIANT = "relaxed";
const STEP_BYTES = 65_536;
const FLOAT_BYTES = 4;
/** No size below takes more than this, in steps. */
const MOST_STEPS = 512;

const SIZES = [
  { label: "8 heads x 1024 x 64", heads: 8, n: 1024, d: 64 },
  { label: "8 heads x 4096 x 64", heads: 8, n: 4096, d: 64 },
  { label: "1 head x 16384 x 64", heads: 1, n: 16384, d: 64 },
];

/** A new instance of the kernels that holds the operands, and a block of so many steps that can be given back. */
async function instance(binary, tensors, shape, steps) {
  // Bytes of its own make an instance of its own.
  const lab = await load({ wasmBinary: binary.slice() });
  const operands = tensors.map((tensor) => lab.resident(tensor));
  const out = lab.resident(shape);
  const block = lab.resident([(steps * STEP_BYTES) / FLOAT_BYTES]);
  return { lab, operands, out, block, fill: () => lab.resident([STEP_BYTES / FLOAT_BYTES]) };
}

/** Whether attention makes do with so many free steps. */
async function fits(binary, tensors, shape, steps) {
  // What is free besides is found out in an instance and taken in a second one.
  const rehearsal = await instance(binary, tensors, shape, steps);
  const { bytes } = rehearsal.lab.memory();
  let free = 0;
  for (rehearsal.fill(); rehearsal.lab.memory().bytes === bytes; ++free) rehearsal.fill();
  const { lab, operands, out, block, fill } = await instance(binary, tensors, shape, steps);
  for (let step = 0; step < free; ++step) fill();
  block.dispose();
  const before = lab.memory().bytes;
  lab.attention(...operands, { out });
  return lab.memory().bytes === before;
}

async function beyond(binary, { heads, n, d }) {
  const shape = [heads, n, d];
  const tensors = [1, 2, 3].map((seed) => ({ data: normals(heads * n * d, seed), shape }));
  let [low, high] = [0, MOST_STEPS];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await fits(binary, tensors, shape, middle)) high = middle;
    else low = middle;
  }
  return high * STEP_BYTES;
}

/** @returns {Promise<import("../lib/types.js").MemoryUse[]>} */
globalThis.measureMemory = async () => {
  const binary = await (await fetch(`/attnlab/dist/kernels.${VARIANT}.wasm`)).arrayBuffer();
  const found = [];
  for (const size of SIZES) {
    const packed = 2 * size.n * size.d * FLOAT_BYTES;
    found.push({ label: size.label, variant: VARIANT, bytes: await beyond(binary, size), packed });
  }
  return found;
};
