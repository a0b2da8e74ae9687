// Bundles the widgets into dist/widgets/: for each one an entry that registers its element, an entry with its class alone,
// a worker, lazy chunks, data files, and a build in a single file. Works on the bundled package (run bundle-package first).
//
//   node tools/bundle-widgets.mjs

import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildCeilings } from "../benchmarks/lib/ceilings.mjs";
import { storedAttention } from "../benchmarks/lib/stored.mjs";
import { buildMinified } from "./lib/minify.mjs";
import { distFolder, fromRoot } from "./lib/paths.mjs";
import { packPlanes } from "./lib/planes.mjs";
import { asProgram } from "./lib/report.mjs";
import { carriedHeadsFile, layerFiles, readFixture, shippedTexts } from "./lib/widget-data.mjs";

/** Every widget: the name of its tag, of its folder and of its entry. To add one, add its name. */
const widgets = [
  "attn-benchmark",
  "attn-compare",
  "attn-entropy",
  "attn-entropy-scale",
  "attn-explorer",
  "attn-linear",
  "attn-norms",
  "attn-nystrom",
  "attn-performer",
  "attn-sparse",
];

const source = fromRoot("web", "widgets");
const target = join(distFolder, "widgets");
/** @type {{ version: string }} */
const { version } = JSON.parse(readFileSync(fromRoot("package.json"), "utf8"));

/** @type {import("esbuild").BuildOptions} */
const common = {
  bundle: true,
  format: "esm",
  target: ["es2022", "chrome111", "firefox113", "safari16.4"],
  legalComments: "none",
  charset: "utf8",
  define: { ATTNLAB_VERSION: JSON.stringify(version) },
  logLevel: "warning",
  // An entry of the package names the chunks that it brings along; what it takes from them is what counts.
  logOverride: { "ignored-bare-import": "silent" },
};

/**
 * The package is taken as it is published, not compiled a second time: `web/package/index.js` in a widget's source is
 * `dist/index.js`.
 * @type {import("esbuild").Plugin}
 */
const publishedPackage = {
  name: "published package",
  setup({ onResolve }) {
    const published = /\/package\/(?:(external|index|io)|(carrying|given))\.js$/;
    onResolve({ filter: published }, ({ path }) => ({
      path: join(distFolder, published.exec(path)?.[2] ? "chunks" : "", basename(path)),
    }));
  },
};

/**
 * Modules that are data: see web/widgets/virtual.d.ts.
 * @param {Record<string, () => { contents: string | Uint8Array, loader: import("esbuild").Loader }>} modules
 * @returns {import("esbuild").Plugin}
 */
const virtual = (modules) => ({
  name: "virtual modules",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path: path.slice("virtual:".length), namespace: "virtual" }));
    onLoad({ filter: /.*/, namespace: "virtual" }, ({ path }) => {
      const module = modules[path];
      if (module === undefined) throw new Error(`There is no virtual module ${path}.`);
      return module();
    });
  },
});

/**
 * In a single-file build `x.single.ts` stands in for `x.ts` wherever there is one.
 * @type {import("esbuild").Plugin}
 */
const singleVariants = {
  name: "single-file variants",
  setup({ onResolve }) {
    onResolve({ filter: /^\.{1,2}\/.*\.js$/ }, ({ path, resolveDir }) => {
      const variant = join(resolveDir, path.replace(/\.js$/, ".single.ts"));
      return existsSync(variant) ? { path: variant } : undefined;
    });
  },
};

/** @param {string} file @returns {{ contents: Uint8Array, loader: "binary" }} */
const bytesOf = (file) => ({ contents: new Uint8Array(readFileSync(file)), loader: "binary" });

/** @type {Parameters<typeof virtual>[0]} */
const data = {
  texts: () => ({ contents: JSON.stringify(shippedTexts()), loader: "json" }),
  "sentence.extract.planes": () => ({
    contents: packPlanes(readFixture("sentence.extract.safetensors")),
    loader: "binary",
  }),
  "sentence.heads.planes": () => ({ contents: packPlanes(carriedHeadsFile()), loader: "binary" }),
  "kernels.simd.wasm.gz": () => ({
    contents: new Uint8Array(gzipSync(readFileSync(join(distFolder, "kernels.simd.wasm")), { level: 9 })),
    loader: "binary",
  }),
  "ceiling.simd.wasm": () => bytesOf(join(buildCeilings(), "arithmetic.simd.wasm")),
  "ceiling.relaxed.wasm": () => bytesOf(join(buildCeilings(), "arithmetic.relaxed.wasm")),
  "stored-attention": () => ({ contents: JSON.stringify(storedAttention()), loader: "json" }),
};

/**
 * `virtual:serve/NAME` is the program of a widget's worker, which serves the widget's tasks; `virtual:worker/NAME` opens it,
 * by the given module.
 * @param {(name: string) => string} opener
 * @param {string} [importLoad] How the program comes by `load`.
 * @returns {import("esbuild").Plugin}
 */
const workers = (opener, importLoad = 'import { load } from "../package/given.js";') => ({
  name: "workers",
  setup({ onResolve, onLoad }) {
    const named = /^virtual:(serve|worker)\/(.*)$/;
    onResolve({ filter: named }, ({ path }) => ({ path, namespace: "workers" }));
    onLoad({ filter: named, namespace: "workers" }, ({ path }) => {
      const [, kind, name = ""] = named.exec(path) ?? [];
      const program = `${importLoad}
        import { serve } from "./shared/tasks/serve.js";
        import { tasks } from "./${name}/tasks.js";
        serve(tasks, load);`;
      return { contents: kind === "serve" ? program : opener(name), resolveDir: source, loader: "ts" };
    });
  },
});

/** Whether a widget has work that takes long enough for a worker. */
const hasWorker = (/** @type {string} */ name) => existsSync(join(source, name, "tasks.ts"));

/**
 * Opens the worker's chunk beside this one. Its address is spelled out where the worker is made, and nowhere else: so bundlers
 * of pages find it, and take it for nothing but a worker.
 */
const openChunk = (/** @type {string} */ name) => `import { openWorkerBeside } from "./shared/tasks/open.js";
  export default () =>
    openWorkerBeside(import.meta.url, "${name}.worker.js", () =>
      new Worker(new URL("./${name}.worker.js", import.meta.url), { type: "module" }));`;

/** Opens a worker whose program is carried as text; the package in it is the page's. */
const openText = (/** @type {string} */ text) => `import { loadText } from "../package/given.js";
  import { openWorkerFromText } from "./shared/tasks/open.js";
  export default () => openWorkerFromText("const attnlabLoad=" + loadText() + ";" + ${JSON.stringify(text)});`;

/**
 * One build for all widgets and their workers, so that they share chunks. A worker imports nothing lazily: Vite compiles the
 * workers that it finds in a dependency into scripts without modules, and fails where one does.
 */
async function bundleChunked() {
  const entries = widgets.flatMap((name) => [
    [name, join(source, `${name}.ts`)],
    [`${name}/element`, join(source, name, "element.ts")],
    ...(hasWorker(name) ? [[`chunks/${name}.worker`, `virtual:serve/${name}`]] : []),
  ]);
  await buildMinified({
    ...common,
    entryPoints: Object.fromEntries(entries),
    outdir: target,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    plugins: [publishedPackage, workers(openChunk), virtual(data)],
  });
}

/** @param {string} name */
async function bundleSingle(name) {
  const unopened = () => {
    throw new Error("A worker opens no worker.");
  };
  const [worker] = hasWorker(name)
    ? await buildMinified({
        ...common,
        entryPoints: [`virtual:serve/${name}`],
        write: false,
        plugins: [publishedPackage, workers(unopened, "const load = attnlabLoad;"), virtual(data)],
      })
    : [];
  await buildMinified({
    ...common,
    entryPoints: [join(source, `${name}.ts`)],
    outfile: join(target, `${name}.single.js`),
    plugins: [singleVariants, publishedPackage, workers(() => openText(worker?.text ?? "")), virtual(data)],
  });
}

/**
 * Declarations are written by hand: generated ones would ask for Lit's, which users of the package do not have.
 * @param {string} name
 */
function copyDeclarations(name) {
  for (const file of [`${name}.d.ts`, join(name, "element.d.ts")]) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    copyFileSync(join(source, "declarations", file), join(target, file));
  }
}

/** Bundles all widgets into dist/widgets/, which is made anew. */
export async function bundleWidgets() {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(join(target, "data"), { recursive: true });
  await bundleChunked();
  for (const name of widgets) {
    await bundleSingle(name);
    copyDeclarations(name);
  }
  for (const { name, bytes } of layerFiles()) writeFileSync(join(target, "data", name), bytes);
}

await asProgram(import.meta.url, () => bundleWidgets());
