/**
 * <attn-linear> in somebody's page: the matrices at once, their numbers against double precision, by keyboard, in both
 * languages, narrow, in one file, taken away.
 */
import type { Locator } from "playwright-core";
import { describe, expect, test } from "vitest";
import { accessibilityViolations } from "../lib/axe.js";
import { clipboard } from "../lib/explorer.js";
import { cells, figureOf, savedName } from "../lib/figure.js";
import { overflowingElements } from "../lib/layout.js";
import { policyWith, STRICT_POLICY } from "../lib/policy.js";
import { drawn } from "../lib/post.js";
import { open } from "../lib/visit.js";
import { randomNumbers } from "../../../web/widgets/shared/random.js";

const figure = figureOf("attn-linear", "Matrices.");

const caption = (widget: Locator): Locator => widget.locator(".caption").first();

test("stands there before any click, with the numbers of double precision", async () => {
  const { page } = await open(figure("table"));
  const widget = await drawn(page);
  expect(await caption(widget).textContent()).toMatch(/rank 8, that of softmax 64/);
  await widget.locator("table").nth(2).waitFor();
  // All maps at once, over draws of which the first is in view; then the lengths.
  const maps = await cells(widget);
  expect(maps.map(([name, rank]) => [name, rank])).toEqual([
    ["softmax attention", "64"],
    ["elu + 1", "8"],
    ["relu", "8"],
    ["exp", "8"],
    ["two softmaxes", "8"],
    ["1 + cosine", "9"],
    ["averaging everything", "1"],
  ]);
  expect((await cells(widget, 1)).map((row) => [row[0], row[7]])).toContainEqual(["64", "64.00"]);
  const said = /spreads over ([\d.]+) keys, with softmax over ([\d.]+);/.exec(
    (await caption(widget).textContent()) ?? "",
  );
  const { normal } = randomNumbers(1);
  const [q, k]: [number[][], number[][]] = [[], []];
  for (let i = 0; i < 64; i++) {
    const pairs = Array.from({ length: 8 }, () => [1.5 * normal(), 1.5 * normal()] as const);
    q.push(pairs.map(([x]) => x));
    k.push(pairs.map(([, y]) => y));
  }
  const phi = (x: number): number => (x >= 0 ? x + 1 : Math.exp(x));
  const kernels = [
    (a: number, b: number) => (a * b) / Math.sqrt(8),
    (a: number, b: number) => phi(a) * phi(b),
  ] as const;
  kernels.forEach((kernel, index) => {
    let spread = 0;
    for (const query of q) {
      const sums = k.map((key) => key.reduce((sum, y, c) => sum + kernel(query[c] ?? 0, y), 0));
      const weights = index === 0 ? sums.map(Math.exp) : sums;
      const all = weights.reduce((x, y) => x + y);
      spread += Math.exp(-weights.reduce((sum, w) => sum + (w / all) * Math.log(w / all), 0)) / 64;
    }
    expect(Math.abs(Number(said?.[2 - index]) - spread)).toBeLessThan(0.06);
  });
});

test("is set by keyboard: another map, fewer channels, the future hidden", async () => {
  const { page } = await open(figure());
  const widget = await drawn(page);
  await widget.locator('input[value="elu"]').focus();
  await page.keyboard.press("ArrowLeft");
  await caption(widget)
    .filter({ hasText: "1 + cosine, 64 tokens, 8 channels: the matrix of linear attention has rank 9" })
    .waitFor();
  await widget.getByRole("slider", { name: /Channels/ }).focus();
  await page.keyboard.press("ArrowLeft");
  await caption(widget).filter({ hasText: "rank 5" }).waitFor();
  expect(await widget.getAttribute("d")).toBe("4");
  await widget.getByRole("button", { name: "Reset" }).click();
  await widget.getByLabel("Hide the future").check();
  await caption(widget).filter({ hasText: "rank 64" }).waitFor();
  const before = await caption(widget).textContent();
  await widget.getByRole("button", { name: /Roll the seed/ }).click();
  await widget.getByText("seed 2", { exact: true }).waitFor();
  await expect.poll(() => caption(widget).textContent()).not.toBe(before);
});

test("shows an entry in both matrices, by pointer, by touch and by keyboard", async () => {
  const { page } = await open(figure("", {}, { context: { hasTouch: true } }));
  const widget = await drawn(page);
  await widget.locator(".linked").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await widget.locator(".readout", { hasText: "Query 2, key 2: softmax gives it" }).waitFor();
  expect(await widget.locator(".cross").count()).toBe(2);
  await page.keyboard.press("Escape");
  await widget.locator(".readout", { hasText: "Tap or point at an entry" }).waitFor();
  const second = widget.locator("svg.matrix").nth(1);
  await second.hover({ position: { x: 2, y: 2 } });
  await widget.locator(".readout", { hasText: "Query 1, key 1:" }).waitFor();
  const box = await second.boundingBox();
  await second.tap({ position: { x: (box?.width ?? 0) - 2, y: 2 } });
  await widget.locator(".readout", { hasText: "Query 1, key 64:" }).waitFor();
});

test("keeps only near keys, which lifts the rank", async () => {
  const { page } = await open(figure());
  const widget = await drawn(page);
  const slider = widget.getByRole("slider", { name: /Keys kept on each side/ });
  expect(await slider.getAttribute("aria-valuetext")).toBe("all");
  await slider.focus();
  for (let press = 0; press < 5; press++) await page.keyboard.press("ArrowLeft");
  await caption(widget).filter({ hasText: "only 2 keys kept on each side" }).waitFor();
  expect(await widget.getAttribute("near")).toBe("2");
  const [, rank] = /linear attention has rank (\d+)/.exec((await caption(widget).textContent()) ?? "") ?? [];
  expect(Number(rank)).toBeGreaterThan(32);
});

test("measures all maps in a worker, or without one", async () => {
  const policy = policyWith("worker-src", "'none'");
  const { page } = await open(figure("", { policy }, { expectedProblems: [/worker-src/] }));
  const widget = await drawn(page);
  await widget.locator("circle.linear").first().waitFor();
  await widget.locator('input[value="exp"]').check();
  await widget.locator('tr[aria-current="true"]', { hasText: "exp" }).waitFor();
});

describe("fits the page", () => {
  for (const lang of ["en", "zh-CN"]) {
    test(`in ${lang}, light and dark, wide and narrow`, async () => {
      const { page } = await open(figure("table", { lang }, { context: { reducedMotion: "reduce" } }));
      const widget = await drawn(page);
      for (const map of ["elu", "relu"]) {
        await widget.evaluate((element, name) => element.setAttribute("map", name), map);
        await page.setViewportSize({ width: 1000, height: 900 });
        await page.emulateMedia({ colorScheme: "light" });
        expect(await accessibilityViolations(page)).toEqual([]);
        await page.emulateMedia({ colorScheme: "dark" });
        expect(await accessibilityViolations(page)).toEqual([]);
        await page.setViewportSize({ width: 320, height: 640 });
        expect(await overflowingElements(page)).toEqual([]);
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

  test("the single file needs nothing else", async () => {
    const { page, server } = await open(figure("", { script: "attn-linear.single.js" }));
    const widget = await drawn(page);
    expect(await caption(widget).textContent()).toContain("rank 8");
    expect(server.requests.filter((path) => path.startsWith("/attnlab/"))).toEqual(["/attnlab/attn-linear.single.js"]);
  });
});

test("taken away as code, as a link and as files", async () => {
  const { page } = await open(
    figure('d="16"', {}, { context: { permissions: ["clipboard-read", "clipboard-write"] } }),
  );
  const widget = await drawn(page);
  for (const [name, content] of [
    ["Copy embed code", '<attn-linear d="16">'],
    ["Copy as JavaScript", '{"featureMap":"elu"}'],
    ["Copy permalink", "#figure.state=map:elu;d:16;sigma:1.5"],
  ] as const) {
    await widget.getByRole("button", { name, exact: true }).click();
    await widget.getByText("Copied.").waitFor();
    expect(await clipboard(page)).toContain(content);
  }
  for (const kind of ["PNG", "SVG", "CSV"]) {
    expect(await savedName(page, widget, kind)).toBe(`linear-elu.${kind.toLowerCase()}`);
  }
});
