/**
 * The methods of linear cost that are measured, by name, and where they meet exact attention. What they do is in methods.js.
 */

/** Size of a head, random features, landmarks, keys on each side of a query. */
export const [D, FEATURES, LANDMARKS, WINDOW] = [64, 256, 64, 64];

/** Lengths, powers of 2, at which each method meets exact attention. */
export const CROSSOVER_LENGTHS = [64, 128, 256, 512, 1024, 2048, 4096];

/**
 * @typedef {"linear" | "performer" | "nystrom" | "sparse"} LinearKind
 *
 * @typedef {object} LinearName
 * @property {string} key
 * @property {LinearKind} kind
 * @property {string} label
 * @property {boolean} causal  whether it is measured with a causal mask, beside exact attention with one
 * @property {string} [twin]  key of the method that is the same with a causal mask
 * @property {boolean} [refusesCausal]
 */

/** @param {string} key @param {LinearKind} kind @param {string} label @param {Partial<LinearName>} [more] @returns {LinearName} */
const named = (key, kind, label, more = {}) => ({ key, kind, label, causal: false, ...more });

/** @type {LinearName[]} */
export const METHODS = [
  named("linear-elu", "linear", "linearAttention elu"),
  named("linear-softmax", "linear", "linearAttention softmax"),
  named("performer", "performer", `performer, ${FEATURES} features`, { twin: "performer-causal" }),
  named("performer-causal", "performer", `performer, ${FEATURES} features, causal`, { causal: true }),
  named("nystromformer", "nystrom", `nystromformer, ${LANDMARKS} landmarks`, { refusesCausal: true }),
  named("sparse-local", "sparse", `sparseAttention local, window ${WINDOW}`),
  named("sparse-bigbird", "sparse", "sparseAttention bigbird"),
];

/**
 * From which length on a method is faster than exact attention: where the ratios, at these lengths, cross 1 on a logarithmic
 * scale, after the last length at which exact attention is faster.
 *
 * @param {readonly { n: number, ratio: number }[]} points  in order of n; time over that of exact attention
 * @returns {number | "below" | "beyond"} "below" the shortest or "beyond" the longest length
 */
export function crossoverOf(points) {
  const at = points.findLastIndex(({ ratio }) => !(ratio <= 1));
  const [last, next] = [points[at], points[at + 1]];
  if (last === undefined) return "below";
  if (next === undefined) return "beyond";
  const share = Math.log(last.ratio) / Math.log(last.ratio / next.ratio);
  return Math.round(last.n * (next.n / last.n) ** share);
}
