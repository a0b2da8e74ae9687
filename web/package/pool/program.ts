/** The function that core.ts becomes, and the end of a program that starts a worker with it: tools/bundle-package.mjs. */
declare const attnlabCore: () => unknown;
declare const attnlabStart: string;

/** The program of a worker: the very code that runs here, as text. */
export const programText = (): string => `(${String(attnlabCore)})${attnlabStart}`;
