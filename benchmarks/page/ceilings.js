/**
 * The machine's ceilings as contestants of a race, so that they are measured at the same moments as the operations.
 */

const ARITHMETIC_ROUNDS = 1 << 18;
const START = 1;
const FACTOR = 0.999;
const TERM = 0.001;

async function instance(variant) {
  const { instance } = await WebAssembly.instantiateStreaming(fetch(`/ceilings/ceilings.${variant}.wasm`), {});
  instance.exports._initialize();
  return instance.exports;
}

function arithmetic(exports, variant) {
  const step = variant === "relaxed" ? exports.fused_multiply_add : exports.multiply_then_add;
  return {
    name: variant === "relaxed" ? "ceiling: fused multiply-add" : "ceiling: multiply, then add",
    kind: "ceiling",
    variant,
    flops: ARITHMETIC_ROUNDS * exports.operations_per_round(),
    run: () => step(START, FACTOR, TERM, ARITHMETIC_ROUNDS),
  };
}

/**
 * The arithmetic ceiling of each binary that this engine accepts.
 *
 * @returns {Promise<{ name: string, kind: "ceiling", variant: "relaxed" | "simd", flops: number, run: () => unknown }[]>}
 */
export async function arithmeticCeilings() {
  const ceilings = [];
  for (const variant of ["relaxed", "simd"]) {
    try {
      ceilings.push(arithmetic(await instance(variant), variant));
    } catch (error) {
      if (variant === "simd" || !(error instanceof WebAssembly.CompileError)) throw error;
    }
  }
  return ceilings;
}

/** Memory traffic: `bytes` is what one `run` moves, reads and writes counted separately. */
export async function trafficCeilings() {
  const exports = await instance("simd");
  exports.touch();
  return [
    { name: "copy", kind: "ceiling", bytes: 2 * exports.buffer_bytes(), run: exports.copy },
    { name: "read", kind: "ceiling", bytes: exports.buffer_bytes(), run: exports.read },
  ];
}
