/**
 * What pages and READMEs show as JavaScript is run: every `js` block is a program of its own, run by Node against the built
 * package under its own name. Comments with an arrow, `// → text`, say what it prints, line by line. Blocks marked
 * `js browser` need a page or a worker; of those, syntax and imports are checked.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { transform } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";
import { codeBlocks, pageNames, pageSource, root, type CodeBlock } from "./pages.js";

const run = promisify(execFile);
const { exports: entries } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { exports: object };

// Inside the project, so that "attnlab" means the package that was built here.
mkdirSync(`${root}build`, { recursive: true });
const folder = mkdtempSync(`${root}build/site-code-`);
afterAll(() => rmSync(folder, { recursive: true }));

const sources: [name: string, markdown: string][] = [
  ...(["en", "zh"] as const).flatMap((language) =>
    pageNames(language).map((name): [string, string] => [`${language}/${name}`, pageSource(language, name)]),
  ),
  ...["README.md", "README.zh-CN.md"].map((name): [string, string] => [name, readFileSync(`${root}${name}`, "utf8")]),
];

const blocks = sources.flatMap(([name, markdown]) =>
  codeBlocks(markdown).map((block) => [`${name}:${block.line}`, block] as [string, CodeBlock]),
);
const ofKind = (kind: string): [string, CodeBlock][] => blocks.filter(([, { info }]) => info === kind);

const announced = (code: string): string[] => [...code.matchAll(/\/\/ → (.*)$/gm)].map((match) => match[1] ?? "");

describe("JavaScript on the pages", () => {
  it.each(ofKind("js"))("%s prints what it says", async (place, { code }) => {
    const file = `${folder}/${place.replace(/\W/g, "-")}.mjs`;
    writeFileSync(file, code);
    const { stdout } = await run(process.execPath, [file], { cwd: root });
    expect(stdout.trimEnd().split("\n")).toEqual(announced(code));
  });

  it.each(ofKind("js browser"))("%s is a module of the package's entries", async (_, { code }) => {
    await transform(code, { format: "esm", target: "es2022" });
    for (const [, entry = ""] of code.matchAll(/from "attnlab([^"]*)"/g)) expect(entries).toHaveProperty([`.${entry}`]);
  });

  it("has no other kind of block that looks like JavaScript", () => {
    const kinds = new Set(blocks.map(([, { info }]) => info));
    expect([...kinds].sort()).toEqual(expect.arrayContaining(["html", "js"]));
    expect([...kinds].filter((kind) => /^(ts|javascript|mjs)\b/.test(kind))).toEqual([]);
  });
});

describe("HTML on the pages", () => {
  const tags = ofKind("html").flatMap(([place, { code }]) =>
    [...code.matchAll(/src="[^"]*\b(attn-[\w.-]*\.js)"/g)].map((match) => [place, match[1] ?? ""] as const),
  );

  it.each(tags)("%s names the file %s, which is built", (_, file) => {
    expect(readFileSync(`${root}dist/widgets/${file}`).length).toBeGreaterThan(0);
  });
});
