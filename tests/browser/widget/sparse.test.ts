/**
 * <attn-sparse> in somebody's page: the pattern at once, its numbers against counts made here, by keyboard, timed on request,
 * in both languages, narrow, in one file, taken away.
 */
import type { Locator } from "playwright-core";
import { describe, expect, test } from "vitest";
import { accessibilityViolations } from "../lib/axe.js";
import { clipboard, numberIn } from "../lib/explorer.js";
import { cells, figureOf, savedName } from "../lib/figure.js";
import { overflowingElements } from "../lib/layout.js";
import { policyWith, STRICT_POLICY } from "../lib/policy.js";
import { drawn } from "../lib/post.js";
import { open } from "../lib/visit.js";

const figure = figureOf("attn-sparse", "Patterns.");

const caption = (widget: Locator): Locator => widget.locator(".caption").first();

/** Share of the entries of 64 tokens that steps from this list reach within so many layers, by search. */
function reachedBy(step: (distance: number) => boolean, layers: number): number {
  let count = 0;
  for (let start = 0; start < 64; start++) {
    let found = new Set([start]);
    for (let layer = 0; layer < layers; layer++) {
      const next = new Set(found);
      for (const via of found) for (let j = 0; j < 64; j++) if (step(Math.abs(via - j))) next.add(j);
      found = next;
    }
    count += found.size;
  }
  return count / 4096;
}

test("stands there before any click, with the numbers that a search finds", async () => {
  const { page } = await open(figure("table"));
  const widget = await drawn(page);
  expect(await caption(widget).textContent()).toMatch(/1352 of 4096 entries kept.*After 2 layers every token/);
  const steps = [(r: number) => r <= 8, (r: number) => r % 8 === 0, (r: number) => r <= 8 || r % 8 === 0] as const;
  const shown = await cells(widget);
  for (const layers of [1, 2, 5, 8]) {
    steps.forEach((step, pattern) =>
      expect(numberIn(shown[layers - 1]?.[pattern + 1])).toBeCloseTo(reachedBy(step, layers), 3),
    );
  }
  expect((await cells(widget, 1))[4]?.slice(0, 3)).toEqual(["1024", "1,048,576", "17,336"]);
});

test("is set by keyboard: a pattern that never reaches everything, until one token is global", async () => {
  const { page } = await open(figure());
  const widget = await drawn(page);
  await widget.locator('input[value="sparse"]').focus();
  await page.keyboard.press("ArrowLeft");
  await caption(widget).filter({ hasText: "it stays at 13%" }).waitFor();
  await widget.getByRole("slider", { name: /Global tokens/ }).focus();
  await page.keyboard.press("ArrowRight");
  await caption(widget).filter({ hasText: "After 2 layers every token" }).waitFor();
  expect(await widget.getAttribute("globals")).toBe("1");
  await widget.getByLabel("Hide the future").check();
  await caption(widget).filter({ hasText: "More layers do not help" }).waitFor();
  await widget.getByRole("button", { name: "Reset" }).click();
  await caption(widget).filter({ hasText: "1352" }).waitFor();
});

test("draws other blocks with another seed", async () => {
  const { page } = await open(figure('pattern="bigbird"'));
  const widget = await drawn(page);
  const kept = (): Promise<string> => widget.locator("svg.kept").innerHTML();
  const before = await kept();
  await widget.getByRole("button", { name: /Roll the seed/ }).click();
  await widget.getByText("seed 2", { exact: true }).waitFor();
  expect(await kept()).not.toBe(before);
});

test("says how a query hears of a key, by keyboard and by pointer, and lets the layers be dragged", async () => {
  const { page } = await open(figure('pattern="local" window="8"'));
  const widget = await drawn(page);
  await widget.locator(".linked").focus();
  for (let press = 0; press < 9; press++) await page.keyboard.press("ArrowRight");
  await widget
    .locator(".readout", {
      hasText:
        /^Query 1 hears of key 10 in layer 2, through token [2-9], which looks at it\. Query 1 looks at 9 keys; after 2 layers it has heard of 17 of 64\.$/,
    })
    .waitFor();
  expect(await widget.locator(".cross").count()).toBe(2);
  await widget.locator("svg.kept").hover({ position: { x: 1, y: 1 } });
  await widget.locator(".readout", { hasText: "Query 1 looks at key 1 itself." }).waitFor();
  const chart = widget.locator("svg.reach");
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  if (box === null) throw new Error("The chart is not on the page.");
  const middle = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width / 3, middle);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 1, middle, { steps: 4 });
  await page.mouse.up();
  await caption(widget).filter({ hasText: "After 16 layers every token" }).waitFor();
  expect(await widget.getAttribute("layers")).toBe("16");
});

describe("times on request", () => {
  for (const worker of [true, false]) {
    test(worker ? "in a worker" : "and without one", async () => {
      const policy = worker ? STRICT_POLICY : policyWith("worker-src", "'none'");
      const { page } = await open(
        figure('pattern="local"', { policy }, { expectedProblems: worker ? [] : [/worker-src/] }),
      );
      const widget = await drawn(page);
      expect(await widget.locator("svg.speed").count()).toBe(0);
      await widget.getByRole("button", { name: "Time it here" }).click();
      await widget.locator("svg.speed").waitFor();
      const rows = await cells(widget);
      expect(rows.map(([n, , kept]) => [n, kept])).toEqual([
        ["256", "4280"],
        ["512", "8632"],
        ["1024", "17,336"],
        ["2048", "34,744"],
      ]);
      // Another pattern has other times.
      await widget.locator('input[value="atrous"]').check();
      await widget.locator("svg.speed").waitFor({ state: "detached" });
    });
  }
});

describe("fits the page", () => {
  for (const lang of ["en", "zh-CN"]) {
    test(`in ${lang}, light and dark, wide and narrow`, async () => {
      const { page } = await open(figure("table", { lang }, { context: { reducedMotion: "reduce" } }));
      const widget = await drawn(page);
      await widget.locator("button.time").click();
      await widget.locator("svg.speed").waitFor();
      for (const pattern of ["sparse", "bigbird"]) {
        await widget.evaluate((element, name) => element.setAttribute("pattern", name), pattern);
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
    const { page, server } = await open(figure("", { script: "attn-sparse.single.js" }));
    const widget = await drawn(page);
    expect(await caption(widget).textContent()).toContain("1352");
    expect(server.requests.filter((path) => path.startsWith("/attnlab/"))).toEqual(["/attnlab/attn-sparse.single.js"]);
  });
});

test("taken away as code, as a link and as files", async () => {
  const { page } = await open(
    figure('layers="3"', {}, { context: { permissions: ["clipboard-read", "clipboard-write"] } }),
  );
  const widget = await drawn(page);
  for (const [name, content] of [
    ["Copy embed code", '<attn-sparse layers="3">'],
    ["Copy as JavaScript", '{"pattern":"sparse","window":8,"dilation":8}'],
    ["Copy permalink", "#figure.state=pattern:sparse;window:8;dilation:8"],
  ] as const) {
    await widget.getByRole("button", { name, exact: true }).click();
    await widget.getByText("Copied.").waitFor();
    expect(await clipboard(page)).toContain(content);
  }
  for (const kind of ["PNG", "SVG", "CSV"]) {
    expect(await savedName(page, widget, kind)).toBe(`sparse-sparse.${kind.toLowerCase()}`);
  }
});
