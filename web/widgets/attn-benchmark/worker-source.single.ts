import kernels from "virtual:kernels.simd.wasm";
import text from "virtual:worker-text";
import { openWorkerFromText, type WorkerSource } from "../shared/tasks/runner.js";

/** The single file carries its worker as text, and hands it the binary it carries anyway. */
export const workerSource: WorkerSource = { open: () => openWorkerFromText(text), kernels };
