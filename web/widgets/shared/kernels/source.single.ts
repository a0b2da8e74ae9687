import binary from "virtual:kernels.simd.wasm";
import { load, type Lab } from "../../../package/external.js";

/** Kernels of a single-file bundle: the one binary it carries, which every engine runs. */
export const loadKernels = (): Promise<Lab> => load({ variant: "simd", wasmBinary: binary });
