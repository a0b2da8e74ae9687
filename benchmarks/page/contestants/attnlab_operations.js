/**
 * attnlab's operations on one thread, each as a task: `run` is one call, `result` its latest result.
 */
import { TARGET } from "../operations/entropy_normalize.js";

/** An operation that the package will have and this build has not; the report says so. */
export class NotInThisBuild extends Error {
  constructor(operation) {
    super("not in this build");
    this.operation = operation;
    this.absent = true;
  }
}

/**
 * @param {object} lab
 * @param {"tensors" | "reused" | "residents"} form  whether operands and results are plain, or stay in WebAssembly memory;
 *   "reused": they are plain, and the result, of attention alone, is one and the same
 */
export function attnlabOperations(lab, form) {
  const resident = form === "residents";
  const need = (operation) => {
    if (typeof lab[operation] !== "function") throw new NotInThisBuild(operation);
  };

  /** Operands as this form has them, and what gives them back. */
  function hold(operands) {
    const held = operands.map(({ data, shape }) => {
      const tensor = lab.tensor(data, shape);
      return resident ? lab.resident(tensor) : tensor;
    });
    return { held, release: () => resident && held.forEach((operand) => operand.dispose()) };
  }

  // A call that is made ready takes as long as one that is written out. To look an operation up by its name, and to spread its
  // arguments, takes as long as attention of one token.

  /** An operation that returns one tensor. */
  function oneTensor(operation, operands, shape, options) {
    need(operation);
    const { held, release } = hold(operands);
    const plain = form === "reused" ? lab.tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape) : undefined;
    const out = resident ? lab.resident(shape) : plain;
    const { positional, given } = options(held);
    const all = out ? { ...given, out } : given;
    const call = lab[operation].bind(lab, ...positional, all);
    let latest;
    return {
      run() {
        latest = call();
      },
      result: () => (resident ? out.tensor().data : latest.data),
      dispose() {
        release();
        if (resident) out.dispose();
      },
    };
  }

  /** An operation that returns several results by name; `shapes` has those that are looked at. */
  function several(operation, operands, options, shapes, result) {
    need(operation);
    const { held, release } = hold(operands);
    const out = resident
      ? Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, lab.resident(shape)]))
      : undefined;
    const all = out ? { ...options, out } : options;
    const call = lab[operation].bind(lab, ...held, all);
    let latest;
    return {
      run() {
        latest = call();
      },
      result: () => result((name) => (out ? out[name].tensor() : latest[name]).data),
      dispose() {
        release();
        for (const each of Object.values(out ?? {})) each.dispose();
      },
    };
  }

  const attentionOperands = ({ heads, n, d }, given, names) =>
    names.map((name) => ({ data: given[name], shape: [heads, n, d] }));
  const rowOperand = ({ rows, columns }, data) => ({ data, shape: [rows, columns] });
  const normalized = (operation, parameters) => (size, given) =>
    oneTensor(
      operation,
      [rowOperand(size, given.x), ...parameters.map((name) => ({ data: given[name], shape: [size.columns] }))],
      [size.rows, size.columns],
      ([x, ...rest]) => ({
        positional: [x],
        given: Object.fromEntries(parameters.map((name, index) => [name, rest[index]])),
      }),
    );
  const rowsBackward = (operation) => (size, given) =>
    several(
      operation,
      [rowOperand(size, given.x), rowOperand(size, given.dOutput)],
      {},
      { dx: [size.rows, size.columns] },
      (dataOf) => dataOf("dx"),
    );

  const attention = (size, given) =>
    oneTensor(
      "attention",
      attentionOperands(size, given, ["q", "k", "v"]),
      [size.heads, size.n, size.d],
      (positional) => ({ positional, given: { causal: size.causal, window: size.window } }),
    );
  if (form === "reused") return { attention };

  return {
    attention,
    attentionBackward: (size, given) =>
      several(
        "attentionBackward",
        attentionOperands(size, given, ["q", "k", "v", "dOutput"]),
        { causal: size.causal },
        Object.fromEntries(["dq", "dk", "dv"].map((name) => [name, [size.heads, size.n, size.d]])),
        (dataOf) => ({ dq: dataOf("dq"), dk: dataOf("dk"), dv: dataOf("dv") }),
      ),
    matmul: ({ m, k, n }, { a, b }) =>
      oneTensor(
        "matmul",
        [
          { data: a, shape: [m, k] },
          { data: b, shape: [k, n] },
        ],
        [m, n],
        (positional) => ({ positional, given: {} }),
      ),
    softmax: normalized("softmax", []),
    layerNorm: normalized("layerNorm", ["gamma", "beta"]),
    rmsNorm: normalized("rmsNorm", ["gamma"]),
    softmaxBackward: rowsBackward("softmaxBackward"),
    layerNormBackward: rowsBackward("layerNormBackward"),
    rmsNormBackward: rowsBackward("rmsNormBackward"),
    entropyNormalize: (size, given) =>
      several(
        "entropyNormalize",
        [rowOperand(size, given.x)],
        { entropy: TARGET, input: "logits" },
        { output: [size.rows, size.columns], exponent: [size.rows], entropy: [size.rows] },
        (dataOf) => dataOf("output"),
      ),
    // The cache is the decoder's own; a token is too small for residents to matter.
    ...(resident ? {} : { "decoder step": (size, given) => decoderStep(lab, size, given, need) }),
  };
}

function decoderStep(lab, { heads, d, prompt, steps }, { q, k, v, stepQ, stepK, stepV }, need) {
  need("decoder");
  const decoder = lab.decoder({ kind: "exact" });
  const cache = [q, k, v].map((data) => lab.tensor(data, [heads, prompt, d]));
  const token = [stepQ, stepK, stepV].map((data) => lab.tensor(data, [heads, 1, d]));
  let latest;
  return {
    before() {
      decoder.reset();
      decoder.step(...cache);
    },
    mostRepetitions: steps,
    run() {
      latest = decoder.step(...token);
    },
    result: () => latest.data,
    dispose: () => decoder.dispose(),
  };
}
