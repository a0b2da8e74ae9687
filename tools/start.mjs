// `npm start`: makes the machine ready, builds everything, and serves the site until Ctrl-C.
//
//   npm start                    the built site, on port 4173 or the first free one after it
//   npm start -- --port 8080     on this port
//   npm start -- --host 0.0.0.0  for other machines too
//   npm start -- --dev           VitePress's development server: pages and prose reload as they are edited
//   npm start -- --once          builds, sees that the site answers, and ends

import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { build, siteBase, vitepress } from "./build.mjs";
import { root, siteFolder } from "./lib/paths.mjs";
import { Problem, asProgram, say } from "./lib/report.mjs";
import { serve } from "./lib/serve.mjs";
import { setup } from "./setup.mjs";

/** @param {string[]} args */
function readOptions(args) {
  const usage = "The options are: --port NUMBER, --host NAME, --dev, --once.";
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: "string" },
        host: { type: "string" },
        dev: { type: "boolean", default: false },
        once: { type: "boolean", default: false },
      },
    });
    const { port, ...others } = values;
    if (port === undefined) return others;
    if (/^\d+$/.test(port) && Number(port) < 65536) return { ...others, port: Number(port) };
  } catch (error) {
    throw new Problem(error instanceof Error ? error.message : String(error), usage);
  }
  throw new Problem("--port wants a number from 0 to 65535.", usage);
}

/**
 * Sees that the site answers as a browser needs it.
 * @param {string} address
 */
async function checkOnce(address) {
  for (const [path, type] of [
    ["", "text/html"],
    ["zh/", "text/html"],
  ]) {
    const response = await fetch(address + path);
    const body = await response.text();
    if (!response.ok || !response.headers.get("content-type")?.startsWith(type ?? "") || body === "") {
      throw new Problem(`${address}${path} does not answer (status ${response.status}).`, "See build/logs/site.log.");
    }
  }
}

/**
 * VitePress's own server; ends when it ends.
 * @param {{ host?: string, port?: number }} where
 * @returns {Promise<number>} Its exit code.
 */
function serveForDevelopment({ host = "localhost", port = 4173 }) {
  const args = [vitepress, "dev", "web/site", "--host", host, "--port", String(port)];
  const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit" });
  return new Promise((settle) => child.once("close", (code) => settle(code ?? 0)));
}

await asProgram(import.meta.url, async (args) => {
  const options = readOptions(args);
  await setup("build");
  await build({ site: !options.dev });
  if (options.dev) return serveForDevelopment(options);

  const { address, close } = await serve(siteFolder, { ...options, base: siteBase() });
  if (options.once) {
    await checkOnce(address);
    await close();
    say(`[attnlab] The site was built and answered at ${address}`);
    return 0;
  }
  const stopped = new Promise((settle) => ["SIGINT", "SIGTERM"].forEach((signal) => process.once(signal, settle)));
  say("[attnlab] Serving the site; Ctrl-C ends it.");
  say(address);
  await stopped;
  await close();
  return 0;
});
