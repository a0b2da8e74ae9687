/**
 * A sample of every operation, on small inputs that a test can recompute; the same in a page and in a worker.
 */

const D = 8;
const QUERIES = 5;
const KEYS = 7;
const VALUE_WIDTH = 3;

/** Irregular numbers of both signs, the same everywhere. */
const numbers = (count, phase) => Float32Array.from({ length: count }, (_, i) => 2 * Math.sin(1.7 * i * i + phase));

/** Plain arrays, as they travel out of the page. */
const plain = ({ data, shape }) => ({ shape: [...shape], values: Array.from(data) });

/** Errors do not survive the way out of a page or a worker; their fields do. */
export async function reported(run) {
  try {
    return { value: await run() };
  } catch (error) {
    const { name, message, code, operation, argument } = error;
    return { error: { name, message, code, operation, argument } };
  }
}

/** @param {import("attnlab").Lab} lab */
export function sample(lab) {
  const q = lab.tensor(numbers(QUERIES * D, 1), [QUERIES, D]);
  const k = lab.tensor(numbers(KEYS * D, 2), [KEYS, D]);
  const v = lab.tensor(numbers(KEYS * VALUE_WIDTH, 3), [KEYS, VALUE_WIDTH]);
  const mask = [true, true, false, true, true, true, false];
  const resident = lab.resident(q);
  const results = {
    attention: lab.attention(q, k, v),
    causal: lab.attention(q, k, v, { causal: true }),
    masked: lab.attention(q, k, v, { mask, scale: 0.25 }),
    entropyScaled: lab.attention(q, k, v, { causal: true, scale: "entropy" }),
    fromResident: lab.attention(resident, k, v),
    attentionWeights: lab.attentionWeights(q, k, { causal: true }),
    matmul: lab.matmul(q, k, { transposeB: true }),
    softmax: lab.softmax(q),
    layerNorm: lab.layerNorm(q),
    rmsNorm: lab.rmsNorm(q),
  };
  resident.dispose();
  return {
    variant: lab.variant,
    version: lab.version,
    mask,
    inputs: { q: plain(q), k: plain(k), v: plain(v) },
    results: Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, plain(tensor)])),
  };
}
