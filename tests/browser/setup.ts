/** Once, before all test files: the package is packed and unpacked. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { packTarball, unpackTarball } from "./lib/tarball.mjs";

declare module "vitest" {
  interface ProvidedContext {
    /** The packed package. */
    tarball: string;
    /** The packed package's files: the folder with its package.json. */
    packageFolder: string;
  }
}

export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "attnlab-browser-"));
  const tarball = packTarball(folder);
  project.provide("tarball", tarball);
  project.provide("packageFolder", unpackTarball(tarball, join(folder, "unpacked")));

  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}
