// Builds the package and, when asked, the site; skips every step whose inputs and outputs are what they were.
//
//   node tools/build.mjs [--site]
//
// The steps, each after the one before: the two WebAssembly binaries, the package's bundle, the widgets' bundle, the site.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildPreset } from "./lib/cmake.mjs";
import { emptyLog, mustRun } from "./lib/command.mjs";
import { filesBelow } from "./lib/files.mjs";
import { buildFolder, distFolder, fromRoot, siteFolder } from "./lib/paths.mjs";
import { Problem, asProgram, say, since, step } from "./lib/report.mjs";
import { bringUpToDate } from "./lib/stamps.mjs";
import { setup } from "./setup.mjs";

/** @param {...string} paths Relative to the root. */
const sources = (...paths) => paths.flatMap((path) => filesBelow(fromRoot(path), (file) => !/\.test\.ts$/.test(file)));

/** Configuration that every bundle depends on; the lock file stands for the versions of all npm packages. */
const configuration = () =>
  ["package.json", "package-lock.json", "tsconfig.base.json", "tsconfig.json", "tsconfig.package.json"].flatMap(
    (name) => filesBelow(fromRoot(name)),
  );

/** What the bundles take from the C++ build. */
const binaries = () =>
  ["wasm-simd", "wasm-relaxed"].flatMap((preset) =>
    ["attnlab.js", "attnlab.wasm", "attnlab.d.ts"].flatMap((name) => filesBelow(join(buildFolder, preset, name))),
  );

/**
 * Compiles both binaries.
 * @param {{ tests: boolean }} what `tests`: the kernel tests too.
 */
export async function buildWasm({ tests }) {
  await buildPreset("wasm-simd", { tests });
  await buildPreset("wasm-relaxed", { tests });
  // One glue is shipped for both, so it must not know which it serves.
  const glue = ["wasm-simd", "wasm-relaxed"].map((preset) =>
    readFileSync(join(buildFolder, preset, "attnlab.js"), "utf8"),
  );
  if (glue[0] !== glue[1]) {
    const remedy =
      "Compare build/wasm-simd/attnlab.js with build/wasm-relaxed/attnlab.js: an option of the linker differs.";
    throw new Problem("The JavaScript glue of the two binaries differs.", remedy);
  }
}

/** Bundles the package into dist/. */
export async function bundlePackage() {
  await bringUpToDate({
    name: "package",
    inputs: () => [
      ...sources("web/package", "tools/bundle-package.mjs", "tools/lib/minify.mjs"),
      ...configuration(),
      ...binaries(),
    ],
    outputs: [
      ...["index", "external", "io"].flatMap((entry) => [`${entry}.js`, `${entry}.d.ts`]),
      ...["chunks", "types", "kernels.simd.wasm", "kernels.relaxed.wasm"],
    ]
      .map((name) => join(distFolder, name))
      .concat(join(buildFolder, "package")),
    run: () => runScript("Bundling the package (about 10 seconds)", "bundle-package"),
  });
}

/** What the benchmark widget and the benchmark page take from benchmarks/: kernels, loops, checks, stored figures. */
const benchmarkSources = () =>
  sources(...["ceilings", "lib", "page", "results"].map((folder) => `benchmarks/${folder}`)).filter(
    (file) => !file.endsWith("latest.json"),
  );

/** Bundles the widgets into dist/widgets/. */
export async function bundleWidgets() {
  await bringUpToDate({
    name: "widgets",
    inputs: () => [
      ...sources(
        "web/package",
        "web/widgets",
        "tools/bundle-widgets.mjs",
        "tools/lib/minify.mjs",
        "tools/lib/widget-data.mjs",
      ),
      ...benchmarkSources(),
      ...sources("tests/fixtures"),
      ...configuration(),
      ...binaries(),
    ],
    outputs: [join(distFolder, "widgets")],
    run: () => runScript("Bundling the widgets (about 10 seconds)", "bundle-widgets"),
  });
}

/** The path under which the site is published, as its configuration reads it; it ends with "/". */
export const siteBase = () => (process.env.ATTNLAB_BASE ?? "/").replace(/\/*$/, "/");

/** Builds the site with VitePress. */
export async function buildSite() {
  await bringUpToDate({
    name: "site",
    inputs: () => [
      ...sources("web/site", "README.md", "CHANGELOG.md", "THIRD_PARTY_NOTICES.md", "LICENSE"),
      ...benchmarkSources(),
      ...filesBelow(distFolder, () => true, new Set()),
      ...configuration(),
    ],
    also: siteBase(),
    outputs: [siteFolder],
    run: () =>
      step("Building the site (about 30 seconds)", () =>
        mustRun("The site's build", process.execPath, [vitepress, "build", "web/site"], {
          log: emptyLog(fromRoot("build", "logs", "site.log")),
        }),
      ),
  });
}

/** VitePress's command line program. */
export const vitepress = fromRoot("node_modules", "vitepress", "bin", "vitepress.js");

/**
 * Runs one of our bundling scripts in a process of its own.
 * @param {string} announcement
 * @param {string} name
 */
function runScript(announcement, name) {
  return step(announcement, () =>
    mustRun(announcement.replace(/ \(.*\)$/, ""), process.execPath, [fromRoot("tools", `${name}.mjs`)], {
      log: emptyLog(fromRoot("build", "logs", `${name}.log`)),
    }),
  );
}

/**
 * Builds everything.
 * @param {{ site?: boolean, tests?: boolean }} [what] `site`: the site too; `tests`: the wasm kernel tests too.
 */
export async function build({ site = false, tests = false } = {}) {
  const start = performance.now();
  await buildWasm({ tests });
  await bundlePackage();
  await bundleWidgets();
  if (site) await buildSite();
  say(`[attnlab] The build is up to date (${since(start)}).`);
}

await asProgram(import.meta.url, async (args) => {
  await setup("build");
  await build({ site: args.includes("--site") });
});
