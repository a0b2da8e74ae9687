/** What is in the tarball, and that package.json describes it truly. */
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { describe, expect, inject, test } from "vitest";
import { ROOT, node, script } from "./lib/run.js";

const tarball = inject("tarball");
const installed = join(inject("project"), "node_modules", "attnlab");

/** Every file that may be published; whatever else gets in is a mistake. */
const ALLOWED = [
  /^(package\.json|README\.md|README\.zh-CN\.md|LICENSE|THIRD_PARTY_NOTICES\.md|CHANGELOG\.md)$/,
  /^dist\/(index|external|io)\.(js|d\.ts)$/,
  /^dist\/kernels\.(simd|relaxed)\.wasm$/,
  /^dist\/chunks\/[\w.-]+\.(js|d\.ts)$/,
  /^dist\/types\/([\w-]+\/)*[\w.-]+\.d\.ts$/,
  /^dist\/widgets\/([\w-]+\/)*[\w.-]+\.(js|d\.ts)$/,
  /^dist\/widgets\/data\/[\w.-]+\.safetensors$/,
];

const REQUIRED = ["README.md", "README.zh-CN.md", "LICENSE", "THIRD_PARTY_NOTICES.md", "CHANGELOG.md"];

const files = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" })
  .trimEnd()
  .split("\n")
  .map((path) => path.replace(/^package\//, ""));

describe("the tarball", () => {
  test("holds nothing but what is meant to be published", () => {
    expect(files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file)))).toEqual([]);
    expect(files.filter((file) => /(^|[./-])test([./-]|$)/.test(file))).toEqual([]);
  });

  test("holds license, notices, change log and both READMEs", () => {
    expect(files).toEqual(expect.arrayContaining(REQUIRED));
  });

  test("is at most 6 MB", () => {
    expect(statSync(tarball).size).toBeLessThan(6e6);
  });

  test("names no folder of the machine that built it", () => {
    const texts = files.filter((file) => /\.(js|ts|json|md|wasm)$/.test(file));
    expect(texts.filter((file) => readFileSync(join(installed, file), "latin1").includes(ROOT))).toEqual([]);
  });

  test("has no dependencies", () => {
    const description = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Record<string, unknown>;
    expect(description).not.toHaveProperty("dependencies");
    expect(description).not.toHaveProperty("peerDependencies");
  });
});

describe("package.json", () => {
  test("gives publint nothing to say", async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true, pack: false });
    expect(messages).toEqual([]);
  });

  test("gives every entry the types that TypeScript finds", async () => {
    // The two binaries are files to be fetched, not modules.
    const binaries = ["kernels.simd.wasm", "kernels.relaxed.wasm"];
    const attw = script("@arethetypeswrong", "cli", "dist", "index.js");
    const args = [attw, tarball, "--profile", "esm-only", "--format", "ascii", "--no-color"];
    await expect(node([...args, "--exclude-entrypoints", ...binaries], ROOT)).resolves.toContain("attnlab");
  });
});
