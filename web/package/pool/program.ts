/** The function that core.ts becomes, and the end of a program that starts a worker with it: tools/bundle-package.mjs. */
declare const attnlabCore: () => unknown;
declare const attnlabStart: string;

/**
 * The program of a worker: the very code that runs here, as text. Where esbuild was told to keep names, as it is by Vite's
 * development server, functions go through a helper of its own, which is not in the text.
 */
export const programText = (): string => `var __name=f=>f;(${String(attnlabCore)})${attnlabStart}`;
