/**
 * TensorFlow.js with its WebAssembly back end. Inputs stay in its memory; results are read out, as attnlab's are.
 */
import * as tf from "/bundled/tensorflow.js";

async function start(threads) {
  tf.setWasmPaths("/peers/@tensorflow/tfjs-backend-wasm/dist/");
  tf.setThreadsCount(threads);
  if (threads === 1) tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  await tf.setBackend("wasm");
  await tf.ready();
}

/** A task from tensors and what is computed from them: one tensor, or several by name. */
function taskOf(inputs, compute) {
  let latest;
  return {
    run() {
      const outputs = tf.tidy(() => compute(...inputs));
      if (outputs instanceof tf.Tensor) {
        latest = outputs.dataSync();
        outputs.dispose();
      } else {
        latest = Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, tensor.dataSync()]));
        Object.values(outputs).forEach((tensor) => tensor.dispose());
      }
    },
    result: () => latest,
    dispose: () => inputs.forEach((tensor) => tensor.dispose()),
  };
}

const EPS = 1e-5;

function operationsOf() {
  // Head by head: only products of two matrices, not transposed, take XNNPACK's path, which is ten times as fast.
  const oneHead =
    ({ d }, mask) =>
    (q, k, v) => {
      const scores = tf.matMul(tf.mul(q, 1 / Math.sqrt(d)), tf.transpose(k));
      return tf.matMul(tf.softmax(mask ? tf.add(scores, mask) : scores), v);
    };
  const maskOf = ({ n, causal }) =>
    causal
      ? tf.tidy(() =>
          tf.where(tf.greater(tf.reshape(tf.range(0, n), [1, n]), tf.reshape(tf.range(0, n), [n, 1])), -1e30, 0),
        )
      : undefined;
  const layerNorm = (x, gamma, beta) => {
    const { mean, variance } = tf.moments(x, -1, true);
    const normalized = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, EPS)));
    return gamma ? tf.add(tf.mul(normalized, gamma), beta) : normalized;
  };
  const rmsNorm = (x, gamma) => {
    const normalized = tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), EPS)));
    return gamma ? tf.mul(normalized, gamma) : normalized;
  };
  const rows = ({ rows: count, columns }, data) => tf.tensor(data, [count, columns]);
  /** A matrix per head, for each input in turn. */
  const headsOf = ({ heads, n, d }, given, names) =>
    Array.from({ length: heads }, (_, head) =>
      names.map((name) => tf.tensor(given[name].subarray(head * n * d, (head + 1) * n * d), [n, d])),
    ).flat();
  const byHead = (inputs, count) =>
    Array.from({ length: inputs.length / count }, (_, head) => inputs.slice(head * count, (head + 1) * count));
  const gradientOf =
    (compute) =>
    (size, { x, dOutput }) =>
      taskOf([rows(size, x), rows(size, dOutput)], (input, dy) => tf.grad(compute)(input, dy));

  return {
    attention(size, given) {
      const mask = maskOf(size);
      const head = oneHead(size, mask);
      const task = taskOf(headsOf(size, given, ["q", "k", "v"]), (...inputs) =>
        // A head's scores are given back before the next one's are computed.
        tf.concat(byHead(inputs, 3).map(([q, k, v]) => tf.tidy(() => head(q, k, v)))),
      );
      return { ...task, dispose: () => [task.dispose(), mask?.dispose()] };
    },
    attentionBackward(size, given) {
      const mask = maskOf(size);
      const gradients = tf.grads(oneHead(size, mask));
      const task = taskOf(headsOf(size, given, ["q", "k", "v", "dOutput"]), (...inputs) => {
        const heads = byHead(inputs, 4).map(([q, k, v, dOutput]) => gradients([q, k, v], dOutput));
        const [dq, dk, dv] = [0, 1, 2].map((index) => tf.concat(heads.map((head) => head[index])));
        return { dq, dk, dv };
      });
      return { ...task, dispose: () => [task.dispose(), mask?.dispose()] };
    },
    matmul: ({ m, k, n }, { a, b }) =>
      taskOf([tf.tensor(a, [m, k]), tf.tensor(b, [k, n])], (left, right) => tf.matMul(left, right)),
    softmax: (size, { x }) => taskOf([rows(size, x)], (input) => tf.softmax(input)),
    layerNorm: (size, { x, gamma, beta }) => taskOf([rows(size, x), tf.tensor1d(gamma), tf.tensor1d(beta)], layerNorm),
    rmsNorm: (size, { x, gamma }) => taskOf([rows(size, x), tf.tensor1d(gamma)], rmsNorm),
    softmaxBackward: gradientOf((x) => tf.softmax(x)),
    layerNormBackward: gradientOf((x) => layerNorm(x)),
    rmsNormBackward: gradientOf((x) => rmsNorm(x)),
  };
}

export async function contestants(threads) {
  await start(threads);
  return [
    {
      name: `TensorFlow.js wasm, ${threads} thread${threads > 1 ? "s" : ""}`,
      kind: "peer",
      peer: "TensorFlow.js",
      threads,
      operations: operationsOf(),
    },
  ];
}
