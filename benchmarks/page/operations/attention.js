/**
 * Exact softmax attention, q, k, v of shape [heads, n, d], scale 1/sqrt(d).
 *
 * An operation says: which cases there are, how to make the inputs, what a case is charged with (`flops`, or the memory
 * traffic that it cannot avoid), and how a result is checked. A case may name `who` takes part.
 */
import { Difference, someOf, weighted, weightsOfRow, wrongLength } from "../double.js";
import { normals } from "../random.js";

/** Float32 contestants differ by the order of their sums; a wrong one is off by more than this in its first digit. */
const TOLERANCE = 2e-5;

export const name = "attention";

const sized = (heads, n, d, more = {}) => ({
  label: [
    `${heads} head${heads > 1 ? "s" : ""} x ${n} x ${d}`,
    ...(more.causal ? ["causal"] : []),
    ...(more.window === undefined ? [] : [`window ${more.window}`]),
  ].join(" "),
  heads,
  n,
  d,
  causal: false,
  who: usual,
  ...more,
});

const inMemory = ({ kind, form, variant }) =>
  ((kind === "peer" || kind === "naive") && form !== "fresh") ||
  form === "residents" ||
  (form === "pool" && variant === "relaxed");
const oursInMemory = ({ kind, form }) => kind === "ours" && form === "residents";
/** With a result that is filled again and again, and the loops with one that is not: of no matter to most problems. */
const USUAL = ["tensors", "residents", "pool", undefined];
const usual = ({ form }) => USUAL.includes(form);
/**
 * A pool's two threads are over in half the time, so that what a fresh result costs shows again; and beside them what two
 * workers reach that have all they need from the start.
 */
const inPools = ({ kind, form }) => kind !== "naive" || form !== "fresh";
const POOLS = ["pool", "reusedPool"];
const oursAndLoops = ({ kind, form }) => kind === "naive" || (kind === "ours" && !POOLS.includes(form));

/** Our own attention to all keys, beside one that sees fewer. */
const besideFull = {
  operation: "attention",
  label: "full",
  change: { causal: false, window: undefined },
  who: (contestant) => contestant.kind === "ours" && !POOLS.includes(contestant.form),
};

export const cases = [
  ...[1, 2, 4, 8, 16, 32, 64].map((n) => sized(1, n, 64, { who: oursAndLoops })),
  sized(8, 256, 64, { essential: true }),
  sized(8, 512, 64, { who: inMemory }),
  sized(8, 1024, 64, { essential: true, who: inPools }),
  sized(8, 1024, 64, { causal: true, essential: true, beside: besideFull }),
  sized(1, 1024, 64, { who: inPools }),
  sized(1, 4096, 64, { who: inPools }),
  sized(8, 1024, 32),
  sized(8, 1024, 80),
  sized(8, 1024, 128),
  sized(8, 2048, 64),
  // Copies are nothing beside the work, so the forms with copies are left out; the peers' time is what counts here.
  sized(8, 4096, 64, { who: inMemory }),
  sized(8, 4096, 64, { causal: true, who: oursInMemory, beside: besideFull }),
  sized(8, 4096, 64, { window: 128, who: oursInMemory, beside: besideFull }),
  sized(1, 16384, 64, { who: oursInMemory }),
];

/** The keys that query `i` sees, as a range. */
function visible({ n, causal, window = n }, i) {
  return { begin: Math.max(0, i - window), end: Math.min(n, i + 1 + (causal ? 0 : window)) };
}

/** @param {{ heads: number, n: number, d: number }} size */
export function inputs({ heads, n, d }) {
  const size = heads * n * d;
  return { q: normals(size, 1), k: normals(size, 2), v: normals(size, 3) };
}

/**
 * Two products of n x d x n multiply-adds over the visible pairs; the exponentials are not counted.
 *
 * @param {{ heads: number, n: number, d: number, causal: boolean, window?: number | undefined }} size
 * @returns {number}
 */
export function flops(size) {
  const { heads, n, d } = size;
  let pairs = 0;
  for (let i = 0; i < n; ++i) {
    const { begin, end } = visible(size, i);
    pairs += end - begin;
  }
  return 4 * heads * d * pairs;
}

/**
 * Compares some rows of every head, the first and the last among them.
 *
 * @param {{ heads: number, n: number, d: number, causal: boolean, window?: number | undefined }} size
 * @param {ReturnType<typeof inputs>} given
 * @param {ArrayLike<number>} result
 */
export function check(size, { q, k, v }, result) {
  const { heads, n, d } = size;
  if (result.length !== heads * n * d) return wrongLength;
  const difference = new Difference();
  for (let head = 0; head < heads; ++head) {
    const base = head * n * d;
    for (const i of someOf(n)) {
      const { begin, end } = visible(size, i);
      const first = base + begin * d;
      const weights = weightsOfRow(q, k, size, base, i, end - begin, first);
      difference.compare(result, base + i * d, weighted(weights, v, d, first));
    }
  }
  return difference.verdict(TOLERANCE);
}
