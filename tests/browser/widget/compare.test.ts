/**
 * <attn-compare> in somebody's page: the carried heads of the model at once, further layers when chosen, made-up sequences, a
 * reader's own file; by keyboard, in both languages, narrow, in one file, taken away.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSafetensors, writeSafetensors } from "attnlab/io";
import { accessibilityViolations } from "../lib/axe.js";
import { clipboard, numberIn } from "../lib/explorer.js";
import { caption, cells, figureOf, savedName } from "../lib/figure.js";
import { overflowingElements } from "../lib/layout.js";
import { policyWith, STRICT_POLICY } from "../lib/policy.js";
import { drawn } from "../lib/post.js";
import { attentionWeights, product, rowsOf } from "../lib/reference.js";
import { open } from "../lib/visit.js";

const FIXTURES = join(import.meta.dirname, "..", "..", "fixtures", "minilm");

const figure = figureOf("attn-compare", "A comparison.");

describe("heads of the model", () => {
  test("stand there before any click, without another request for data", async () => {
    const { page, server } = await open(figure("table"));
    const widget = await drawn(page);
    expect(await caption(widget).textContent()).toMatch(/^Layer 2 of all-MiniLM-L6-v2, 4 heads, 31 tokens/);
    await widget.locator("svg.matrix").nth(4).waitFor();
    expect(await cells(widget)).toHaveLength(4);
    expect(server.requests.filter((path) => path.endsWith(".safetensors"))).toEqual([]);
  });

  test("have the error of averaging that double precision finds", async () => {
    const { page } = await open(figure('layer="5" table'));
    const widget = await drawn(page);
    await caption(widget).filter({ hasText: "12 heads" }).waitFor();
    const { q, k, v } = readSafetensors(
      new Uint8Array(readFileSync(join(FIXTURES, "sentence.layer4.safetensors"))),
    ).tensors;
    if (!q || !k || !v) throw new Error("The fixture holds no q, k and v.");
    const [, n = 0, d = 0] = q.shape;
    const shown = await cells(widget);
    for (const head of [0, 6, 11]) {
      const of = ({ data }: { data: Float32Array }): number[][] =>
        rowsOf(data.subarray(head * n * d, (head + 1) * n * d), d);
      const exact = product(attentionWeights(of(q), of(k), { scale: () => 1 / Math.sqrt(d) }), of(v)).flat();
      const mean = Array.from({ length: d }, (_, c) => of(v).reduce((sum, row) => sum + (row[c] ?? 0) / n, 0));
      const off = exact.reduce((sum, value, at) => sum + (value - (mean[at % d] ?? 0)) ** 2, 0);
      const all = exact.reduce((sum, value) => sum + value * value, 0);
      expect(numberIn(shown[head]?.[5])).toBeCloseTo(Math.sqrt(off / all), 2);
    }
  });

  test("are chosen by a click on the picture, and the budget by keyboard", async () => {
    const { page } = await open(figure());
    const widget = await drawn(page);
    await widget.locator(".pick").nth(2).click();
    await widget.getByText("Head 3 in detail").waitFor();
    const slider = widget.getByRole("slider", { name: /Budget/ });
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await widget.locator(".keys", { hasText: "32 landmarks" }).waitFor();
    await caption(widget).filter({ hasText: "Nyström is exact attention here" }).waitFor();
    expect(await widget.getAttribute("budget")).toBe("32");
  });
});

describe("all layers of the model", () => {
  test("stand side by side; a head is chosen by a click, and by keyboard", async () => {
    const { page, server } = await open(figure('view="layers"'));
    const widget = await drawn(page);
    await caption(widget)
      .filter({ hasText: /^6 layers of all-MiniLM-L6-v2, 72 heads in all, 31 tokens/ })
      .waitFor();
    expect(await widget.locator(".grids svg.matrix").count()).toBe(4);
    expect(new Set(server.requests.filter((path) => path.endsWith(".safetensors"))).size).toBe(6);
    const rows = await cells(widget);
    expect(rows.map(([layer]) => layer)).toEqual(["1", "2", "3", "4", "5", "6"]);
    const share = (cell = ""): number => Number.parseFloat(cell);
    for (const row of rows) expect(share(row[2])).toBeLessThan(share(row[5]));
    const grid = widget.locator(".grids svg.matrix").first();
    const box = await grid.boundingBox();
    await grid.click({ position: { x: (box?.width ?? 0) - 2, y: (box?.height ?? 0) - 2 } });
    await widget.getByText("Head 12 in detail").waitFor();
    expect([await widget.getAttribute("layer"), await widget.getAttribute("head")]).toEqual(["6", "12"]);
    await widget.locator(".grids").focus();
    await page.keyboard.press("ArrowUp");
    await widget.locator(".readout", { hasText: "Layer 5, head 12: off by" }).waitFor();
    await page.keyboard.press("Enter");
    await expect.poll(() => widget.getAttribute("layer")).toBe("5");
  });

  test("point at one entry in all five matrices of a head", async () => {
    const { page } = await open(figure());
    const widget = await drawn(page);
    await widget.locator(".five").focus();
    await page.keyboard.press("ArrowDown");
    await widget.locator(".readout", { hasText: "Query 2, key 1: exact" }).waitFor();
    expect(await widget.locator(".five .cross").count()).toBe(5);
  });
});

test("made-up sequences change with the seed, and need no worker", async () => {
  const policy = policyWith("worker-src", "'none'");
  const { page } = await open(figure('source="synthetic" table', { policy }, { expectedProblems: [/worker-src/] }));
  const widget = await drawn(page);
  const before = await cells(widget);
  expect(numberIn(before[5]?.[2])).toBeLessThan(0.1 * numberIn(before[0]?.[2]));
  await widget.getByRole("button", { name: /Roll the seed/ }).click();
  await widget.getByText("seed 2", { exact: true }).waitFor();
  await expect.poll(() => cells(widget)).not.toEqual(before);
});

describe("a reader's own file", () => {
  test("is compared like the others", async () => {
    const { page } = await open(figure('source="own"'));
    const widget = page.locator("#figure");
    await widget.getByText("Until there is a file").waitFor();
    await widget.locator('input[type="file"]').setInputFiles(join(FIXTURES, "sentence.layer0.safetensors"));
    await caption(widget).filter({ hasText: "12 heads of 31 tokens from sentence.layer0.safetensors" }).waitFor();
  });

  test("is refused with a reason where it is something else", async () => {
    const { page } = await open(figure('source="own"'));
    const widget = page.locator("#figure");
    await widget.locator('input[type="file"]').setInputFiles(join(FIXTURES, "tokens.json"));
    await widget.getByRole("alert").filter({ hasText: "could not be loaded" }).waitFor();
  });
});

test("a reader's file without q, k and v is told from one of another shape", async () => {
  const { page } = await open(figure('source="own"'));
  const widget = page.locator("#figure");
  const tensor = { data: new Float32Array(6), shape: [2, 3] };
  for (const [tensors, problem] of [
    [{ query: tensor }, "no tensors q, k and v. It has: query."],
    [{ q: tensor, k: tensor, v: tensor }, "there is q [2, 3]."],
  ] as const) {
    const buffer = Buffer.from(writeSafetensors(tensors));
    const file = { name: "own.safetensors", mimeType: "application/octet-stream", buffer };
    await widget.locator('input[type="file"]').setInputFiles(file);
    await widget.getByRole("alert").filter({ hasText: problem }).waitFor();
  }
});

describe("fits the page", () => {
  for (const lang of ["en", "zh-CN"]) {
    test(`in ${lang}, light and dark, wide and narrow`, async () => {
      const { page } = await open(figure("table", { lang }, { context: { reducedMotion: "reduce" } }));
      const widget = await drawn(page);
      await widget.locator("svg.matrix").nth(4).waitFor();
      for (const source of ["sentence", "synthetic", "own"]) {
        await widget.evaluate((element, name) => element.setAttribute("source", name), source);
        await widget.locator("progress").waitFor({ state: "detached" });
        await page.setViewportSize({ width: 1000, height: 900 });
        await page.emulateMedia({ colorScheme: "light" });
        expect(await accessibilityViolations(page)).toEqual([]);
        await page.emulateMedia({ colorScheme: "dark" });
        expect(await accessibilityViolations(page)).toEqual([]);
        await page.setViewportSize({ width: 320, height: 640 });
        expect(await overflowingElements(page)).toEqual([]);
      }
      await widget.evaluate((element) => {
        element.setAttribute("source", "sentence");
        element.setAttribute("view", "layers");
      });
      await widget.locator(".grids").waitFor();
      expect(await overflowingElements(page)).toEqual([]);
      for (const colorScheme of ["dark", "light"] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await accessibilityViolations(page)).toEqual([]);
      }
    });
  }
});

describe("where something is missing", () => {
  test("without WebAssembly it says so, and the fallback stays", async () => {
    const { page } = await open(figure("", { policy: STRICT_POLICY.replace(" 'wasm-unsafe-eval'", "") }));
    const widget = page.locator("#figure");
    await widget.getByRole("alert").filter({ hasText: "could not be started" }).waitFor();
    expect(await widget.locator(".fallback").isVisible()).toBe(true);
  });

  test("the single file needs nothing else, and offers what it carries", async () => {
    const { page, server } = await open(figure('source="passage"', { script: "attn-compare.single.js" }));
    const widget = await drawn(page);
    expect(await caption(widget).textContent()).toMatch(/^Layer 2/);
    expect(await widget.locator('select[name="source"] option').count()).toBe(3);
    expect(server.requests.filter((path) => path.startsWith("/attnlab/"))).toEqual(["/attnlab/attn-compare.single.js"]);
  });
});

test("taken away as code, as a link and as files", async () => {
  const { page } = await open(
    figure('budget="12"', {}, { context: { permissions: ["clipboard-read", "clipboard-write"] } }),
  );
  const widget = await drawn(page);
  for (const [name, content] of [
    ["Copy embed code", '<attn-compare budget="12">'],
    ["Copy as JavaScript", "landmarks: 12"],
    ["Copy permalink", "#figure.state=view:heads;source:sentence;layer:0;head:1;budget:12"],
  ] as const) {
    await widget.getByRole("button", { name, exact: true }).click();
    await widget.getByText("Copied.").waitFor();
    expect(await clipboard(page)).toContain(content);
  }
  for (const kind of ["PNG", "SVG", "CSV"]) {
    expect(await savedName(page, widget, kind)).toBe(`compare-sentence.${kind.toLowerCase()}`);
  }
});
