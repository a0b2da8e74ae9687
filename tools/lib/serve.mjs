// A static server for the built site: enough of HTTP for a browser on this machine, and nothing more.

import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { createGzip } from "node:zlib";
import { Problem } from "./report.mjs";

/** @type {Record<string, string>} */
const types = {
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".npy": "application/octet-stream",
  ".png": "image/png",
  ".safetensors": "application/octet-stream",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".xml": "application/xml; charset=utf-8",
};

/** Sent packed, as every host does that the site may be put on: a page over a slow line is then readable a second earlier. */
const packs = /^(text|image\/svg)|javascript|json|wasm|xml/;

/**
 * The file that an address means: the file itself, a folder's index.html, or, for addresses without an ending, the page.
 * @param {string} folder
 * @param {string} path The address's path, still percent-encoded.
 * @returns {string | undefined} Undefined when there is none, or the path leads out of the folder.
 */
function fileFor(folder, path) {
  let decoded;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  const file = normalize(join(folder, decoded));
  if (decoded.includes("\0") || (file !== folder && !file.startsWith(folder + sep))) return undefined;
  const candidates = file.endsWith(sep) || file === folder ? [join(file, "index.html")] : [file, `${file}.html`];
  return candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile());
}

/**
 * @param {string} folder
 * @param {string} base
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
function answer(folder, base, request, response) {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { Allow: "GET, HEAD" }).end();
    return;
  }
  const address = (request.url ?? "/").replace(/[?#].*$/, "");
  if (!address.startsWith(base)) {
    response.writeHead(302, { Location: base }).end();
    return;
  }
  const path = address.slice(base.length - 1);
  const found = fileFor(folder, path);
  if (found === undefined && !path.endsWith("/") && fileFor(folder, `${path}/`) !== undefined) {
    // A folder without its slash: relative addresses in its page would lead astray. One slash, for two begin a host's name.
    response.writeHead(301, { Location: `${address.replace(/^\/+/, "/")}/` }).end();
    return;
  }
  const file = found ?? fileFor(folder, "/404.html");
  if (file === undefined) {
    response.writeHead(404, { "Content-Type": "text/plain; charset=utf-8" }).end("not found\n");
    return;
  }
  const { size, mtimeMs } = statSync(file);
  const type = types[extname(file)] ?? "application/octet-stream";
  const packed = packs.test(type) && /\bgzip\b/.test(String(request.headers["accept-encoding"]));
  const tag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}${packed ? "-gzip" : ""}"`;
  // The site may be rebuilt at any moment: browsers keep files but ask each time whether they are still current.
  const headers = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    Vary: "Accept-Encoding",
    ETag: tag,
  };
  if (found !== undefined && request.headers["if-none-match"] === tag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(found === undefined ? 404 : 200, {
    ...headers,
    "Content-Type": type,
    ...(packed ? { "Content-Encoding": "gzip" } : { "Content-Length": size }),
  });
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  const bytes = createReadStream(file).on("error", () => response.destroy());
  if (packed) bytes.pipe(createGzip()).pipe(response);
  else bytes.pipe(response);
}

/**
 * Serves a folder.
 * @param {string} folder Absolute.
 * @param {{ host?: string, port?: number, base?: string }} [where] `port`: 4173 or the first free one after it when absent;
 *   0 is any. `base`: the path under which the folder appears, "/" when absent; it begins and ends with "/".
 * @returns {Promise<{ address: string, close: () => Promise<void> }>} `address` ends with "/".
 * @throws {Problem} When the port asked for is taken.
 */
export async function serve(folder, { host = "localhost", port, base = "/" } = {}) {
  const server = createServer((request, response) => answer(normalize(folder), base, request, response));
  const candidates = port === undefined ? [...Array.from({ length: 20 }, (_, index) => 4173 + index), 0] : [port];
  for (const candidate of candidates) {
    const code = await listen(server, host, candidate);
    if (code === undefined) {
      const bound = server.address();
      const number = bound !== null && typeof bound === "object" ? bound.port : candidate;
      return { address: `http://${host}:${number}${base}`, close: () => close(server) };
    }
    if (code !== "EADDRINUSE" && code !== "EACCES") throw new Error(`Cannot listen on ${host}:${candidate}: ${code}`);
  }
  throw new Problem(`Port ${port} is taken.`, "Choose another with: npm start -- --port NUMBER");
}

/**
 * @param {import("node:http").Server} server
 * @param {string} host
 * @param {number} port
 * @returns {Promise<string | undefined>} The error's code, or undefined when the server listens.
 */
function listen(server, host, port) {
  return new Promise((settle) => {
    const failed = /** @param {NodeJS.ErrnoException} error */ (error) => settle(error.code ?? error.message);
    server.once("error", failed);
    server.listen(port, host, () => {
      server.off("error", failed);
      settle(undefined);
    });
  });
}

/**
 * @param {import("node:http").Server} server
 * @returns {Promise<void>}
 */
function close(server) {
  return new Promise((settle) => {
    server.close(() => settle());
    server.closeAllConnections();
  });
}
