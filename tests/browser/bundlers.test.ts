/**
 * The tarball as a dependency of a small project that a bundler builds; what comes out runs under the strict policy.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { STRICT_POLICY, withPolicy } from "./lib/policy.js";
import { drawn } from "./lib/post.js";
import { attentionWeights, largestDifference, product, rowsOf } from "./lib/reference.js";
import { installTarball } from "./lib/tarball.mjs";
import { open } from "./lib/visit.js";

const PROJECT = join(import.meta.dirname, "pages", "bundled");
const WORKER = "attn-explorer.worker";
const TOLERANCE = 1e-6;

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "attnlab-bundlers-"));
  cpSync(PROJECT, folder, { recursive: true });
  installTarball(inject("tarball"), folder);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Each leaves a folder that a server can show, and returns it. */
const bundlers: Record<string, () => Promise<string>> = {
  async esbuild() {
    const outdir = join(folder, "esbuild");
    await esbuild({
      absWorkingDir: folder,
      // Where esbuild is told about a worker, it takes it along; by itself it does not find any.
      entryPoints: { main: "main.js", [WORKER]: `node_modules/attnlab/dist/widgets/chunks/${WORKER}.js` },
      bundle: true,
      splitting: true,
      minify: true,
      format: "esm",
      target: "es2022",
      outdir,
      logLevel: "error",
    });
    cpSync(join(folder, "index.html"), join(outdir, "index.html"));
    // esbuild leaves `new URL("...", import.meta.url)` as it is, so the files named that way are put where they are sought.
    const widgets = join(folder, "node_modules", "attnlab", "dist", "widgets");
    cpSync(join(widgets, "data"), join(outdir, "data"), { recursive: true });
    return outdir;
  },
  async vite() {
    const outDir = join(folder, "vite");
    await vite({ root: folder, configFile: false, base: "./", logLevel: "warn", build: { outDir, target: "es2022" } });
    return outDir;
  },
};

/** What the project computes, in double precision. */
function expected(): number[] {
  const x = rowsOf(
    Array.from({ length: 12 }, (_, i) => Math.fround(Math.cos(i))),
    4,
  );
  return product(attentionWeights(x, x, { scale: () => 0.5, causal: true }), x).flat();
}

describe("a bundle made by", () => {
  for (const [name, bundle] of Object.entries(bundlers)) {
    test(`${name} computes, and shows the widget with its worker and its data`, async () => {
      const { page } = await open({ folders: { "/": await bundle() }, headers: withPolicy(STRICT_POLICY) });
      await page.locator("#result:not(:empty)").waitFor({ state: "attached" });
      const { variant, values } = JSON.parse((await page.locator("#result").textContent()) ?? "") as {
        variant: string;
        values: number[];
      };
      expect(variant).toBe("relaxed");
      expect(largestDifference(values, expected())).toBeLessThan(TOLERANCE);
      const widget = await drawn(page, "attn-explorer");
      await widget.getByRole("button", { name: /^Measure 8 heads/ }).click();
      await widget.locator(".machine", { hasText: /1024 tokens × 64, in [\d.]+ (ms|s)/ }).waitFor();
      await widget.evaluate((element) => element.setAttribute("layer", "6"));
      await widget.locator(".caption", { hasText: "Layer 6" }).waitFor();
      expect(page.workers().length).toBe(1);
    });
  }
});
