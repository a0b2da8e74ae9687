import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Tests take the package as it is built, by the names that its users use. */
const alias = [
  { find: /^attnlab$/, replacement: path("./dist/index.js") },
  { find: /^attnlab\/(external|io)$/, replacement: path("./dist/$1.js") },
];

/**
 * Node 20 has relaxed SIMD behind a flag that later versions, which have it without, may not know. The module is the
 * probe's (web/package/probe.ts).
 */
const relaxedModule = "AGFzbQEAAAABCAFgA3t7ewF7AwIBAAoNAQsAIAAgASAC/YUCCw==";
const hasRelaxedSimd = WebAssembly.validate(Buffer.from(relaxedModule, "base64"));
const execArgv = hasRelaxedSimd ? [] : ["--experimental-wasm-relaxed-simd"];

/** The built files are run as they are, not transformed. */
const server = { deps: { external: [/\/dist\//] } };

/** What has a limit in milliseconds has the machine to itself. */
const loadTime = "tests/browser/load_time.test.ts";

export default defineConfig({
  test: {
    // Vitest starts the processes of all projects with the same options.
    poolOptions: { forks: { execArgv } },
    // By itself it leaves one core idle, which is half of a machine with two.
    maxWorkers: "100%",
    projects: [
      {
        resolve: { alias },
        test: {
          name: "package",
          include: ["tests/package/**/*.test.ts"],
          pool: "forks",
          setupFiles: ["tests/package/support/breathe.ts"],
          testTimeout: 60_000,
          server,
        },
      },
      {
        resolve: { alias },
        // Some measure, and are slow where other things run.
        test: { name: "widgets", include: ["web/widgets/**/*.test.ts"], testTimeout: 30_000, server },
      },
      {
        resolve: { alias },
        test: {
          name: "browser",
          include: ["tests/browser/**/*.test.ts"],
          exclude: [loadTime],
          globalSetup: ["tests/browser/setup.ts"],
          pool: "forks",
          testTimeout: 60_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 10_000 } },
          server,
        },
      },
      {
        resolve: { alias },
        test: {
          name: "browser-alone",
          include: [loadTime],
          pool: "forks",
          testTimeout: 60_000,
          server,
          // After all others, which would cost it time.
          sequence: { groupOrder: 1 },
        },
      },
      { test: { name: "tools", include: ["tests/tools/**/*.test.ts"] } },
      { test: { name: "site", include: ["web/site/test/**/*.test.ts"], testTimeout: 60_000, server } },
      {
        test: {
          name: "pack",
          include: ["tests/pack/**/*.test.ts"],
          exclude: ["tests/pack/project/**"],
          globalSetup: ["tests/pack/setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
