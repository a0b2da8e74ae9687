import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const declarations = join(root, "dist", "types");
// Inside the repository, where "attnlab" is the package itself.
const folder = join(root, "build", "examples");

interface Example {
  name: string;
  code: string;
}

/** The code of every @example of the published declarations. */
const examples = (readdirSync(declarations, { recursive: true }) as string[])
  .filter((file) => file.endsWith(".d.ts"))
  .flatMap((file): Example[] => {
    const text = readFileSync(join(declarations, file), "utf8");
    return [...text.matchAll(/@example\s+\* ```js\n(.*?)\n\s*\* ```/gs)].map(([, block = ""], i) => ({
      name: `${file.replace(/\W/g, "-")}-${i}`,
      code: block.replace(/^\s*\* ?/gm, ""),
    }));
  });

/** What the comments behind console.log say is printed, in order. */
const promised = (code: string): string[] =>
  [...code.matchAll(/console\.log\(.*\);(?: |\n)\/\/ (.*)$/gm)].map(([, text = ""]) => text.trim());

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("examples of the documentation", () => {
  test("every operation has one", () => {
    const text = examples.map(({ code }) => code).join("\n");
    const methods = ["tensor", "resident", "memory", "attention", "attentionWeights", "attentionScale", "matmul"];
    for (const method of [...methods, "softmax", "logSoftmax", "layerNorm", "rmsNorm"]) {
      expect(text).toContain(`lab.${method}(`);
    }
    for (const name of ["readNpy(", "writeNpy(", "readSafetensors(", "writeSafetensors(", "attnlab/external"]) {
      expect(text).toContain(name);
    }
  });

  test.each(examples)("$name prints what it says", ({ name, code }) => {
    const file = join(folder, `${name}.mjs`);
    writeFileSync(file, code);
    const { stdout, stderr, status } = spawnSync(process.execPath, [file], { cwd: folder, encoding: "utf8" });
    expect(status, stderr).toBe(0);
    expect(stdout.trim()).toBe(promised(code).join("\n"));
  });

  test("none needs a syntax that Node 20 lacks", () => {
    for (const { code } of examples) expect(code).not.toMatch(/\b(?:await )?using [a-z]+ =/);
  });
});
