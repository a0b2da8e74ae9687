// Bundles the package into dist/: the three entries with their shared chunks, the two binaries, and the declarations.
// Needs both wasm builds.
//
//   node tools/bundle-package.mjs

import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { emptyLog, mustRun } from "./lib/command.mjs";
import { buildMinified } from "./lib/minify.mjs";
import { buildFolder, distFolder, fromRoot } from "./lib/paths.mjs";
import { asProgram } from "./lib/report.mjs";

const variants = ["simd", "relaxed"];
const entries = ["index", "external", "io"];

/** What is made from the binaries for the sources to import, and what `tsc` writes. */
const workFolder = join(buildFolder, "package");

/** @param {string} variant */
const binaryOf = (variant) => join(buildFolder, `wasm-${variant}`, "attnlab.wasm");

/**
 * Each binary as a module whose default export is its gzip file in base64; web/package/carried.ts imports them lazily. Packed
 * before it becomes text: text of the bare binary is a third larger after the server's own gzip.
 */
function writeKernelModules() {
  mkdirSync(workFolder, { recursive: true });
  for (const variant of variants) {
    const text = gzipSync(readFileSync(binaryOf(variant)), { level: 9 }).toString("base64");
    writeFileSync(join(workFolder, `kernels.${variant}.js`), `export default ${JSON.stringify(text)};\n`);
    writeFileSync(join(workFolder, `kernels.${variant}.d.ts`), "declare const text: string;\nexport default text;\n");
  }
}

/** Removes what an earlier run left, and nothing of the widgets. */
function clean() {
  for (const path of ["chunks", "types"]) rmSync(join(distFolder, path), { recursive: true, force: true });
  mkdirSync(distFolder, { recursive: true });
}

/** @type {import("esbuild").BuildOptions} */
const common = {
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
  // Classes without fields and private names (ordinaryNames): shorter, and bundlers that compile for older engines have
  // nothing to replace by helpers, which they take from outside.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  mangleProps: /^private_/,
};

/**
 * Ordinary names for private ones, which esbuild then shortens ({@link common}).
 * @type {import("esbuild").Plugin}
 */
const ordinaryNames = {
  name: "ordinary names",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]web[\\/]package[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(/(?<=[.\s(!])#(?=[a-z])/g, "private_"),
      loader: "ts",
    }));
  },
};

/**
 * Takes out of Emscripten's glue what finds and fetches a binary, and views of the memory that nobody asks for: the package
 * hands over an instance (instantiateWasm), and no bundler can know that it always does. Other versions may write it
 * otherwise; then it stays.
 * @type {import("esbuild").Plugin}
 */
const withoutFetching = {
  name: "without fetching",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]attnlab\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8")
        .replace(/var ENVIRONMENT_IS_WEB=.*?(?=var wasmMemory;)/s, "")
        .replace(/var _scriptName = .*?;/, "")
        .replace(/var ABORT=false;var HEAP.*?;/, "var HEAPU8,HEAPU32;")
        .replace(/Module\["HEAP(?!U8\b|U32)\w+"\]=\w+=new \w+\(b\);?/g, "")
        .replace(/Module\["HEAPU\d+"\]=/g, "")
        .replace(/var __ATPRERUN__=.*?(?=function getWasmImports)/s, "")
        .replace(/addOnInit\((.*?)\);removeRunDependency\(.*?\)/, "$1();readyPromiseResolve(Module)")
        .replace(/addRunDependency.*?(?=return Module\["instantiateWasm"\])/s, "")
        .replace(/\}catch\(e\)\{err\(.*?return\{\}/s, "")
        .replace(/var callRuntimeCallbacks=.*?(?=var)/s, "")
        .replace(/var ___wasm_call_ctors=.*?(?=moduleRtn=)/s, "");
      return { contents: text, loader: "js" };
    });
  },
};

/** @param {string} name */
const sourceOf = (name) => fromRoot("web", "package", `${name}.ts`);

/**
 * A module and all that it imports, as a function that needs nothing from outside and returns the exports as a list. So its
 * text, which every function tells, is a program: a pool's workers are made of it (web/package/pool/program.ts). The package
 * carries its code once, has no file to be found at run time, and passes through any bundler.
 * @param {string} module
 * @param {string} head Name and parameters of the function.
 * @param {import("esbuild").Plugin[]} plugins
 */
async function wrap(module, head, plugins = []) {
  const { outputFiles } = await build({
    ...common,
    entryPoints: [sourceOf(module)],
    write: false,
    // The oldest that bundlers aim at by default: this has to stand alone.
    target: "es2020",
    plugins: [...plugins, ordinaryNames, withoutFetching],
  });
  const [, body, list = ""] = /^(.*)export\{([^{}]*)\};\s*$/s.exec(outputFiles[0]?.text ?? "") ?? [];
  if (body === undefined || /\bimport\b/.test(body)) throw new Error(`web/package/${module}.ts does not stand alone.`);
  const exports = list.split(",").map((entry) => entry.split(" as "));
  return {
    text: `function ${head}{"use strict";${body}return[${exports.map(([local]) => local).join()}]}`,
    names: exports.map(([local = "", name = local]) => name),
  };
}

/**
 * Puts other contents where modules of web/package are imported.
 * @param {Record<string, { modules: RegExp, contents: string }>} replacements
 * @returns {import("esbuild").Plugin}
 */
const replace = (replacements) => ({
  name: "replace",
  setup({ onResolve, onLoad }) {
    for (const [name, { modules, contents }] of Object.entries(replacements)) {
      onResolve({ filter: modules }, () => ({ path: name, namespace: "replaced", sideEffects: false }));
      onLoad({ filter: new RegExp(`^${name}$`), namespace: "replaced" }, () => ({ contents, loader: "js" }));
    }
  },
});

/**
 * The modules that base.ts or core.ts is made of, as others import them.
 * @param {string} module
 */
function partsOf(module) {
  const parts = readFileSync(sourceOf(module), "utf8").matchAll(/ from "\.\/(?:pool\/)?([\w-]+)\.js"/g);
  return new RegExp(`/(${Array.from(parts, ([, name]) => name).join("|")})\\.js$`);
}

async function bundleScripts() {
  const modules = { base: partsOf("base"), core: partsOf("core") };
  const base = await wrap("base", "attnlabBase()");
  const handedIn = { base: { modules: modules.base, contents: `export const[${base.names}]=attnlabBase` } };
  const core = await wrap("core", "attnlabCore(attnlabBase,attnlabCall,attnlabPlaces)", [replace(handedIn)]);
  const baseInstance = `export ${base.text}export const list=attnlabBase();export const[${base.names}]=list`;
  const call = `"(("+attnlabBase+")())"`;
  const places = `{serve:${core.names.indexOf("serve")},makeLoad:${core.names.indexOf("makeLoad")}}`;
  const coreInstance = `import{attnlabBase,list}from"base";${core.text}export const[${core.names}]=attnlabCore(list,${call},${places})`;
  await buildMinified({
    ...common,
    entryPoints: {
      ...Object.fromEntries(entries.map((name) => [name, sourceOf(name)])),
      // Beside the chunk that names it: web/package/pool/by-address.ts.
      "chunks/worker": sourceOf("pool/worker"),
      ...Object.fromEntries(["carrying", "given"].map((name) => [`chunks/${name}`, sourceOf(name)])),
    },
    outdir: distFolder,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    plugins: [
      replace({
        base: { modules: new RegExp(`${modules.base.source}|^base$`), contents: baseInstance },
        core: { modules: modules.core, contents: coreInstance },
      }),
      ordinaryNames,
    ],
  });
}

/** Declarations that an entry's own declarations lead to. */
function reachable(/** @type {string} */ file, /** @type {Set<string>} */ found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"(\.[^"]+)\.js"/g)) {
    const next = resolve(dirname(file), `${path}.d.ts`);
    if (!existsSync(next)) throw new Error(`The declarations ${file} lead to ${next}, which is not published.`);
    reachable(next, found);
  }
  return found;
}

/** Where `tsc` writes the declarations of all sources; only those that users can reach are published. */
const declarationsFolder = join(workFolder, "types");

/** Checks the types and writes the declarations, all of them. */
async function compileDeclarations() {
  rmSync(declarationsFolder, { recursive: true, force: true });
  const tsc = fromRoot("node_modules", "typescript", "bin", "tsc");
  await mustRun("Writing the declarations", process.execPath, [tsc, "-p", fromRoot("tsconfig.package.json")], {
    log: emptyLog(join(buildFolder, "logs", "declarations.log")),
  });
}

/** Writes dist/types/ and, beside each entry, a line that leads there. */
function publishDeclarations() {
  const sources = join(declarationsFolder, "web", "package");
  for (const entry of entries) {
    for (const file of reachable(join(sources, `${entry}.d.ts`))) {
      const target = join(distFolder, "types", file.slice(sources.length + 1));
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(file, target);
    }
    writeFileSync(join(distFolder, `${entry}.d.ts`), `export * from "./types/${entry}.js";\n`);
  }
}

/** Bundles the package into dist/; the widgets there stay as they are. */
export async function bundlePackage() {
  writeKernelModules();
  // First, so that a mistake leaves the last bundle whole.
  await compileDeclarations();
  clean();
  await bundleScripts();
  for (const variant of variants) copyFileSync(binaryOf(variant), join(distFolder, `kernels.${variant}.wasm`));
  publishDeclarations();
}

await asProgram(import.meta.url, () => bundlePackage());
