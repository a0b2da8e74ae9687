// The types that both entries export.
export type { Code, Fault } from "./errors.js";
export type {
  AttentionBackwardOptions,
  AttentionGradients,
  AttentionOperations,
  AttentionOptions,
} from "./attention.js";
export type { Axes, Axis } from "./axes.js";
export type { Decoder, DecoderOperations, DecoderOptions, ExactDecoderOptions } from "./decoder.js";
export type {
  EntropyNormalizeOperations,
  EntropyOptions,
  EntropyResult,
  EntropyStatus,
  EntropyTrace,
} from "./entropy-normalize.js";
export type { BatchStatistics, BatchStatisticsOperations, BatchStatisticsOptions } from "./batch-statistics.js";
export type { Lab, Variant } from "./lab.js";
export type { LoadOptions } from "./source.js";
export type {
  FeatureAttentionGradients,
  LinearAttentionBackwardOptions,
  LinearAttentionOperations,
  LinearAttentionOptions,
  LinearFeatureMap,
} from "./linear-attention.js";
export type { ResidentOperations } from "./make-resident.js";
export type { MatmulGradients, MatmulOperations, MatmulOptions } from "./matmul.js";
export type { MemoryOperations, MemoryUse } from "./memory.js";
export type {
  NystromFactors,
  NystromformerBackwardOptions,
  NystromformerGradients,
  NystromformerOperations,
  NystromformerOptions,
  NystromOptions,
} from "./nystromformer.js";
export type { OnlineSoftmaxOperations, OnlineSoftmaxOptions, OnlineSoftmaxTrace } from "./online-softmax.js";
export type { CallOptions, Pool, PoolOptions } from "./pool/types.js";
export type {
  EntropyMeasureOptions,
  PowerTransformOptions,
  ProbabilityOperations,
  RowInput,
  SparseOptions,
} from "./probability.js";
export type * from "./norm-types.js";
export type {
  PerformerBackwardOptions,
  PerformerKernelOptions,
  PerformerOperations,
  PerformerOptions,
  PerformerProjectionOptions,
  PerformerVarianceOptions,
} from "./performer.js";
export type { PerformerDraw, PerformerEstimate, PerformerEstimator } from "./performer-estimate.js";
export type { AnyTensor, MaybeOut, Outs, OutsOption, Resident, Result, WithOuts } from "./resident.js";
export type { SampleTokenOperations, SampleTokenOptions } from "./sample-token.js";
export type { AttentionScaleOptions, Scale, ScaleFormula, ScaleKind, ScaleOperations } from "./scale.js";
export type { Seed } from "./seed.js";
export type { SoftmaxBackwardOptions, SoftmaxOperations, SoftmaxOptions } from "./softmax.js";
export type {
  SparseAttentionBackwardOptions,
  SparseAttentionOperations,
  SparseAttentionOptions,
  SparsePatternKind,
  SparsePatternOptions,
  SparsePictureOptions,
} from "./sparse-attention.js";
export type { FlatNumbers, NestedNumbers, Tensor, TensorLike, TensorOperations } from "./tensor.js";
export type { Mask, Window } from "./visibility.js";
