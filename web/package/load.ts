import { AttnlabError, refuse } from "./errors.js";
import { instantiate } from "./instantiate.js";
import type { Lab, Variant } from "./lab.js";
import { compile, readLoadOptions, type Source } from "./source.js";

/** Gives the lab of a variant when no source is named: the kernels that the package carries. */
export type CarriedKernels = (variant: "auto" | Variant) => Promise<Lab>;

/** Labs by variant, for one source. A failed load is forgotten, so that the next call tries again. */
export class Memo {
  readonly #labs = new Map<string, Promise<Lab>>();

  /** The lab that `make` gave under this key, or gives now. Calls that overlap share one. */
  get(key: string, make: () => Promise<Lab>): Promise<Lab> {
    const known = this.#labs.get(key);
    if (known) return known;
    const lab = make();
    this.#labs.set(key, lab);
    lab.catch(() => this.#labs.delete(key));
    return lab;
  }
}

/** Explicit sources: addresses by their text, bytes and modules by identity. */
const byUrl = new Map<string, Memo>();
const byObject = new WeakMap<object, Memo>();

function memoOf({ identity }: Source): Memo {
  const memo = (typeof identity === "string" ? byUrl.get(identity) : byObject.get(identity)) ?? new Memo();
  if (typeof identity === "string") byUrl.set(identity, memo);
  else byObject.set(identity, memo);
  return memo;
}

async function loadFrom(source: Source, variant: "auto" | Variant): Promise<Lab> {
  const { argument } = source;
  const lab = await instantiate(await compile(source), argument);
  if (variant !== "auto" && lab.variant !== variant) {
    refuse(
      "VALUE",
      "load",
      "variant",
      `"${variant}", but ${argument} has the ${lab.variant} build`,
      "the same in both",
    );
  }
  return lab;
}

/** Makes the `load` of an entry from the kernels that the entry carries. */
export function makeLoad(carried: CarriedKernels): (options?: unknown) => Promise<Lab> {
  const start = (options: unknown): Promise<Lab> => {
    const { variant, source } = readLoadOptions(options);
    return source ? memoOf(source).get(variant, () => loadFrom(source, variant)) : carried(variant);
  };
  // Not an async function, whose calls would each give a promise of their own.
  return (options) => {
    try {
      return start(options);
    } catch (error) {
      if (!(error instanceof AttnlabError)) throw error;
      return Promise.reject(error);
    }
  };
}
