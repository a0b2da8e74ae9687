/**
 * The machine's ceilings as contestants of a race, so that they are measured at the same moments as the operations.
 */
import { samplesOf, summary } from "./measure.js";

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
/** Arrays of a case's size stay in a large cache from call to call, so this is no limit of memory. */
const NAMES = {
  copy: "the same copy, in the cache if it fits",
  merge: "the same reads and writes, in the cache if they fit",
  read: "the same read, in the cache if it fits",
};
const WHOLE_VECTORS = 16;
/** What memory gives needs no long warm-up: the code is a loop of a few instructions. */
const BEYOND_WARM_MILLISECONDS = 50;

/**
 * Everything that a case may be held to.
 *
 * @returns {Promise<{ arithmetic: object[], traffic: (kind: "copy" | "merge" | "read", floats: number) => object,
 *   beyondCaches: (kind: "copy" | "merge" | "read", options: object) => Promise<object> }>} contestants; and what samples
 *   of the rate of memory say, with arrays that no cache holds
 */
export async function openCeilings() {
  const memory = await load("traffic");
  memory.touch();
  const largest = memory.buffer_floats();
  return {
    arithmetic: await arithmeticCeilings(),
    traffic(kind, floats) {
      const count = Math.ceil(floats / WHOLE_VECTORS) * WHOLE_VECTORS;
      return { name: NAMES[kind], bytes: BYTES[kind] * count, run: () => memory[kind](count) };
    },
    /** A copy says how fast inputs are read and results written, whatever their number. */
    async beyondCaches(kind, options) {
      const used = kind === "read" ? "read" : "copy";
      const racer = { name: used, run: () => memory[used](largest) };
      const samples = await samplesOf([racer], { ...options, warmMilliseconds: BEYOND_WARM_MILLISECONDS });
      return { kind: used, bytes: BYTES[used] * largest, samples: samples.get(used) };
    },
  };
}

/** Samples before and after a case as one rate. */
export function rateOf(parts) {
  const { median, spread, samples } = summary(parts.flatMap((part) => part.samples));
  const [{ kind, bytes }] = parts;
  return { kind, gigabytesPerSecond: bytes / median / 1e6, spread, samples };
}
