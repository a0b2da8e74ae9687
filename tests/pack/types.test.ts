/** A reader's TypeScript compiles against the published declarations, however modules are resolved. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { node, script } from "./lib/run.js";

const project = inject("project");

const resolutions = [
  { module: "ESNext", moduleResolution: "bundler" },
  { module: "NodeNext", moduleResolution: "NodeNext" },
];

describe.each(resolutions)("with moduleResolution $moduleResolution", (resolution) => {
  /** Compiles one file of the project; resolves to what the compiler says, rejects when it finds an error. */
  function compile(file: string): Promise<string> {
    const config = join(project, `tsconfig.${resolution.moduleResolution}.${file}.json`);
    const compilerOptions = { strict: true, noEmit: true, target: "ES2022", lib: ["ES2022", "DOM"], types: [] };
    writeFileSync(config, JSON.stringify({ compilerOptions: { ...compilerOptions, ...resolution }, files: [file] }));
    return node([script("typescript", "bin", "tsc"), "--project", config], project);
  }

  test("code that uses the package compiles", async () => {
    await expect(compile("consumer.ts")).resolves.toBe("");
  });

  test("a misspelled option does not", async () => {
    await expect(compile("misspelled.ts")).rejects.toMatchObject({
      stdout: expect.stringContaining("casual") as string,
    });
  });
});
