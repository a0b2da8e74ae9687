import { load } from "../../../package/carrying.js";
import type { Lab } from "../../../package/index.js";

/** Kernels of a bundle with chunks: the package probes the engine and fetches the binary that fits. */
export const loadKernels = (): Promise<Lab> => load();
