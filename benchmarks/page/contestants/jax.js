/**
 * jax-js with its WebAssembly back end: functions compiled by `jit`, inputs in its memory, results read out. It takes as
 * many threads as the machine has cores, if it may share memory; the realm is told otherwise before the library loads.
 */
const EPS = 1e-5;

/** Must come before the library is imported, which reads both as it loads. */
function limitThreads(threads) {
  if (threads === 1) delete globalThis.SharedArrayBuffer;
  else Object.defineProperty(navigator, "hardwareConcurrency", { value: threads });
}

async function start(threads) {
  limitThreads(threads);
  const jax = await import("/peers/@jax-js/jax/dist/index.js");
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  return jax;
}

/** A task from arrays and a function of them; its functions own their arguments, so `ref` keeps ours. */
function taskOf(jax, inputs, compute) {
  const compiled = jax.jit(compute);
  let latest;
  return {
    async run() {
      const outputs = compiled(...inputs.map((input) => input.ref));
      if (outputs instanceof jax.Array) {
        latest = await outputs.data();
      } else {
        const entries = Object.entries(outputs).map(async ([name, array]) => [name, await array.data()]);
        latest = Object.fromEntries(await Promise.all(entries));
      }
    },
    result: () => latest,
    dispose: () => inputs.forEach((input) => input.dispose()),
  };
}

function operationsOf(jax) {
  const { numpy: np, nn } = jax;
  const array = (data, shape) => np.array(data).reshape(shape);
  const attention =
    ({ n, d, causal }) =>
    (q, k, v) => {
      const scores = np.matmul(q, np.matrixTranspose(k)).mul(1 / Math.sqrt(d));
      const visible = causal ? np.where(np.tri(n, n, 0, { dtype: np.bool }), scores, -Infinity) : scores;
      return np.matmul(nn.softmax(visible), v);
    };
  const layerNorm = (x) => nn.standardize(x, -1, { epsilon: EPS });
  const rmsNorm = (x) => {
    const size = np.sqrt(np.mean(np.square(x.ref), -1, { keepdims: true }).add(EPS));
    return x.div(size);
  };
  const headsOf = ({ heads, n, d }, given, names) => names.map((name) => array(given[name], [heads, n, d]));
  const rowsOf = ({ rows, columns }, data) => array(data, [rows, columns]);
  /** d sum(compute(inputs) * dOutput) is the vector-Jacobian product. */
  const gradientOf =
    (compute) =>
    (size, { x, dOutput }) =>
      taskOf(jax, [rowsOf(size, x), rowsOf(size, dOutput)], (input, dy) =>
        jax.grad((variable) => compute(variable).mul(dy).sum())(input),
      );

  return {
    attention: (size, given) => taskOf(jax, headsOf(size, given, ["q", "k", "v"]), attention(size)),
    attentionBackward: (size, given) =>
      taskOf(jax, headsOf(size, given, ["q", "k", "v", "dOutput"]), (q, k, v, dOutput) => {
        const [dq, dk, dv] = jax.grad(
          (...inputs) =>
            attention(size)(...inputs)
              .mul(dOutput)
              .sum(),
          {
            argnums: [0, 1, 2],
          },
        )(q, k, v);
        return { dq, dk, dv };
      }),
    matmul: ({ m, k, n }, { a, b }) =>
      taskOf(jax, [array(a, [m, k]), array(b, [k, n])], (left, right) => np.matmul(left, right)),
    softmax: (size, { x }) => taskOf(jax, [rowsOf(size, x)], (input) => nn.softmax(input)),
    layerNorm: (size, { x, gamma, beta }) =>
      taskOf(jax, [rowsOf(size, x), np.array(gamma), np.array(beta)], (input, factor, term) =>
        layerNorm(input).mul(factor).add(term),
      ),
    rmsNorm: (size, { x, gamma }) =>
      taskOf(jax, [rowsOf(size, x), np.array(gamma)], (input, factor) => rmsNorm(input).mul(factor)),
    softmaxBackward: gradientOf((x) => nn.softmax(x)),
    layerNormBackward: gradientOf(layerNorm),
    rmsNormBackward: gradientOf(rmsNorm),
  };
}

export async function contestants(threads) {
  return [
    {
      name: `jax-js wasm, ${threads} thread${threads > 1 ? "s" : ""}`,
      kind: "peer",
      peer: "jax-js",
      threads,
      operations: operationsOf(await start(threads)),
    },
  ];
}
