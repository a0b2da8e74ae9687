/**
 * The function that core.ts becomes, the text that calls it with what it needs, and where its result has what starts a worker
 * and what loads: tools/bundle-package.mjs.
 */
declare const attnlabCore: () => unknown;
declare const attnlabCall: string;
declare const attnlabPlaces: { serve: number; makeLoad: number };

/**
 * An expression that calls a function of the package, from the very code that runs here, as text: `serve`, which makes a
 * worker of a pool, or `makeLoad`, which gives a `load` for sources that are named. Where esbuild was told to keep names, as
 * it is by Vite's development server, functions go through a helper of its own, which is not in the text.
 */
export const programText = (name: keyof typeof attnlabPlaces): string =>
  `(__name=>(${String(attnlabCore)})${attnlabCall}[${String(attnlabPlaces[name])}])(f=>f)()`;
