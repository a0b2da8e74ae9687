/**
 * Once for the whole suite: the package is packed and installed as the only dependency of a project outside this
 * repository, so that nothing here can stand in for something that was not published.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { installTarball, packTarball } from "../browser/lib/tarball.mjs";

declare module "vitest" {
  interface ProvidedContext {
    /** The packed package. */
    tarball: string;
    /** A project that has it installed; the files of tests/pack/project are in it. */
    project: string;
  }
}

export default function setup(vitest: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "attnlab-pack-"));
  const tarball = packTarball(folder);
  const project = join(folder, "project");
  installTarball(tarball, project);
  cpSync(join(import.meta.dirname, "project"), project, { recursive: true });
  vitest.provide("tarball", tarball);
  vitest.provide("project", project);
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}
