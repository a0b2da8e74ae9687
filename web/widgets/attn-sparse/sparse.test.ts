import { load } from "attnlab";
import { beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../package/index.js";
import { Numbers } from "../shared/format.js";
import { copiedPrograms } from "../shared/take-away/testing.js";
import { runNow } from "../shared/tasks/task.js";
import { translator } from "../shared/text.js";
import { captionOf, part } from "./caption.js";
import { sparseCode } from "./copy-as-javascript.js";
import { patternCsv } from "./exports.js";
import {
  clamped,
  countedLengths,
  heardOf,
  keptOf,
  mostLayers,
  patternFound,
  reachOf,
  tokenCount,
  viaOf,
} from "./pattern.js";
import { patternNames, schema, type SparseState } from "./schema.js";
import { speedLengths, timeSparse } from "./speed.js";
import { en } from "./text.en.js";
import { zh } from "./text.zh.js";

const programs = copiedPrograms();
let lab: Lab;
beforeAll(async () => {
  lab = await load();
});

const initial = Object.fromEntries(Object.entries(schema).map(([key, { initial }]) => [key, initial])) as SparseState;
const state = (change: Partial<SparseState> = {}): SparseState => ({ ...initial, ...change });

/** The layer at which key j is first reached from query i, by search from every query on its own. */
function searched(kept: ArrayLike<number>, n: number): number[] {
  return Array.from({ length: n }, (_, start) => {
    const found = new Array<number>(n).fill(0);
    for (let layer = 1, front = [start]; front.length > 0; layer++) {
      const next: number[] = [];
      for (const via of front) {
        for (let j = 0; j < n; j++) {
          if (!kept[via * n + j] || found[j] !== 0) continue;
          found[j] = layer;
          next.push(j);
        }
      }
      front = next;
    }
    return found;
  }).flat();
}

describe("what is kept", () => {
  it("is counted as by hand", () => {
    for (const n of countedLengths) {
      // 2w + 1 for each row, less what hangs over the two edges.
      expect(keptOf(lab, n, state({ pattern: "local", window: 4 }))).toBe(9 * n - 4 * 5);
      // Every eighth diagonal.
      expect(keptOf(lab, n, state({ pattern: "atrous", dilation: 8 }))).toBe((n * n) / 8);
      expect(keptOf(lab, n, state({ pattern: "atrous", dilation: 1, causal: true }))).toBe((n * (n + 1)) / 2);
    }
  });

  it("grows with n for a window, with its square for what is at equal distances", () => {
    const { counts } = patternFound(lab, state());
    const growth = (name: (typeof patternNames)[number]): number => (counts[name].at(-1) ?? 0) / (counts[name][0] ?? 1);
    expect(growth("local")).toBeLessThan(18);
    expect(growth("bigbird")).toBeLessThan(18);
    expect(growth("atrous")).toBe(256);
    expect(growth("sparse")).toBeGreaterThan(100);
  });
});

describe("what is reached", () => {
  it.each(patternNames)("is what a search finds, %s", (pattern) => {
    for (const causal of [false, true]) {
      const { kept, reach, all } = patternFound(lab, state({ pattern, causal, seed: 5 }));
      const slow = searched(kept, tokenCount).map((layer) => (layer > mostLayers ? 0 : layer));
      expect([...reach.first]).toEqual(slow);
      reach.shares.forEach((share, i) =>
        expect(share).toBe(slow.filter((layer) => layer > 0 && layer <= i + 1).length / all),
      );
    }
  });

  it("is everything in two layers for both together, in one class of positions for ever for atrous", () => {
    const { reaches } = patternFound(lab, state());
    expect(reaches.sparse[0]).toBeLessThan(0.34);
    expect(reaches.sparse[1]).toBe(1);
    expect(reaches.atrous.every((share) => share === 1 / 8)).toBe(true);
    expect(reaches.local[6]).toBeLessThan(1);
    expect(reaches.local[7]).toBe(1);
  });

  it("is everything in two layers with one global token, unless the future is hidden", () => {
    const one = { pattern: "atrous", globals: 1 } as const;
    expect(patternFound(lab, state(one)).reach.shares[1]).toBe(1);
    expect(patternFound(lab, state({ ...one, causal: true })).reach.shares.at(-1)).toBeLessThan(0.2);
  });

  it("knows lengths that are no multiple of a word, and none at all", () => {
    const kept = lab.sparsePattern(37, 37, { pattern: "local", window: 3 }).data;
    expect([...reachOf(kept, 37, 12, 37 * 37).first]).toEqual(searched(kept, 37));
    expect(reachOf([0], 1, 3, 1).shares).toEqual([0, 0, 0]);
  });
});

it("is held to what fits the picture, whatever an author wrote", () => {
  const huge = state({ window: 1e9, dilation: 1e9, block: 1e9, blocks: 1e9, random: 1e9, globals: 1e9, layers: 1e9 });
  for (const pattern of patternNames) {
    const found = patternFound(lab, clamped({ ...huge, pattern }));
    expect(found.count).toBe(tokenCount ** 2);
    expect(found.state.layers).toBe(mostLayers);
  }
});

it("is timed at every length", () => {
  const { points, variant } = runNow(timeSparse(lab, state({ pattern: "local" })));
  expect(points.map(({ n }) => n)).toEqual(speedLengths);
  expect(variant).toBe(lab.variant);
  for (const { n, kept, exact, sparse } of points) {
    expect(kept).toBe(17 * n - 72);
    expect(Math.min(exact, sparse)).toBeGreaterThan(0);
  }
});

describe("what a query hears of", () => {
  it("comes over a token that it has heard of before and that looks at the key", () => {
    const found = patternFound(lab, state({ pattern: "local", window: 5 }));
    let steps = 0;
    for (let row = 0; row < tokenCount; row += 7) {
      for (let column = 0; column < tokenCount; column++) {
        const via = viaOf(found, row, column);
        const layer = found.reach.first[row * tokenCount + column] ?? 0;
        expect(via === undefined).toBe(layer < 2);
        if (via === undefined) continue;
        steps++;
        expect(found.reach.first[row * tokenCount + via]).toBeLessThan(layer);
        expect(Math.abs(via - column)).toBeLessThanOrEqual(5);
      }
    }
    expect(steps).toBeGreaterThan(100);
    expect(viaOf(patternFound(lab, state({ pattern: "atrous" })), 0, 3)).toBeUndefined();
  });

  it("is counted layer by layer", () => {
    const { reach } = patternFound(lab, state({ pattern: "local", window: 5 }));
    expect([1, 2, 3, 16].map((layers) => heardOf(reach, 0, layers))).toEqual([6, 11, 16, 64]);
  });
});

it("draws Big Bird's random blocks many times, the ones in view first", () => {
  const change = { pattern: "bigbird", globals: 0, layers: 3 } as const;
  const { reaches, drawn } = patternFound(lab, state(change));
  expect(drawn).toHaveLength(mostLayers);
  drawn.forEach(({ low, middle, high }, layer) => {
    expect(low).toBeLessThanOrEqual(middle);
    expect(middle).toBeLessThanOrEqual(high);
    if (layer > 0) expect(middle).toBeGreaterThanOrEqual(drawn[layer - 1]?.middle ?? 0);
  });
  // One draw says little: the seeds differ while not everything is reached.
  expect(drawn[1]?.high ?? 0).toBeGreaterThan(drawn[1]?.low ?? 1);
  expect(patternFound(lab, state({ ...change, seed: 2 })).reaches.bigbird).not.toEqual(reaches.bigbird);
});

describe("in words and files", () => {
  const [english, chinese] = [translator({ en, zh }, "en"), translator({ en, zh }, "zh")];
  const said = (change: Partial<SparseState>): string =>
    captionOf(english, new Numbers("en"), patternFound(lab, state(change)));

  it("says what is kept and what that comes to", () => {
    expect(said({})).toMatch(
      /^Pattern sparse \(both\): 1352 of 4096 entries kept for 64 tokens, 33%\. After 2 layers every/,
    );
    expect(said({ pattern: "atrous" })).toContain("More layers do not help: it stays at 13%.");
    expect(said({ pattern: "local" })).toContain("It takes 8 layers to reach everything.");
    expect(said({ causal: true })).toContain("of 2080 entries kept");
    expect(captionOf(chinese, new Numbers("zh"), patternFound(lab, state()))).toMatch(
      /^模式“稀疏（局部加空洞）”：64 个 token，/,
    );
  });

  it("never says that nearly all is all", () => {
    expect(part(new Numbers("en"), 0.99999)).toBe("99.99%");
    expect(part(new Numbers("en"), 1)).toBe("100%");
  });

  it("is a table for programs", () => {
    const lines = patternCsv(patternFound(lab, state()), undefined).trim().split("\n");
    expect(lines).toHaveLength(1 + mostLayers + countedLengths.length);
  });

  it.each(patternNames)("copies a program that prints the same, %s", async (pattern) => {
    for (const causal of [false, true]) {
      const given = state({ pattern, causal, layers: 4, seed: 3, globals: pattern === "bigbird" ? 4 : 0 });
      const lines = await programs.lines(sparseCode("Title", given));
      const { count, all, reach } = patternFound(lab, given);
      const reached = reach.shares.slice(0, 4).map((share, i) => `reached ${i + 1} ${share.toFixed(6)}`);
      expect(lines).toEqual([`kept ${count} of ${all}`, ...reached, "output 64 x 16"]);
    }
  });
});
