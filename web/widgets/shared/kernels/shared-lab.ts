import type { Lab } from "../../../package/index.js";
import { loadKernels } from "./source.js";

// Filled in by the bundler: widgets of different versions on one page must not share kernels.
declare const ATTNLAB_VERSION: string;

const place = Symbol.for(`attnlab ${ATTNLAB_VERSION}`);

/**
 * The kernels of this page. All widgets share one instance, even when they came in separate files; a load that failed
 * is forgotten, so that the next call tries again.
 */
export function sharedLab(): Promise<Lab> {
  const page = globalThis as { [place]?: Promise<Lab> | undefined };
  page[place] ??= loadKernels().catch((error: unknown) => {
    page[place] = undefined;
    throw error;
  });
  return page[place];
}
