export { AttnlabError, type Code } from "./errors.js";
export type { AnyTensor, Resident } from "./resident.js";
export type { Tensor, TensorLike } from "./tensor.js";
export { readNpy, writeNpy } from "./io/npy.js";
export { readSafetensors, writeSafetensors, type Safetensors, type WriteSafetensorsOptions } from "./io/safetensors.js";
