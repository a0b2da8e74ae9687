/**
 * What a reader takes away from <attn-explorer>: a link, embed code, a program, tables and pictures; each is used, and has
 * to give back what was on the screen.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Download, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { eventually } from "../lib/eventually.js";
import { clipboard, colorsOfMap, shownEntropies, shownWeights, stateOf, tablesOf } from "../lib/explorer.js";
import { expectedEntropies, expectedWeights, type View } from "../lib/model.js";
import { drawn, figure, post } from "../lib/post.js";
import { largestDifference } from "../lib/reference.js";
import { installTarball } from "../lib/tarball.mjs";
import { open, type OpenOptions } from "../lib/visit.js";

const VIEW = { layer: 5, head: 9, scale: "entropy", causal: true } as const satisfies View;
const ATTRIBUTES = 'table layer="5" head="9" scale="entropy" causal query="17"';

const withClipboard = (options: OpenOptions): OpenOptions => ({
  ...options,
  context: { ...options.context, permissions: ["clipboard-read", "clipboard-write"] },
});

/** Clicks a copying button and returns what it put on the clipboard. */
async function copied(page: Page, widget: Locator, name: string): Promise<string> {
  await widget.getByRole("button", { name, exact: true }).click();
  await widget.getByText("Copied.").waitFor();
  return clipboard(page);
}

const readDownload = async (download: Download): Promise<Buffer> => readFile(await download.path());

async function downloaded(page: Page, widget: Locator, name: RegExp): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent("download"), widget.getByRole("button", { name }).click()]);
  return { name: download.suggestedFilename(), bytes: await readDownload(download) };
}

/** Fields of RFC 4180 text. */
function fieldsOf(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = "", end = ""] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "\r\n") rows.push([]);
    if (end === "") break;
  }
  return rows.filter((row) => row.length > 1);
}

describe("the permalink", () => {
  test("opens the figure as it was, and names it by its id", async () => {
    const options = withClipboard(post({ figure: `${figure("table")}<attn-explorer id="other"></attn-explorer>` }));
    const { page, context } = await open(options);
    const widget = await drawn(page);
    await widget.evaluate((element) => {
      for (const [name, value] of [
        ["layer", "4"],
        ["head", "2"],
        ["scale", "none"],
        ["query", "11"],
        ["causal", ""],
      ] as const)
        element.setAttribute(name, value);
    });
    await eventually(async () => expect((await tablesOf(widget)).row.length).toBe(31));
    const link = await copied(page, widget, "Copy permalink");
    const [state, rows] = [await stateOf(widget), await tablesOf(widget)];
    expect(state).toMatchObject({ layer: 4, head: 2, scale: "none", query: 11, causal: true });

    const again = await context.newPage();
    await again.goto(link);
    const opened = await drawn(again);
    await eventually(async () => expect(await tablesOf(opened)).toEqual(rows));
    expect(await stateOf(opened)).toEqual(state);
    expect((await stateOf(await drawn(again, "#other"))).scale).toBe("sqrt");
  });

  test("that makes no sense is ignored", async () => {
    const { page } = await open(
      post({}, { path: "/#figure.state=layer:99999;head:-3;scale:%E0%A4;nothing:1;query:1e9&x=y" }),
    );
    const widget = await drawn(page);
    expect(await stateOf(widget)).toMatchObject({ scale: "sqrt" });
    expect(await colorsOfMap(widget)).toBeGreaterThan(30);
  });
});

describe("the embed code", () => {
  for (const script of ["attn-explorer.js", "attn-explorer.single.js"]) {
    test(`of ${script} shows the same in another page`, async () => {
      const layer = script.includes("single") ? "" : 'layer="5"';
      const first = await open(
        withClipboard(post({ script, figure: figure(`table ${layer} head="9" scale="entropy" causal query="17"`) })),
      );
      const widget = await drawn(first.page);
      const code = await copied(first.page, widget, "Copy embed code");
      expect(code).toContain(script);
      const rows = await tablesOf(widget);

      // The same host again, as the code names the files by the address they came from.
      await first.context.route("**/copy.html", (route) =>
        route.fulfill({
          contentType: "text/html",
          body: `<!doctype html><html lang="en"><title>Copy</title><link rel="icon" href="data:,">${code}</html>`,
        }),
      );
      const copy = await first.context.newPage();
      await copy.goto(`${first.server.origin}/copy.html`);
      const other = await drawn(copy, "attn-explorer");
      await eventually(async () => expect(await tablesOf(other)).toEqual(rows));
      expect({ ...(await stateOf(other)) }).toEqual(await stateOf(widget));
    });
  }
});

describe("the program", () => {
  let folder = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "attnlab-program-"));
    installTarball(inject("tarball"), folder);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  for (const attributes of [
    ATTRIBUTES,
    'table head="3" query="31"',
    'table text="passage" layer="6" head="8" scale="none" query="200"',
  ]) {
    test(`prints the shown row in Node: ${attributes.replaceAll('"', "")}`, async () => {
      const { page } = await open(withClipboard(post({ figure: figure(attributes) })));
      const widget = await drawn(page);
      const program = await copied(page, widget, "Copy as JavaScript");
      writeFileSync(join(folder, "row.mjs"), program);
      // Not synchronously: the program may fetch its data from the server of this very process.
      const { stdout: printed } = await promisify(execFile)(process.execPath, ["row.mjs"], { cwd: folder });
      const lines = printed
        .trimEnd()
        .split("\n")
        .map((line) => line.split("\t"));
      const { row } = await tablesOf(widget);
      const seen = row.filter((cells) => cells[1] !== "–");
      expect(lines.map(([token]) => token)).toEqual(seen.map(([name]) => name?.replace(/^\d+ /, "")));
      const weights = (await shownWeights(widget)).slice(0, seen.length);
      expect(
        largestDifference(
          lines.map(([, weight]) => Number(weight)),
          weights,
        ),
      ).toBeLessThan(0.7e-5);
    });
  }
});

describe("downloads", () => {
  test("CSV holds every weight and entropy", async () => {
    const { page } = await open(post({ figure: figure(ATTRIBUTES) }));
    const widget = await drawn(page);
    const { name, bytes } = await downloaded(page, widget, /CSV/);
    expect(name).toMatch(/\.csv$/);
    const [header = [], ...lines] = fieldsOf(bytes.toString("utf8").replace(/^\uFEFF/, ""));
    expect(lines.length).toBe(31);
    expect(header.length).toBe(5 + 31);
    const weights = expectedWeights(VIEW);
    const entropies = expectedEntropies(VIEW);
    for (const [i, line] of lines.entries()) {
      expect(largestDifference(line.slice(5).map(Number), weights[i] ?? [])).toBeLessThan(1e-6);
      expect(Math.abs(Number(line[2]) - (entropies[i] ?? NaN))).toBeLessThan(1e-5);
    }
    expect(largestDifference(await shownEntropies(widget, VIEW.scale), entropies)).toBeLessThan(1e-3);
  });

  test("PNG is a picture of some size", async () => {
    const { page } = await open(post());
    const { name, bytes } = await downloaded(page, await drawn(page), /PNG/);
    expect(name).toMatch(/\.png$/);
    expect([...bytes.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
    expect(Math.min(width, height)).toBeGreaterThan(400);
    expect(bytes.length).toBeGreaterThan(5000);
  });

  test("SVG stands alone and needs nothing from elsewhere", async () => {
    const { page } = await open(post());
    const { name, bytes } = await downloaded(page, await drawn(page), /SVG/);
    expect(name).toMatch(/\.svg$/);
    const text = bytes.toString("utf8");
    expect(text).toMatch(/^(<\?xml[^>]*>\s*)?<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(text).not.toMatch(/<script|href="http|url\(http/);
    const root = await page.evaluate((source) => {
      const parsed = new DOMParser().parseFromString(source, "image/svg+xml");
      return parsed.querySelector("parsererror")?.textContent ?? parsed.documentElement.localName;
    }, text);
    expect(root).toBe("svg");
  });
});

describe("where copying is refused", () => {
  test("the text is shown to be copied by hand", async () => {
    const { page } = await open({
      ...post(),
      before: (fresh) =>
        fresh.addInitScript(`
          navigator.clipboard.writeText = () => Promise.reject(new Error("refused"));
          document.execCommand = () => false;
        `),
    });
    const widget = await drawn(page);
    await widget.getByRole("button", { name: "Copy embed code" }).click();
    const text = widget.locator("textarea");
    expect(await text.inputValue()).toContain("<attn-explorer");
  });
});
