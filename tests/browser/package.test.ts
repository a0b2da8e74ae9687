/**
 * The packed package in a page and in a module worker, under the strict policy: both binaries, every way of giving it
 * one, and what it says when it gets something else.
 */
import type { Page } from "playwright-core";
import { describe, expect, inject, test } from "vitest";
import { STRICT_POLICY, withPolicy } from "./lib/policy.js";
import {
  attentionWeights,
  largestDifference,
  layerNorm,
  product,
  rmsNorm,
  rowsOf,
  softmax,
  type Rows,
} from "./lib/reference.js";
import { open, type OpenOptions } from "./lib/visit.js";

const PAGES = `${import.meta.dirname}/pages/package/`;
/** Inputs are below 2 in size and sums are short: float32 keeps six digits. */
const TOLERANCE = 2e-6;

interface Plain {
  shape: number[];
  values: number[];
}

interface Sample {
  variant: string;
  version: string;
  mask: boolean[];
  inputs: { q: Plain; k: Plain; v: Plain };
  results: Record<string, Plain>;
}

interface Outcome<Value = Sample> {
  value?: Value;
  error?: { name: string; message: string; code: string; operation: string; argument: string };
}

const matrix = ({ shape, values }: Plain): number[][] => rowsOf(values, shape.at(-1) ?? 0);

/** What every entry of `results` should be, from the inputs that the page reports. */
function expectations({ inputs, mask }: Sample): Record<string, Rows> {
  const [q, k, v] = [matrix(inputs.q), matrix(inputs.k), matrix(inputs.v)];
  const d = inputs.q.shape.at(-1) ?? NaN;
  const sqrt = (): number => 1 / Math.sqrt(d);
  const entropyInvariant = (visible: number): number => Math.log(visible) / (Math.log(512) * Math.sqrt(d));
  const attend = (weights: Rows): number[][] => product(weights, v);
  return {
    attention: attend(attentionWeights(q, k, { scale: sqrt })),
    causal: attend(attentionWeights(q, k, { scale: sqrt, causal: true })),
    masked: attend(attentionWeights(q, k, { scale: () => 0.25, mask })),
    entropyScaled: attend(attentionWeights(q, k, { scale: entropyInvariant, causal: true })),
    fromResident: attend(attentionWeights(q, k, { scale: sqrt })),
    attentionWeights: attentionWeights(q, k, { scale: sqrt, causal: true }),
    matmul: q.map((query) => k.map((key) => query.reduce((sum, x, c) => sum + x * (key[c] ?? NaN), 0))),
    softmax: q.map((row) => softmax(row)),
    layerNorm: q.map((row) => layerNorm(row)),
    rmsNorm: q.map((row) => rmsNorm(row)),
  };
}

function expectCorrect({ value, error }: Outcome): void {
  expect(error).toBeUndefined();
  if (!value) throw new Error("the page gave neither a value nor an error");
  const expected = expectations(value);
  expect(Object.keys(value.results).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, rows] of Object.entries(expected)) {
    const { shape, values = [] } = value.results[name] ?? {};
    expect(shape, name).toEqual([rows.length, rows[0]?.length]);
    expect(largestDifference(values, rows.flat()), name).toBeLessThan(TOLERANCE);
  }
}

const call = <Result = Outcome>(page: Page, name: string, ...args: unknown[]): Promise<Result> =>
  page.evaluate<Result>(`inPage.${name}(...${JSON.stringify(args)})`);

const setting = (): OpenOptions => ({
  folders: { "/": PAGES, "/attnlab/": `${inject("packageFolder")}/` },
  headers: withPolicy(STRICT_POLICY),
});

describe("in a page", () => {
  test("picks the relaxed binary, and its results agree with double precision", async () => {
    const { page } = await open(setting());
    const outcome = await call(page, "sample");
    expectCorrect(outcome);
    expect(outcome.value?.variant).toBe("relaxed");
    expect(outcome.value?.version).toMatch(/^\d+\.\d+\.\d+/);
  });

  for (const variant of ["relaxed", "simd"]) {
    test(`runs the ${variant} binary when asked to`, async () => {
      const { page } = await open(setting());
      const outcome = await call(page, "sample", { variant });
      expectCorrect(outcome);
      expect(outcome.value?.variant).toBe(variant);
    });
  }

  test("fetches the chosen binary alone", async () => {
    const { page, server } = await open(setting());
    await call(page, "sample", { variant: "simd" });
    const fetched = server.requests.filter((path) => path.startsWith("/attnlab/"));
    expect(fetched.length).toBeGreaterThan(1);
    expect(fetched.filter((path) => path.includes("relaxed"))).toEqual([]);
  });

  test("refuses sizes that do not fit, naming the argument", async () => {
    const { page } = await open(setting());
    const { error } = await call(page, "refusal");
    expect(error).toMatchObject({ name: "AttnlabError", code: "SHAPE", operation: "attention", argument: "k" });
    expect(error?.message).toContain("[2,4]");
  });

  test("reads and writes npy and safetensors", async () => {
    const { page } = await open(setting());
    const { value } = await call<Outcome<Record<string, unknown>>>(page, "files");
    const values = [1, -2, 3.5, 0, 5, 6];
    expect(value).toEqual({ npy: values, shape: [2, 3], x: values, metadata: { made: "here" } });
  });
});

describe("in a module worker", () => {
  for (const variant of ["relaxed", "simd"]) {
    test(`runs the ${variant} binary`, async () => {
      const { page } = await open(setting());
      const outcome = await call(page, "sampleInWorker", { variant });
      expectCorrect(outcome);
      expect(outcome.value?.variant).toBe(variant);
    });
  }
});

describe("attnlab/external", () => {
  const address = (variant: string): string => `/attnlab/dist/kernels.${variant}.wasm`;

  for (const source of ["wasmUrl", "wasmBinary", "wasmModule"]) {
    for (const variant of ["relaxed", "simd"]) {
      test(`takes the ${variant} binary as ${source}`, async () => {
        const { page } = await open(setting());
        const outcome = await call(page, "sampleExternal", source, address(variant));
        expectCorrect(outcome);
        expect(outcome.value?.variant).toBe(variant);
      });
    }
  }

  test("fetches nothing but code and the binary it is given", async () => {
    const { page, server } = await open(setting());
    await call(page, "sampleExternal", "wasmUrl", address("simd"));
    const wasm = server.requests.filter((path) => path.endsWith(".wasm"));
    expect(wasm).toEqual([address("simd")]);
    expect(server.requests.filter((path) => /base64|relaxed/.test(path))).toEqual([]);
  });

  test("says that a page of text is not WebAssembly", async () => {
    const { page } = await open({
      ...setting(),
      pages: { "/moved.wasm": { body: "<!doctype html><p>Not here.</p>" } },
    });
    const { error } = await call(page, "sampleExternal", "wasmUrl", "/moved.wasm");
    expect(error).toMatchObject({ name: "AttnlabError", code: "LOAD", operation: "load", argument: "wasmUrl" });
    expect(error?.message).toContain("/moved.wasm");
    expect(error?.message).toMatch(/WebAssembly|wasm/i);
    expect(error?.message).toMatch(/text\/html|HTML/i);
  });

  test("says so when the binary is missing", async () => {
    const { page } = await open({ ...setting(), expectedProblems: [/status 404/, /console error: .*404/] });
    const { error } = await call(page, "sampleExternal", "wasmUrl", "/nowhere.wasm");
    expect(error).toMatchObject({ code: "LOAD", argument: "wasmUrl" });
    expect(error?.message).toContain("404");
  });

  test("asks for a binary when it is given none", async () => {
    const { page } = await open(setting());
    const { error } = await call(page, "sampleExternal", "none");
    expect(error).toMatchObject({ name: "AttnlabError", operation: "load" });
    expect(error?.message).toContain("wasmUrl");
  });
});

describe("where WebAssembly is forbidden", () => {
  test("load fails with LOAD instead of hanging", async () => {
    const { page } = await open({
      ...setting(),
      headers: withPolicy(STRICT_POLICY.replace(" 'wasm-unsafe-eval'", "")),
    });
    const { error } = await call(page, "sample");
    expect(error).toMatchObject({ name: "AttnlabError", code: "LOAD", operation: "load" });
  });
});
