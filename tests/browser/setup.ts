/**
 * Once for the whole browser suite: the package is packed and unpacked, and one Chromium is started that all test files
 * share.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { launchSharedChromium } from "./lib/chromium.mjs";
import { packTarball, unpackTarball } from "./lib/tarball.mjs";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the shared Chromium listens. */
    chromium: string;
    /** The packed package. */
    tarball: string;
    /** The packed package's files: the folder with its package.json. */
    packageFolder: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "attnlab-browser-"));
  const tarball = packTarball(folder);
  project.provide("tarball", tarball);
  project.provide("packageFolder", unpackTarball(tarball, join(folder, "unpacked")));

  const chromium = await launchSharedChromium();
  project.provide("chromium", chromium.wsEndpoint());

  return async () => {
    await chromium.close();
    rmSync(folder, { recursive: true, force: true });
  };
}
