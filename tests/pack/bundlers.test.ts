/** Bundles that contain the package, made by esbuild and by Vite, run in Node; each takes only what it asks for. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import { describe, expect, inject, test } from "vitest";
import { binaryAsText } from "../../tools/lib/modules.mjs";
import { node } from "./lib/run.js";

const project = inject("project");

/** Each bundles a module of the project into a folder and returns it. */
const bundlers = {
  async esbuild(entry: string) {
    const outdir = join(project, `esbuild-${entry}`);
    await esbuild({
      absWorkingDir: project,
      entryPoints: [entry],
      outdir,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      splitting: true,
      minify: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      logLevel: "silent",
    });
    return outdir;
  },
  async vite(entry: string) {
    const outDir = join(project, `vite-${entry}`);
    await vite({
      root: project,
      configFile: false,
      logLevel: "silent",
      build: {
        outDir,
        target: "es2022",
        modulePreload: false,
        rollupOptions: {
          input: join(project, entry),
          preserveEntrySignatures: "strict",
          output: { entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" },
        },
      },
    });
    return outDir;
  },
};

/** The JavaScript that a bundler wrote, file by file. */
function modulesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => readFileSync(join(folder, name), "utf8"));
}

describe.each(Object.entries(bundlers))("a bundle made by %s", (_name, bundle) => {
  test("computes in Node", async () => {
    const folder = await bundle("compute.mjs");
    const { data } = JSON.parse(await node(["compute.mjs"], folder)) as { data: number[] };
    expect(data[3]).toBeCloseTo(Math.E / (1 + Math.E), 6);
  });

  test("has its threads in Node", async () => {
    const folder = await bundle("pool.mjs");
    const printed = JSON.parse(await node(["pool.mjs"], folder)) as unknown;
    expect(printed).toEqual({ threads: 2, shape: [4, 400, 32], same: true });
  });

  test("keeps both binaries out of the code that is always loaded", async () => {
    const folder = await bundle("compute.mjs");
    expect(modulesIn(folder).filter((text) => binaryAsText.test(text))).toHaveLength(2);
    expect(readFileSync(join(folder, "compute.mjs"), "utf8")).not.toMatch(binaryAsText);
  });

  test("has no binary in it where attnlab/external is imported", async () => {
    const texts = modulesIn(await bundle("external-entry.mjs"));
    expect(texts).not.toHaveLength(0);
    expect(texts.filter((text) => binaryAsText.test(text))).toEqual([]);
  });
});
