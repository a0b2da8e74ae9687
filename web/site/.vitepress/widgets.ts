/**
 * Puts the built widgets beside the pages, file for file as the npm package ships them: what a reader of this site runs is
 * what a reader of an embedding blog runs. The folder carries the version, so an old page never meets a new chunk.
 */
import { createReadStream, existsSync } from "node:fs";
import { cp, stat } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const built = fileURLToPath(new URL("../../../dist/widgets", import.meta.url));
const TYPES: Record<string, string> = {
  ".js": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

/** Copies `dist/widgets` into the built site. Without it (`npm run build` was not run) the pages show their static pictures. */
export async function copyWidgets(outDir: string, folder: string): Promise<void> {
  if (existsSync(built)) await cp(built, join(outDir, folder), { recursive: true });
}

/** Serves `dist/widgets` under the same address while the site is being written. */
export function serveWidgets(base: string, folder: string): Plugin {
  return {
    name: "attnlab:widgets",
    apply: "serve",
    configureServer(server) {
      server.middlewares.use(`${base}${folder}`, (request, response, next) => {
        const path = normalize(decodeURIComponent((request.url ?? "/").replace(/[?#].*$/, "")));
        const file = join(built, path);
        stat(file).then(
          (entry) => {
            if (entry.isFile()) {
              response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
              createReadStream(file).pipe(response);
            } else {
              next();
            }
          },
          () => next(),
        );
      });
    },
  };
}
