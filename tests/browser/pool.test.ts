/**
 * The pool in pages: under every policy about workers, without any bundler and in what each bundler makes.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build as esbuild } from "esbuild";
import { rollup } from "rollup";
import { build as vite, createServer } from "vite";
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { policyWith, STRICT_POLICY, withPolicy } from "./lib/policy.js";
import { installTarball } from "./lib/tarball.mjs";
import { open, browserOfFile, type OpenOptions } from "./lib/visit.js";

const PAGES = join(import.meta.dirname, "pages", "pool");

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "attnlab-pool-"));
  cpSync(PAGES, folder, { recursive: true });
  installTarball(inject("tarball"), folder);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Opens the page and checks all that it says. */
async function expectThreads(threads: number, options: OpenOptions): Promise<void> {
  const { page } = await open(options);
  const output = page.locator("#result:not(:empty)");
  await output.waitFor({ state: "attached" });
  const outcome = JSON.parse((await output.textContent()) ?? "") as { differences: number[] };
  expect(outcome).toMatchObject({
    threads,
    variant: "relaxed",
    refused: "k",
    aborted: "enough",
    ended: ["DISPOSED", "DISPOSED"],
  });
  expect(Math.max(...outcome.differences)).toBeLessThan(5e-6);
}

/** The page as it is, with the package's own files. */
function unbundled(policy: string): OpenOptions {
  const main = readFileSync(join(PAGES, "main.js"), "utf8").replace('"attnlab"', '"/attnlab/dist/index.js"');
  return {
    folders: { "/": PAGES, "/attnlab/": `${inject("packageFolder")}/` },
    pages: { "/main.js": { body: main, type: "text/javascript" } },
    headers: withPolicy(policy),
  };
}

describe("workers", () => {
  const refusal = /console error: .*blob:/;

  test("are made of text where the policy allows it", () => expectThreads(2, unbundled(STRICT_POLICY)));

  test("are made of the package's file where they have to come from the page's own host", () =>
    expectThreads(2, { ...unbundled(policyWith("worker-src", "'self'")), expectedProblems: [refusal] }));

  test("likewise where the policy says nothing of workers", () =>
    expectThreads(2, { ...unbundled(policyWith("worker-src", undefined)), expectedProblems: [refusal] }));

  test("are done without where they are forbidden", () =>
    expectThreads(1, {
      ...unbundled(policyWith("worker-src", "'none'")),
      expectedProblems: [refusal, /console error: .*worker\.js/],
    }));
});

const shared = { bundle: true, minify: true, target: "es2022", logLevel: "error" } as const;

/** Each leaves a folder that a server can show, and returns it. */
const bundlers: Record<string, () => Promise<string>> = {
  async "esbuild, in chunks"() {
    const outdir = join(folder, "esbuild-chunks");
    const entryPoints = ["main.js"];
    await esbuild({ ...shared, absWorkingDir: folder, entryPoints, splitting: true, format: "esm", outdir });
    return outdir;
  },
  async "esbuild, in one module"() {
    const outdir = join(folder, "esbuild-module");
    await esbuild({ ...shared, absWorkingDir: folder, entryPoints: ["main.js"], format: "esm", outdir });
    return outdir;
  },
  async "esbuild, in one script"() {
    const outdir = join(folder, "esbuild-script");
    await esbuild({ ...shared, absWorkingDir: folder, entryPoints: ["main.js"], format: "iife", outdir });
    return outdir;
  },
  async vite() {
    const outDir = join(folder, "vite");
    await vite({ root: folder, configFile: false, base: "./", logLevel: "warn", build: { outDir } });
    return outDir;
  },
  async rollup() {
    const dir = join(folder, "rollup");
    const attnlab = join(folder, "node_modules", "attnlab", "dist", "index.js");
    const resolveId = (id: string): string | undefined => (id === "attnlab" ? attnlab : undefined);
    const bundle = await rollup({ input: join(folder, "main.js"), plugins: [{ name: "attnlab", resolveId }] });
    await bundle.write({ dir, format: "es" });
    return dir;
  },
};

describe("a bundle made by", () => {
  test.each(Object.entries(bundlers))("%s has its threads", async (name, bundle) => {
    const built = await bundle();
    // Vite writes a page of its own.
    if (name !== "vite") cpSync(join(folder, "index.html"), join(built, "index.html"));
    await expectThreads(2, { folders: { "/": built }, headers: withPolicy(STRICT_POLICY) });
  });

  test("vite has them too where they have to come from the page's own host", async () => {
    const built = await (bundlers.vite as () => Promise<string>)();
    const headers = withPolicy(policyWith("worker-src", "'self'"));
    await expectThreads(2, { folders: { "/": built }, headers, expectedProblems: [/console error: .*blob:/] });
  });
});

test("vite's development server, which puts packages elsewhere, serves a page with threads", async () => {
  const server = await createServer({
    root: folder,
    configFile: false,
    logLevel: "error",
    server: { host: "127.0.0.1", port: 0 },
  });
  onTestFinished(() => server.close());
  await server.listen();
  // Its own origin, which the visit's server is not.
  const browser = await browserOfFile();
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  await page.goto(server.resolvedUrls?.local[0] ?? "");
  const output = page.locator("#result:not(:empty)");
  await output.waitFor({ state: "attached" });
  expect(JSON.parse((await output.textContent()) ?? "")).toMatchObject({ threads: 2, aborted: "enough" });
});
