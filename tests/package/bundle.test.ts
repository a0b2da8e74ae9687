import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { afterAll, describe, expect, test } from "vitest";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "attnlab-bundle-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Files that an entry reaches, statically and by import(). */
function reach(entry: string): { all: Set<string>; atOnce: Set<string> } {
  const all = new Set<string>();
  const atOnce = new Set<string>();
  const visit = (file: string, eager: boolean): void => {
    const found = eager ? atOnce : all;
    if (found.has(file)) return;
    found.add(file);
    all.add(file);
    const code = readFileSync(join(dist, file), "utf8");
    const next = (path: string): string => relative(dist, join(dist, dirname(file), path));
    for (const [, path = ""] of code.matchAll(/(?:from|import)"(\.[^"]+)"/g)) visit(next(path), eager);
    for (const [, path = ""] of code.matchAll(/import\("(\.[^"]+)"\)/g)) visit(next(path), false);
  };
  visit(entry, true);
  return { all, atOnce };
}

const entries = ["index.js", "external.js", "io.js"];
const isKernels = (file: string): boolean => file.includes("kernels.");
const namesAnAddress = (file: string): boolean => file.includes("by-address");

describe("the published files", () => {
  test("the kernels are reached by import() alone, and only from the main entry", () => {
    const main = reach("index.js");
    expect([...main.all].filter(isKernels).length).toBe(2);
    expect([...main.atOnce].filter(isKernels)).toEqual([]);
    for (const entry of ["external.js", "io.js"]) expect([...reach(entry).all].filter(isKernels)).toEqual([]);
  });

  test("attnlab/io does not carry the rest", () => {
    const { all } = reach("io.js");
    const size = [...all].reduce((sum, file) => sum + readFileSync(join(dist, file)).length, 0);
    expect(size).toBeLessThan(20_000);
  });

  test.each(entries)("%s needs no other module, no address of its own, and no code made at run time", (entry) => {
    for (const file of reach(entry).all) {
      const code = readFileSync(join(dist, file), "utf8");
      expect(code).not.toMatch(/(?:from|import\(?)\s*"[^."]/);
      expect(code).not.toMatch(/\brequire\(|new Function|\beval\(/);
      if (!namesAnAddress(file)) expect(code).not.toMatch(/import\.meta/);
    }
  });

  test("one small module names the worker's file, for pages that let workers come from no other place", () => {
    const { all, atOnce } = reach("index.js");
    const [file = "", ...others] = [...all].filter(namesAnAddress);
    expect(others).toEqual([]);
    expect(atOnce).not.toContain(file);
    const [, address = ""] =
      /new Worker\(new URL\("(.*?)",import\.meta\.url\)/.exec(readFileSync(join(dist, file), "utf8")) ?? [];
    const worker = relative(dist, join(dist, dirname(file), address));
    // What a bundler makes into a script of its own must not import lazily.
    expect(reach(worker).all).toEqual(reach(worker).atOnce);
    expect([...reach(worker).all].filter(isKernels)).toEqual([]);
  });

  test.each(["es2022", "es2020", "es2018"])(
    "compiled for %s, the code still stands alone: no helper is taken to",
    async (target) => {
      for (const file of reach("index.js").atOnce) {
        const { code } = await transform(readFileSync(join(dist, file), "utf8"), { target });
        expect(code).not.toMatch(/^var __/m);
      }
    },
  );

  test("main and external share all but a few lines", () => {
    for (const entry of ["index.js", "external.js"]) expect(readFileSync(join(dist, entry)).length).toBeLessThan(600);
  });

  test("bundlers for pages take every entry without a word, once it is installed", async () => {
    const installed = join(folder, "node_modules", "attnlab");
    cpSync(dist, installed, { recursive: true });
    for (const entry of entries) {
      const result = await build({
        stdin: { contents: `export * from "./${entry}";`, resolveDir: installed },
        bundle: true,
        write: false,
        format: "iife",
        platform: "browser",
        target: "es2022",
        logLevel: "silent",
      });
      expect(result.warnings).toEqual([]);
    }
  });
});
