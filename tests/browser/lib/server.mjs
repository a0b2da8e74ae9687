/**
 * A small static server on the loopback interface: each caller mounts its own folders and pages and chooses its own
 * response headers, on its own port (so origins, caches and storage are never shared between tests).
 */
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

/**
 * @typedef {object} ServerOptions
 * @property {Record<string, string>} [folders]  URL prefix (beginning and ending with "/") to the folder it shows
 * @property {Record<string, { body: string | Uint8Array, type?: string }>} [pages]  URL path to a body; before folders
 * @property {Record<string, string>} [headers]  sent with every response
 * @property {(html: string) => Record<string, string>} [pageHeaders]  sent with HTML files, computed from their content
 * @property {string} [cacheControl]  default "no-store"
 *
 * @typedef {object} StaticServer
 * @property {string} origin  for example http://127.0.0.1:40123
 * @property {string[]} requests  the path of every request so far, in order
 * @property {() => Promise<void>} close
 */

/** @param {string} file */
function isFile(file) {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/**
 * The file that a path below a folder names: itself, its index page, or (as hosts with clean addresses do) `path.html`.
 *
 * @param {string} folder
 * @param {string} path  decoded, without leading slash
 * @returns {string | undefined}
 */
function resolveFile(folder, path) {
  const file = normalize(join(folder, path));
  if (file !== normalize(folder) && !file.startsWith(normalize(folder + sep))) return undefined;
  const candidates = path === "" || path.endsWith("/") ? [join(file, "index.html")] : [file, `${file}.html`];
  return candidates.find(isFile);
}

/**
 * Starts the server.
 *
 * @param {ServerOptions} options
 * @returns {Promise<StaticServer>}
 */
export async function startServer(options) {
  const { folders = {}, pages = {}, headers = {}, pageHeaders = () => ({}), cacheControl = "no-store" } = options;
  /** @type {string[]} */
  const requests = [];
  const prefixes = Object.keys(folders).sort((a, b) => b.length - a.length);

  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    requests.push(path);
    const common = { "cache-control": cacheControl, ...headers };

    const page = pages[path];
    if (page) {
      response.writeHead(200, { ...common, "content-type": page.type ?? TYPES[".html"] }).end(page.body);
      return;
    }
    const prefix = prefixes.find((candidate) => path.startsWith(candidate));
    const file = prefix === undefined ? undefined : resolveFile(folders[prefix] ?? "", path.slice(prefix.length));
    if (file === undefined) {
      response.writeHead(404, { ...common, "content-type": TYPES[".txt"] }).end("not found\n");
      return;
    }
    const type = /** @type {Record<string, string>} */ (TYPES)[extname(file)] ?? "application/octet-stream";
    if (extname(file) === ".html") {
      const html = readFileSync(file, "utf8");
      response.writeHead(200, { ...common, ...pageHeaders(html), "content-type": type }).end(html);
      return;
    }
    response.writeHead(200, { ...common, "content-type": type, "content-length": statSync(file).size });
    createReadStream(file).pipe(response);
  });

  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(undefined));
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");

  return {
    origin: `http://127.0.0.1:${address.port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
