import packed from "virtual:kernels.simd.wasm.gz";
import { load } from "../../../package/given.js";
import { gunzip } from "../../../package/gunzip.js";
import type { Lab } from "../../../package/index.js";

/** Kernels of a single-file bundle: the one binary it carries, which every engine runs. */
export const loadKernels = async (): Promise<Lab> => load({ variant: "simd", wasmBinary: await gunzip(packed) });
