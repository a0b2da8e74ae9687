/**
 * The machine's ceilings as contestants of a race, so that they are measured at the same moments as the operations.
 */

const ARITHMETIC_ROUNDS = 1 << 18;
const [START, FACTOR, TERM] = [1, 0.999, 0.001];

async function load(module) {
  const { instance } = await WebAssembly.instantiateStreaming(fetch(`/ceilings/${module}.wasm`), {});
  instance.exports._initialize();
  return instance.exports;
}

async function arithmetic(variant) {
  const { run, operations_per_round: operations } = await load(`arithmetic.${variant}`);
  return {
    name: variant === "relaxed" ? "ceiling: fused multiply-add" : "ceiling: multiply, then add",
    variant,
    flops: ARITHMETIC_ROUNDS * operations(),
    run: () => run(START, FACTOR, TERM, ARITHMETIC_ROUNDS),
  };
}

/** The arithmetic ceiling of each binary that this engine accepts. */
async function arithmeticCeilings() {
  const ceilings = [];
  for (const variant of ["relaxed", "simd"]) {
    try {
      ceilings.push(await arithmetic(variant));
    } catch (error) {
      if (variant === "simd" || !(error instanceof WebAssembly.CompileError)) throw error;
    }
  }
  return ceilings;
}

/** How many bytes a kind of traffic moves per float. */
const BYTES = { copy: 8, merge: 12, read: 4 };
const NAMES = {
  copy: "a copy of the same bytes",
  merge: "reading x and dOutput, writing dx",
  read: "reading the cache once",
};
const WHOLE_VECTORS = 16;

/**
 * Everything that a case may be held to.
 *
 * @returns {Promise<{ arithmetic: object[], traffic: (kind: "copy" | "merge" | "read", floats: number) => object,
 *   largest: number }>} contestants; `largest` is the count of floats that no cache holds
 */
export async function openCeilings() {
  const memory = await load("traffic");
  memory.touch();
  return {
    arithmetic: await arithmeticCeilings(),
    largest: memory.buffer_floats(),
    traffic(kind, floats) {
      const count = Math.ceil(floats / WHOLE_VECTORS) * WHOLE_VECTORS;
      return { name: `floor: ${NAMES[kind]}`, bytes: BYTES[kind] * count, run: () => memory[kind](count) };
    },
  };
}
