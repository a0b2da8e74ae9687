import { describe, expect, it } from "vitest";
import { storedAttention, storedReport, storedRows } from "../../../benchmarks/lib/stored.mjs";
import { sizeNames } from "../../widgets/attn-benchmark/schema.js";
import { losesToPeer, milliseconds, pair, toLoops, type Row } from "../.vitepress/theme/benchmark/cells.js";
import { limit } from "../.vitepress/theme/benchmark/limit.js";
import { caseText, knownOperations, texts } from "../.vitepress/theme/benchmark/text.js";

const report = storedReport();
/** As they reach the page. */
const rows = JSON.parse(JSON.stringify(storedRows(report))) as Row[];

const row = (more: Partial<Row>): Row => ({
  operation: "matmul",
  label: "2 x 2 x 2",
  disturbed: false,
  relaxed: [],
  simd: [],
  pool: undefined,
  peers: {},
  loops: undefined,
  toPeer: undefined,
  limit: undefined,
  beside: undefined,
  missing: undefined,
  ...more,
});

describe("the stored run", () => {
  it("has a figure of ours, or the reason why not, and every peer, for each case", () => {
    expect(rows.length).toBeGreaterThan(20);
    for (const { operation, label, relaxed, simd, missing } of rows) {
      expect(relaxed.length + simd.length > 0 || missing !== undefined, `${operation} ${label}`).toBe(true);
    }
    const attention = rows.find(({ label }) => label === "8 heads x 1024 x 64");
    expect(Object.keys(attention?.peers ?? {})).toEqual(["onnxruntime-web", "TensorFlow.js", "jax-js"]);
  });

  it("names machine, browser, versions and licences", () => {
    expect(report.machine.processor).not.toBe("");
    expect(report.machine.browser).toMatch(/^Chromium [\d.]+$/);
    for (const { version, license } of report.peers) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(license).toMatch(/^(MIT|Apache-2\.0)$/);
    }
  });

  it("has the sizes that the widget offers, with shares that a machine can reach", () => {
    const { sizes } = storedAttention(report);
    expect(Object.keys(sizes)).toEqual(expect.arrayContaining([...sizeNames]));
    for (const { ceiling, runs } of Object.values(sizes)) {
      expect(ceiling).toBeGreaterThan(1);
      expect(new Set(runs.map(({ who }) => who.replace(/ .*/, "")))).toEqual(
        new Set(["attnlab", "onnxruntime-web", "TensorFlow.js", "jax-js", "loops"]),
      );
      for (const { who, share } of runs) expect(share, who).toBeGreaterThan(0);
      expect(new Set(runs.map(({ who, threads }) => `${who}, ${threads}`)).size).toBe(runs.length);
    }
  });

  it("holds one thread, not two, to what one core can do", () => {
    const shares = rows.flatMap(({ limit: found }) => found?.ceiling ?? []);
    expect(shares.length).toBeGreaterThan(10);
    expect(Math.max(...shares)).toBeLessThan(1);
  });
});

describe("texts of the table", () => {
  it("know every operation of the stored run", () => {
    expect(knownOperations).toEqual(expect.arrayContaining([...new Set(rows.map(({ operation }) => operation))]));
  });

  it("are the same in number in both languages", () => {
    expect(Object.keys(texts.zh)).toEqual(Object.keys(texts.en));
  });

  it("say sizes in the language of the page", () => {
    const plain = (...given: Parameters<typeof caseText>): string => caseText(...given).replaceAll("\u00a0", " ");
    expect(plain("en", "attention", "8 heads x 1024 x 64 causal")).toBe("Attention, 8 heads × 1024 × 64, causal");
    expect(plain("zh", "attention", "1 head x 1024 x 64 causal")).toBe("注意力，1 个头 × 1024 × 64，因果");
    expect(plain("zh", "decoder step", "cache 4096, 8 heads x 64")).toBe("解码一个 token，缓存 4096，8 个头 × 64");
    expect(plain("en", "attention", "8 heads x 4096 x 64 window 128")).toBe(
      "Attention, 8 heads × 4096 × 64, 128 keys on each side",
    );
    expect(plain("zh", "attention", "8 heads x 4096 x 64 causal window 128")).toBe(
      "注意力，8 个头 × 4096 × 64，因果，左右各 128 个键",
    );
    expect(plain("en", "brand new", "3 x 4")).toBe("brand new, 3 × 4");
  });
});

describe("cells", () => {
  it("can be written for every row", () => {
    for (const { relaxed, simd, pool, loops, peers } of rows) {
      const cells = [...[relaxed, simd, ...Object.values(peers)].map(pair), milliseconds(pool), milliseconds(loops)];
      for (const cell of cells) expect(cell).toMatch(/^([\d.]+|–)( \/ ([\d.]+|–))?$/);
    }
  });

  it("write times in three digits without powers of ten", () => {
    expect([0.0009876, 0.0123, 1.5, 38.12, 1587.3].map(milliseconds)).toEqual([
      "0.00099",
      "0.0123",
      "1.50",
      "38.1",
      "1587",
    ]);
    expect(pair([1, null])).toBe("1.00 / –");
    expect(pair([])).toBe("–");
  });

  it("say what a case is held to", () => {
    expect(limit("en", row({ limit: { ceiling: 0.823 } }))).toEqual(["82% of the arithmetic"]);
    expect(limit("en", row({ limit: { traffic: 1.05, floor: 1.3 } }))).toEqual(["1.05 × memory", "1.30 × in cache"]);
    expect(limit("en", row({ limit: { floor: 1.3 } }))).toEqual(["1.30 × in cache"]);
    expect(limit("en", row({ beside: { label: "softmax", ratio: 8.1 } }))).toEqual(["8.10 × one softmax"]);
    expect(limit("zh", row({ limit: { ceiling: 0.5 }, beside: { label: "full", ratio: 0.54 } }))).toEqual([
      "纯运算上限的 50%",
      "全部键的 0.54 倍",
    ]);
    expect(limit("en", row({}))).toEqual(["–"]);
    expect(limit("en", row({ missing: "x" }))).toEqual(["not in this build"]);
  });

  it("find our losses", () => {
    expect(losesToPeer(row({ toPeer: 1.2 }))).toBe(true);
    expect(losesToPeer(row({ toPeer: 0.9 }))).toBe(false);
    expect(losesToPeer(row({}))).toBe(false);
    expect(toLoops(row({ relaxed: [4, 3], pool: 2, loops: 1 }))).toBe(2);
    expect(toLoops(row({ loops: 1 }))).toBeUndefined();
  });
});
