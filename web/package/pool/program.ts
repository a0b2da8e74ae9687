// These are put in by tools/bundle-package.mjs.
/** The function that core.ts becomes. */
declare const attnlabCore: () => unknown;
/** The text that calls it with what it needs. */
declare const attnlabCall: string;
/** Where its result has what starts a worker, and what loads. */
declare const attnlabPlaces: { serve: number; makeLoad: number };

/**
 * An expression that calls a function of the package, from the very code that runs here, as text: `serve`, which makes
 * a worker of a pool, or `makeLoad`, which gives a `load` for sources that are named. Where esbuild was told to keep
 * names, as it is by Vite's development server, functions go through a helper of its own, which is not in the text.
 */
export const programText = (name: keyof typeof attnlabPlaces): string =>
  `(__name=>(${String(attnlabCore)})${attnlabCall}[${String(attnlabPlaces[name])}])(f=>f)()`;
