import type { Lab } from "../../package/index.js";
import type { SparsePatternOptions } from "../../package/sparse-attention.js";
import { bandOf, type Band } from "../shared/band.js";
import { patternNames, type PatternName, type SparseState } from "./schema.js";

/** Tokens in the picture. */
export const tokenCount = 64;
export const mostLayers = 16;
/** Lengths at which entries are counted. */
export const countedLengths = [64, 128, 256, 512, 1024] as const;

export type PatternState = Omit<SparseState, "layers" | "table">;

/** What the state means within the picture, whatever an author wrote. */
export function clamped(state: SparseState): SparseState {
  const most = (value: number, limit: number): number => Math.min(value, limit);
  return {
    ...state,
    window: most(state.window, tokenCount - 1),
    dilation: most(state.dilation, tokenCount),
    block: most(state.block, tokenCount),
    blocks: most(state.blocks, tokenCount - 1),
    random: most(state.random, tokenCount),
    globals: most(state.globals, tokenCount),
    layers: most(state.layers, mostLayers),
  };
}

/** The options of `lab.sparseAttention` that the state stands for; a pattern refuses those that it does not know. */
export function optionsOf(state: PatternState): SparsePatternOptions {
  const { pattern, window, dilation, block, blocks, random, globals, causal, seed } = state;
  const known: Readonly<Record<PatternName, SparsePatternOptions>> = {
    local: { window },
    atrous: { dilation },
    sparse: { window, dilation },
    bigbird: { window: blocks, blockSize: block, randomBlocks: random, seed },
  };
  return { pattern, ...known[pattern], ...(globals > 0 && { globalTokens: globals }), ...(causal && { causal }) };
}

/** The chosen pattern as it is set, the others as the literature has them: only Big Bird with global tokens. */
export const stateFor = (state: PatternState, pattern: PatternName): PatternState => ({
  ...state,
  pattern,
  globals: pattern === state.pattern ? state.globals : pattern === "bigbird" ? Math.max(1, state.block) : 0,
});

/** How many of the entries of a square pattern are kept. */
export function keptOf(lab: Lab, n: number, state: PatternState): number {
  const { data } = lab.sparsePattern(n, n, optionsOf(state));
  let count = 0;
  // A million entries: a function for each would hold up the page.
  for (const entry of data) count += entry;
  return count;
}

/** Entries that there are to keep: those of the future do not count where it is hidden. */
export const allOf = (n: number, causal: boolean): number => (causal ? (n * (n + 1)) / 2 : n * n);

export interface Reach {
  /** The layer from which on a query depends on a key, row by row; 0 for never. */
  readonly first: Uint8Array;
  /** Share of the entries reached after 1, 2, … layers. */
  readonly shares: readonly number[];
  /** The layer from which on nothing is added. */
  readonly settled: number;
}

/** Which tokens a token hears of through several layers: the Boolean powers of the pattern, a row as bits. */
export function reachOf(kept: ArrayLike<number>, n: number, layers: number, all: number): Reach {
  const words = Math.ceil(n / 32);
  const step = new Uint32Array(n * words);
  const first = new Uint8Array(n * n);
  for (let at = 0; at < n * n; at++) {
    if (!kept[at]) continue;
    first[at] = 1;
    const word = Math.floor(at / n) * words + ((at % n) >> 5);
    step[word] = (step[word] ?? 0) | (1 << ((at % n) & 31));
  }
  let reached = step.slice();
  let before = -1;
  let count = first.reduce((sum, layer) => sum + (layer > 0 ? 1 : 0), 0);
  const shares = [count / all];
  let settled = 1;
  for (let layer = 2; layer <= layers; layer++) {
    if (count === before) {
      shares.push(count / all); // what has added nothing once never will
      continue;
    }
    before = count;
    const next = reached.slice();
    for (let i = 0; i < n; i++) {
      for (let via = 0; via < n; via++) {
        if (first[i * n + via] === 0 || first[i * n + via] === layer) continue;
        for (let word = 0; word < words; word++) {
          next[i * words + word] = (next[i * words + word] ?? 0) | (step[via * words + word] ?? 0);
        }
      }
      for (let j = 0; j < n; j++) {
        const there = ((next[i * words + (j >> 5)] ?? 0) >>> (j & 31)) & 1;
        if (there === 0 || first[i * n + j] !== 0) continue;
        first[i * n + j] = layer;
        count++;
        settled = layer;
      }
    }
    reached = next;
    shares.push(count / all);
  }
  return { first, shares, settled };
}

/**
 * How query `row` depends on key `column`: over which token its last step goes, where one step is not enough; undefined
 * where it never does, or does so at once.
 */
export function viaOf({ kept, reach: { first } }: PatternFound, row: number, column: number): number | undefined {
  const layer = first[row * tokenCount + column] ?? 0;
  if (layer < 2) return undefined;
  for (let via = 0; via < tokenCount; via++) {
    const until = first[row * tokenCount + via] ?? 0;
    if (until > 0 && until < layer && kept[via * tokenCount + column]) return via;
  }
  return undefined;
}

/** Keys that a query has heard of after so many layers. */
export const heardOf = ({ first }: Reach, row: number, layers: number): number =>
  first.subarray(row * tokenCount, (row + 1) * tokenCount).filter((layer) => layer > 0 && layer <= layers).length;

/** Draws of Big Bird's random blocks behind its band. */
export const drawCount = 15;

/** Of seeds: the first is the one in view. */
const seedOf = (seed: number, draw: number): number => (draw === 0 ? seed : 1000 * seed + draw);

export interface PatternFound {
  readonly state: SparseState;
  /** 0 and 1, row by row. */
  readonly kept: Float32Array;
  readonly count: number;
  readonly all: number;
  readonly reach: Reach;
  /** Shares reached by every pattern, layer by layer. */
  readonly reaches: Readonly<Record<PatternName, readonly number[]>>;
  /** Of Big Bird, over draws of its random blocks. */
  readonly drawn: readonly Band[];
  /** Entries kept by every pattern at the counted lengths. */
  readonly counts: Readonly<Record<PatternName, readonly number[]>>;
}

/** All that the picture shows. */
export function patternFound(lab: Lab, state: SparseState): PatternFound {
  const all = allOf(tokenCount, state.causal);
  const pictureOf = (pattern: PatternName): Float32Array =>
    lab.sparsePattern(tokenCount, tokenCount, optionsOf(stateFor(state, pattern))).data;
  const drawnOf = (draw: number): readonly number[] => {
    const one = { ...stateFor(state, "bigbird"), seed: seedOf(state.seed, draw) };
    const { data } = lab.sparsePattern(tokenCount, tokenCount, optionsOf(one));
    return reachOf(data, tokenCount, mostLayers, all).shares;
  };
  const draws = Array.from({ length: drawCount }, (_, draw) => drawnOf(draw));
  const kept = pictureOf(state.pattern);
  const reach = reachOf(kept, tokenCount, mostLayers, all);
  const each = <T>(of: (pattern: PatternName) => T): Record<PatternName, T> =>
    Object.fromEntries(patternNames.map((name) => [name, of(name)])) as Record<PatternName, T>;
  return {
    state,
    kept,
    count: kept.reduce((sum, entry) => sum + entry, 0),
    all,
    reach,
    reaches: each((name) =>
      name === state.pattern ? reach.shares : reachOf(pictureOf(name), tokenCount, mostLayers, all).shares,
    ),
    drawn: reach.shares.map((_, layer) => bandOf(draws.map((shares) => shares[layer] ?? Number.NaN))),
    counts: each((name) => countedLengths.map((n) => keptOf(lab, n, stateFor(state, name)))),
  };
}
