import { readBias, type Bias } from "./bias.js";
import type { Engine } from "./engine.js";
import { readQueriesAndKeys, readValues, type QueriesAndKeys } from "./heads.js";
import { Input, makeOutput, readOut, slotFor, type Operand, type OutputPlan } from "./operand.js";
import { isFlagSet, readFlag, readOptions } from "./options.js";
import type { AnyTensor, MaybeOut, Resident, Result } from "./resident.js";
import { readScale, type ResolvedScale, type Scale } from "./scale.js";
import { sizeOf } from "./shape.js";
import type { Tensor } from "./tensor.js";
import { readMask, readWindow, type KernelWindow, type KeyMask, type Mask, type Window } from "./visibility.js";

/** Options of {@link AttentionOperations.attention} and {@link AttentionOperations.attentionWeights}. */
export interface AttentionOptions<Out extends MaybeOut = Tensor> {
  /** The factor before q . k. Default "sqrt", 1/sqrt(d). */
  scale?: Scale | undefined;
  /** Lets query i see key j only if j <= i + n_k - n_q: the last query stands at the last key. Default false. */
  causal?: boolean | undefined;
  /** Lets query i see only keys near i' = i + n_k - n_q: |i' - j| <= w, or i' - left <= j <= i' + right. Whole numbers >= 0. */
  window?: Window | undefined;
  /** Which keys can be seen at all. Default: all. */
  mask?: Mask | undefined;
  /**
   * Added to the logits: of shape `[n_q, n_k]` or `[...L, n_q, n_k]`, in which any axis may be 1. -Infinity hides an entry.
   */
  bias?: AnyTensor | undefined;
  /** Allows k and v to have fewer heads (last leading axis) than q: a divisor. Head h then uses head floor(h / group). */
  groupedHeads?: boolean | undefined;
  /** Filled and returned instead of a fresh tensor; of the result's shape, sharing no memory with an input. */
  out?: Out | undefined;
}

export interface AttentionOperations {
  /**
   * Exact softmax attention: softmax(scale q k^T + bias) v, row by row, without ever holding the n_q x n_k matrix.
   *
   * q `[...L, n_q, d]`, k `[...L, n_k, d]`, v `[...L, n_k, d_v]` give `[...L, n_q, d_v]`. The leading axes L (batch, heads)
   * must be equal, save with `groupedHeads`. Any size but d may be 0; without keys the result is zeros.
   *
   * A query that sees no key gets exactly 0. What is hidden contributes nothing, even where k or v is NaN or infinite. A
   * NaN in q spoils its own row, one in a visible key every row that sees it, NaN or infinity in a visible value that column
   * of the rows that see it.
   *
   * Throws TYPE, SHAPE, VALUE (unknown option, a string outside its list, `out` overlaps an input), RANGE (`scale`,
   * `window`), MEMORY, DISPOSED; a call that throws has changed nothing. Cost: 2 n_q n_k (d + d_v) operations and n_q n_k
   * exponentials per matrix; working memory of O(n_k (d + d_v)) bytes. Plain tensors are copied in and out one matrix at a
   * time, residents are not copied.
   *
   * Source: Vaswani et al., "Attention Is All You Need", arXiv:1706.03762; the online softmax after Milakov, Gimelshein,
   * arXiv:1805.02867; entropy scales: Su Jianlin, kexue.fm/archives/8823.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const q = lab.tensor([[1, 0], [0, 1]]);
   * const k = lab.tensor([[1, 0], [0, 1], [1, 1]]);
   * const v = lab.tensor([[1], [2], [3]]);
   * const y = lab.attention(q, k, v, { causal: true });
   * console.log(y.shape, Array.from(y.data, (value) => value.toFixed(4))); // [ 2, 1 ] [ '1.3302', '2.2033' ]
   * ```
   */
  attention: <Out extends MaybeOut = undefined>(
    q: AnyTensor,
    k: AnyTensor,
    v: AnyTensor,
    options?: AttentionOptions<Out>,
  ) => Result<Out>;

  /**
   * The weights of {@link attention}, written out: softmax(scale q k^T + bias). For pictures and for study.
   *
   * q `[...L, n_q, d]`, k `[...L, n_k, d]` give `[...L, n_q, n_k]`. Each row sums to 1, or is exactly 0 if the query sees no
   * key; hidden entries are exactly 0. Options, errors and the spread of NaN are those of {@link attention}.
   *
   * Cost: 2 n_q n_k d operations and n_q n_k exponentials per matrix, and the 4 n_q n_k bytes of the result.
   *
   * @example
   * ```js
   * import { load } from "attnlab";
   *
   * const lab = await load();
   * const q = lab.tensor([[1, 0], [0, 1]]);
   * const weights = lab.attentionWeights(q, q, { scale: 2 });
   * console.log(Array.from(weights.data, (value) => value.toFixed(4))); // [ '0.8808', '0.1192', '0.1192', '0.8808' ]
   * ```
   */
  attentionWeights: <Out extends MaybeOut = undefined>(
    q: AnyTensor,
    k: AnyTensor,
    options?: AttentionOptions<Out>,
  ) => Result<Out>;
}

const KEYS = ["scale", "causal", "window", "mask", "bias", "groupedHeads", "out"] as const;

/** Everything that decides which entries count, and how much. */
interface Logits {
  scale: ResolvedScale;
  window: KernelWindow;
  mask: KeyMask | undefined;
  bias: Bias | undefined;
  plan: OutputPlan;
}

/** Checks the options, once the positional arguments are found right. */
function readLogits(
  engine: Engine,
  operation: string,
  options: unknown,
  { q, k, leading, nQ, nK, d }: QueriesAndKeys,
  v: Operand | undefined,
  columns: number,
): Logits {
  const given = readOptions(operation, options, KEYS);
  const scale = readScale(engine, operation, given.scale, d, nK);
  const window = readWindow(operation, given.causal, given.window, nQ, nK);
  const mask = readMask(operation, given.mask, leading, nK);
  const bias = readBias(engine, operation, given.bias, leading, nQ, nK);
  readFlag(operation, "groupedHeads", given.groupedHeads, false);
  const inputs = [q.span, k.span, v?.span, mask?.span, bias?.operand.span].filter((span) => span !== undefined);
  const plan = readOut(engine, operation, given.out, [...leading, nQ, columns], inputs);
  return { scale, window, mask, bias, plan };
}

/** The part of a kernel's arguments that both kernels share, in their order. */
type LogitArguments = [
  scale: number,
  timesLogVisible: boolean,
  mask: number,
  bias: number,
  biasRowStride: number,
  biasColumnStride: number,
  left: number,
  right: number,
  workspace: number,
];

/** Calls a kernel for one matrix: pointers to its inputs and its output, then how the logits are made. */
type MatrixKernel = (q: number, k: number, v: number, out: number, logits: LogitArguments) => void;

function runMatrices(
  engine: Engine,
  operation: string,
  heads: QueriesAndKeys,
  values: { v: Operand; dV: number } | undefined,
  { scale, window, mask, bias, plan }: Logits,
  workspaceBytes: () => number,
  kernel: MatrixKernel,
): Tensor | Resident {
  const { q, k, leading, nQ, nK, d, keysOf } = heads;
  const resultLength = nQ * (values?.dV ?? nK);
  const output = makeOutput(engine, operation, plan);
  if (output.operand.size === 0) return output.value;

  // A mask that is a view of our own memory would be lost if that grew now.
  const maskBytes = mask?.bytes.buffer === engine.heap.buffer ? mask.bytes.slice() : mask?.bytes;
  const [qSlot, kSlot, vSlot, outSlot, maskSlot, biasSlot, workspace] = engine.stage(operation, "out", [
    slotFor(q, nQ * d),
    slotFor(k, nK * d),
    slotFor(values?.v, nK * (values?.dV ?? 0)),
    slotFor(output.operand, resultLength),
    maskBytes ? nK : 0,
    slotFor(bias?.operand, bias?.length ?? 0),
    workspaceBytes(),
  ]);
  const queries = new Input(engine, q, nQ * d, qSlot);
  const keys = new Input(engine, k, nK * d, kSlot);
  const valueMatrices = values && new Input(engine, values.v, nK * values.dV, vSlot);
  const biases = bias && new Input(engine, bias.operand, bias.length, biasSlot);

  const matrices = sizeOf(leading);
  for (let matrix = 0; matrix < matrices; matrix++) {
    if (mask && maskBytes) {
      const row = mask.rowOf(matrix) * nK;
      engine.heap.bytes.set(maskBytes.subarray(row, row + nK), maskSlot);
    }
    kernel(
      queries.at(matrix),
      keys.at(keysOf(matrix)),
      valueMatrices?.at(keysOf(matrix)) ?? 0,
      output.at(matrix * resultLength, outSlot),
      [
        scale.value,
        scale.timesLogVisible,
        mask ? maskSlot : 0,
        bias && biases ? biases.at(bias.matrixOf(matrix)) : 0,
        bias?.rowStride ?? 0,
        bias?.columnStride ?? 0,
        window.left,
        window.right,
        workspace,
      ],
    );
    output.store(matrix * resultLength, resultLength, outSlot);
  }
  return output.value;
}

/** @internal */
export function attentionOperations(engine: Engine): AttentionOperations {
  const { kernels } = engine;
  const attention = (q: unknown, k: unknown, v: unknown, options?: unknown): Tensor | Resident => {
    const operation = "attention";
    const heads = readQueriesAndKeys(engine, operation, q, k, isFlagSet(options, "groupedHeads"));
    const values = readValues(engine, operation, v, heads.k);
    const { nQ, nK, d } = heads;
    const { dV } = values;
    const logits = readLogits(engine, operation, options, heads, values.v, dV);
    const workspace = (): number => kernels.attentionWorkspace(nQ, nK, d, dV);
    return runMatrices(engine, operation, heads, values, logits, workspace, (qAt, kAt, vAt, out, rest) => {
      kernels.attention(qAt, kAt, vAt, out, nQ, nK, d, dV, ...rest);
    });
  };
  const attentionWeights = (q: unknown, k: unknown, options?: unknown): Tensor | Resident => {
    const operation = "attentionWeights";
    const heads = readQueriesAndKeys(engine, operation, q, k, isFlagSet(options, "groupedHeads"));
    const { nQ, nK, d } = heads;
    const logits = readLogits(engine, operation, options, heads, undefined, nK);
    const workspace = (): number => kernels.attentionWeightsWorkspace(nQ, nK, d);
    return runMatrices(engine, operation, heads, undefined, logits, workspace, (qAt, kAt, _, out, rest) => {
      kernels.attentionWeights(qAt, kAt, out, nQ, nK, d, ...rest);
    });
  };
  return { attention, attentionWeights } as AttentionOperations;
}
