/** The installed package runs: the README's example, in a worker thread, and with the binary given. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { ROOT, node } from "./lib/run.js";

const project = inject("project");

/** softmax([0, 1]) beside a first row that sees only itself. */
const expected = [1, 0, 1 / (1 + Math.E), Math.E / (1 + Math.E)];

/** Runs a script of the project and checks what it printed. */
async function computes(file: string): Promise<void> {
  const { shape, data } = JSON.parse(await node([file], project)) as { shape: number[]; data: number[] };
  expect(shape).toEqual([2, 2]);
  expect(data).toHaveLength(4);
  data.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] ?? NaN, 6);
  });
}

describe("the installed package", () => {
  for (const name of ["README.md", "README.zh-CN.md"]) {
    test(`runs the first JavaScript example of ${name}, which prints what it says`, async () => {
      const code = /^```js\n(.*?)^```$/ms.exec(readFileSync(join(ROOT, name), "utf8"))?.[1] ?? "";
      const promised = [...code.matchAll(/^\/\/ → (.*)$/gm)].map(([, line]) => line);
      expect(promised).not.toHaveLength(0);
      const file = join(project, `${name}.mjs`);
      writeFileSync(file, code);
      expect((await node([file], project)).trimEnd().split("\n")).toEqual(promised);
    });
  }

  test("computes in Node", () => computes("compute.mjs"));
  test("computes in a worker thread", () => computes("worker.mjs"));
  test("computes with a binary that the caller read", () => computes("compute-external.mjs"));

  test("computes in several threads", async () => {
    const printed = JSON.parse(await node(["pool.mjs"], project)) as unknown;
    expect(printed).toEqual({ threads: 2, shape: [4, 400, 32], same: true });
  });
});
