import { describe, refuse } from "./errors.js";
import { refuseLoad } from "./instantiate.js";
import type { Variant } from "./lab.js";
import { choice, readOptions, unread } from "./options.js";
import { viewBytes } from "./view-bytes.js";

/** Options of {@link load}. Of the three sources at most one may be given. */
export interface LoadOptions {
  /**
   * Which build: "relaxed" (fused multiply-add, about twice as fast, not in every engine), "simd" (every engine), or "auto"
   * (default): relaxed where the engine has it.
   */
  variant?: "auto" | Variant | undefined;
  /** Address of `kernels.simd.wasm` or `kernels.relaxed.wasm`; in Node from 20.16 on also a `file:` URL. */
  wasmUrl?: string | URL | undefined;
  /** The bytes of one of them. */
  wasmBinary?: ArrayBuffer | ArrayBufferView | undefined;
  /** One of them, compiled. */
  wasmModule?: WebAssembly.Module | undefined;
}

/**
 * Where the kernels are to come from: an option and its value.
 *
 * @internal
 */
export type Source =
  | { argument: "wasmUrl"; identity: string }
  | { argument: "wasmBinary"; identity: ArrayBuffer | ArrayBufferView }
  | { argument: "wasmModule"; identity: WebAssembly.Module };

/**
 * The checked options of load.
 *
 * @internal
 */
export interface LoadRequest {
  variant: "auto" | Variant;
  source: Source | undefined;
}

/** @internal */
export const LOAD_READERS = {
  variant: choice("auto", "relaxed", "simd"),
  wasmUrl: unread,
  wasmBinary: unread,
  wasmModule: unread,
} as const;

/**
 * Checks the options of load.
 *
 * @internal
 */
export function readLoadOptions(options: unknown): LoadRequest {
  const given = readOptions("load", options, LOAD_READERS);
  let source: Source | undefined;
  for (const argument of ["wasmUrl", "wasmBinary", "wasmModule"] as const) {
    if (given[argument] === undefined) continue;
    const next = readSource(argument, given[argument]);
    if (source) refuse("VALUE", "load", argument, `given beside ${source.argument}`, "one of the two");
    source = next;
  }
  return { variant: given.variant, source };
}

function readSource(argument: Source["argument"], value: unknown): Source {
  switch (argument) {
    case "wasmUrl":
      if (typeof value !== "string" && !(value instanceof URL)) {
        refuse("TYPE", "load", argument, describe(value), "a string or a URL");
      }
      return { argument, identity: String(value) };
    case "wasmBinary":
      if (viewBytes(value) === undefined)
        refuse("TYPE", "load", argument, describe(value), "an ArrayBuffer or a Uint8Array");
      return { argument, identity: value as ArrayBuffer | ArrayBufferView };
    case "wasmModule":
      if (!hasWebAssembly() || !(value instanceof WebAssembly.Module)) {
        refuse("TYPE", "load", argument, describe(value), "a WebAssembly.Module");
      }
      return { argument, identity: value };
  }
}

/**
 * Compiles what a source gives: LOAD if it cannot be had or is no WebAssembly that this engine runs.
 *
 * @internal
 */
export function compile(source: Source): Promise<WebAssembly.Module> {
  switch (source.argument) {
    case "wasmUrl":
      return compileUrl(source.identity);
    case "wasmBinary":
      return compileBytes(source.identity, "wasmBinary");
    case "wasmModule":
      return Promise.resolve(source.identity);
  }
}

/** Some browsers can be told to do without WebAssembly. */
const hasWebAssembly = (): boolean => typeof WebAssembly === "object";

/**
 * Compiles bytes; what they are instead of WebAssembly is said.
 *
 * @internal
 */
export async function compileBytes(binary: unknown, argument: string, from = ""): Promise<WebAssembly.Module> {
  // A copy: the engine compiles in the background, and what the caller does with the bytes meanwhile is not our business.
  const bytes = viewBytes(binary)?.slice() ?? new Uint8Array();
  if (!hasWebAssembly()) refuseLoad(argument, "cannot be used", "an engine with WebAssembly");
  if (!isWasm(bytes)) refuseLoad(argument, `${from}is ${nameContent(bytes)}`, "a WebAssembly binary of attnlab");
  return WebAssembly.compile(bytes).catch((cause: unknown) => refuseCompile(argument, cause));
}

function refuseCompile(argument: string, cause: unknown): never {
  const expected = "an engine with WebAssembly SIMD (or relaxed SIMD) and a page policy that allows 'wasm-unsafe-eval'";
  return refuseLoad(argument, "could not be compiled", expected, cause);
}

const isWasm = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x00 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;

function nameContent(bytes: Uint8Array): string {
  if (bytes.length === 0) return "empty";
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart().toLowerCase();
  return start.startsWith("<") ? "an HTML page" : "no WebAssembly";
}

async function compileUrl(url: string): Promise<WebAssembly.Module> {
  const from = `(${url}) `;
  if (url.startsWith("file:")) {
    const bytes = await readLocalFile(url);
    if (bytes) return compileBytes(bytes, "wasmUrl", from);
  }
  const unreachable = (cause: unknown): never =>
    refuseLoad("wasmUrl", `${from}could not be fetched`, "a reachable address", cause);
  const response = await fetch(url).catch(unreachable);
  if (!response.ok) {
    refuseLoad("wasmUrl", `${from}answered ${String(response.status)}`, "a WebAssembly binary of attnlab");
  }
  // Compiled while it arrives, if the server says that it is WebAssembly; many say something else.
  if (
    response.headers.get("content-type")?.startsWith("application/wasm") &&
    hasWebAssembly() &&
    "compileStreaming" in WebAssembly
  ) {
    return WebAssembly.compileStreaming(response).catch((cause: unknown) => refuseCompile("wasmUrl", cause));
  }
  return compileBytes(await response.arrayBuffer().catch(unreachable), "wasmUrl", from);
}

/** What Node, Deno and Bun give without an import that bundlers for pages would stumble over. */
interface ProcessWithModules {
  getBuiltinModule?: (name: "node:fs/promises") => { readFile: (path: URL) => Promise<Uint8Array> } | undefined;
}

/** The bytes of a `file:` URL, where the platform can read files; `undefined` in a page. */
async function readLocalFile(url: string): Promise<Uint8Array | undefined> {
  const { process } = globalThis as { process?: ProcessWithModules };
  const files = process?.getBuiltinModule?.("node:fs/promises");
  try {
    return await files?.readFile(new URL(url));
  } catch (cause) {
    refuseLoad("wasmUrl", `(${url}) could not be read`, "a readable file", cause);
  }
}
