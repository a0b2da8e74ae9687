import { attentionOperations, type AttentionOperations } from "./attention.js";
import type { Engine } from "./engine.js";
import { resident, type ResidentOperations } from "./make-resident.js";
import { matmulOperations, type MatmulOperations } from "./matmul.js";
import { memoryOperations, type MemoryOperations } from "./memory.js";
import { normOperations, type NormOperations } from "./norms.js";
import { scaleOperations, type ScaleOperations } from "./scale.js";
import { softmaxOperations, type SoftmaxOperations } from "./softmax.js";
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
    ScaleOperations,
    MatmulOperations,
    SoftmaxOperations,
    NormOperations {
  /** Version of the package, as in its package.json. */
  readonly version: string;
  /** Which build runs. */
  readonly variant: Variant;
}

/**
 * All operations on one instance of the kernels. A new operation has its own file and its line here.
 *
 * @internal
 */
export function createLab(engine: Engine, variant: Variant): Lab {
  return Object.freeze({
    version,
    variant,
    tensor,
    resident: (source: unknown) => resident(engine, source),
    ...memoryOperations(engine),
    ...attentionOperations(engine),
    ...scaleOperations(engine),
    ...matmulOperations(engine),
    ...softmaxOperations(engine),
    ...normOperations(engine),
  });
}
