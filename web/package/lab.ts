import { attendAtOnce } from "./at-once.js";
import {
  attention,
  attentionBackward,
  attentionWeights,
  type AttentionOperations,
  type AttentionOptions,
} from "./attention.js";
import { batchStatistics, type BatchStatisticsOperations } from "./batch-statistics.js";
import { decoder, type DecoderOperations } from "./decoder.js";
import { restoring, type Body, type Engine } from "./engine.js";
import { entropyNormalize, entropyNormalizeBackward, type EntropyNormalizeOperations } from "./entropy-normalize.js";
import { linearAttention, linearAttentionBackward, type LinearAttentionOperations } from "./linear-attention.js";
import { resident, type ResidentOperations } from "./make-resident.js";
import { matmul, matmulBackward, type MatmulOperations } from "./matmul.js";
import { memory, type MemoryOperations } from "./memory.js";
import type { NormOperations } from "./norm-types.js";
import { normBodies } from "./norms.js";
import { nystromFactors, nystromformer, nystromformerBackward, type NystromformerOperations } from "./nystromformer.js";
import { onlineSoftmax, type OnlineSoftmaxOperations } from "./online-softmax.js";
import {
  performer,
  performerBackward,
  performerKernel,
  performerProjection,
  performerVariance,
  type PerformerOperations,
} from "./performer.js";
import { probabilityBodies, type ProbabilityOperations } from "./probability.js";
import type { AnyTensor, MaybeOut } from "./resident.js";
import { sampleToken, type SampleTokenOperations } from "./sample-token.js";
import { attentionScale, type ScaleOperations } from "./scale.js";
import { softmaxBodies, type SoftmaxOperations } from "./softmax.js";
import {
  sparseAttention,
  sparseAttentionBackward,
  sparsePattern,
  type SparseAttentionOperations,
} from "./sparse-attention.js";
import { tensor, type TensorOperations } from "./tensor.js";
import { version } from "./version.js";

/** The two builds of the kernels: plain WebAssembly SIMD, and relaxed SIMD with fused multiply-add. */
export type Variant = "relaxed" | "simd";

/**
 * The loaded kernels. Every operation is synchronous, checks its arguments before it writes anything, and returns fresh
 * tensors unless `out` is given. The methods do not depend on `this`.
 */
export interface Lab
  extends
    TensorOperations,
    ResidentOperations,
    MemoryOperations,
    AttentionOperations,
    DecoderOperations,
    ScaleOperations,
    MatmulOperations,
    SoftmaxOperations,
    OnlineSoftmaxOperations,
    NormOperations,
    BatchStatisticsOperations,
    ProbabilityOperations,
    EntropyNormalizeOperations,
    SampleTokenOperations,
    LinearAttentionOperations,
    PerformerOperations,
    NystromformerOperations,
    SparseAttentionOperations {
  /** Version of the package, as in its package.json. */
  readonly version: string;
  /** Which build runs. */
  readonly variant: Variant;
  /** It, compiled: post it to a worker of your own, and give it to `load` of `attnlab/external` there. */
  readonly wasmModule: WebAssembly.Module;
}

/**
 * The bodies of all operations, by their public names. A new operation has its own file and its line here.
 *
 * @internal
 */
export const BODIES = {
  attention,
  attentionBackward,
  attentionScale,
  attentionWeights,
  batchStatistics,
  decoder,
  entropyNormalize,
  entropyNormalizeBackward,
  linearAttention,
  linearAttentionBackward,
  matmul,
  matmulBackward,
  memory,
  nystromFactors,
  nystromformer,
  nystromformerBackward,
  onlineSoftmax,
  performer,
  performerBackward,
  performerKernel,
  performerProjection,
  performerVariance,
  resident,
  sampleToken,
  sparseAttention,
  sparseAttentionBackward,
  sparsePattern,
  tensor,
  ...normBodies,
  ...probabilityBodies,
  ...softmaxBodies,
} as const satisfies Readonly<Record<string, Body>>;

/**
 * All operations on one instance of the kernels.
 *
 * @internal
 */
export function createLab(engine: Engine, variant: Variant): Lab {
  const operations = Object.entries<Body>(BODIES).map(([operation, body]) => {
    const call = { engine, operation };
    return [operation, restoring(engine, (...args: readonly unknown[]) => body(call, ...args)())];
  });
  const fields = { version, variant, wasmModule: engine.module };
  const bound = Object.fromEntries(operations) as Omit<Lab, keyof typeof fields>;
  const attention = (q: AnyTensor, k: AnyTensor, v: AnyTensor, options?: AttentionOptions<MaybeOut>): unknown =>
    attendAtOnce(engine, q, k, v, options) ?? bound.attention(q, k, v, options);
  return Object.freeze({ ...fields, ...bound, attention: attention as typeof bound.attention });
}
