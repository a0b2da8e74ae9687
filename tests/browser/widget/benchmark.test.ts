/**
 * <attn-benchmark> in somebody's page: the stored figures at once, the reader's machine by itself at the smallest size and
 * on request at the others, in a worker or without one; cancelled, in both languages, narrow, in one file, taken away.
 */
import type { Locator, Page } from "playwright-core";
import { describe, expect, test, vi } from "vitest";
import { accessibilityViolations } from "../lib/axe.js";
import { clipboard } from "../lib/explorer.js";
import { caption, savedName } from "../lib/figure.js";
import { overflowingElements } from "../lib/layout.js";
import { policyWith, STRICT_POLICY } from "../lib/policy.js";
import { post, type Post } from "../lib/post.js";
import { open, type OpenOptions } from "../lib/visit.js";

const benchmark = (attributes = "", more: Post = {}, options: Partial<OpenOptions> = {}): OpenOptions =>
  post(
    {
      figure: `<attn-benchmark id="figure" ${attributes}><p class="fallback">A benchmark.</p></attn-benchmark>`,
      script: "attn-benchmark.js",
      ...more,
    },
    options,
  );

/** Cells of the two tables: the reader's machine and the stored run. */
async function tablesOf(widget: Locator): Promise<string[][][]> {
  return widget
    .locator("table")
    .evaluateAll((tables) =>
      tables.map((table) =>
        [...table.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent.trim())),
      ),
    );
}

const measured = (widget: Locator): Promise<void> =>
  caption(widget).filter({ hasText: "Your machine needs" }).waitFor();
const run = (widget: Locator): Locator => widget.getByRole("button", { name: /^Run/ });

describe("before any click", () => {
  test("the stored run stands there, and the machine is measured at the smallest size", async () => {
    const { page } = await open(benchmark());
    const widget = page.locator("#figure");
    await caption(widget).filter({ hasText: "8 heads × 256 tokens × 64" }).waitFor();
    const [, stored = []] = await tablesOf(widget);
    expect(stored.map(([who]) => who).join()).toMatch(/attnlab.*onnxruntime-web|onnxruntime-web.*attnlab/);
    await measured(widget);
    const [here = []] = await tablesOf(widget);
    expect(here.map(([who]) => who)).toEqual(["attnlab, relaxed SIMD", "Loops in JavaScript", "Ceiling of one core"]);
    for (const [, time, rate] of here.slice(0, 2)) {
      expect(time).toMatch(/^[\d.]+ (ms|µs|s)$/);
      expect(Number(rate)).toBeGreaterThan(0);
    }
    expect(await caption(widget).textContent()).toMatch(
      /Medians of 9 warm samples.*within [\d.×⁻¹²³⁴⁵⁶⁷⁸⁹⁰]+ of double/,
    );
    expect(page.workers().length).toBe(1);
  });

  test("a larger size waits for the button, which gives way to a progress bar", async () => {
    const { page } = await open(benchmark('size="1024-causal"'));
    const widget = page.locator("#figure");
    await run(widget).click();
    await widget.locator("progress").waitFor();
    await measured(widget);
    expect(await caption(widget).textContent()).toContain("8 heads × 1024 tokens × 64, causal");
    expect(await run(widget).textContent()).toContain("Run again");
  });

  test.each([
    ["view", "crossover"],
    ["size", "2048"],
  ])("%s=%s, chosen before the measurement has begun, is not measured in its place", async (name, value) => {
    // Time stands still until the choice is made.
    const before = async (page: Page): Promise<void> => {
      await page.clock.install({ time: 0 });
      await page.clock.pauseAt(1000);
    };
    const { page } = await open(benchmark("", {}, { before }));
    const widget = page.locator("#figure");
    await expect.poll(() => run(widget).isEnabled()).toBe(true);
    await widget.evaluate((element, [attribute, chosen]) => element.setAttribute(attribute, chosen), [
      name,
      value,
    ] as const);
    await page.clock.runFor(5000);
    expect(await run(widget).count()).toBe(1);
    expect(await widget.locator("progress").count()).toBe(0);
  });
});

test("cancelling leaves the figure as it was", async () => {
  const { page } = await open(benchmark('size="2048"'));
  const widget = page.locator("#figure");
  await run(widget).click();
  await widget.getByRole("button", { name: "Cancel" }).click();
  await run(widget).waitFor();
  expect(await widget.locator("table").first().textContent()).toContain("Not measured yet");
  expect(await widget.getByRole("alert").count()).toBe(0);
});

describe("against attention of linear cost", () => {
  const measuredHere = (widget: Locator): Promise<void> =>
    caption(widget).filter({ hasText: "On your machine" }).waitFor({ timeout: 100_000 });

  test(
    "the machine is measured on request, in a worker, and told in a chart and a table",
    { timeout: 150_000 },
    async () => {
      const { page } = await open(
        benchmark(
          'view="crossover"',
          {},
          {
            before: (page) =>
              page.addInitScript(`addEventListener("crossover-change", ({ detail }) => { globalThis.told = detail; })`),
            // Colors that fade would be judged half-way.
            context: { reducedMotion: "reduce" },
          },
        ),
      );
      const widget = page.locator("#figure");
      await caption(widget).filter({ hasText: "not been measured yet" }).waitFor();
      const before = await widget.locator("svg.plane").count();
      await run(widget).click();
      await widget.locator("progress").waitFor();
      await measuredHere(widget);
      expect(page.workers().length).toBe(1);
      expect(await widget.locator("svg.plane").count()).toBe(before + 1);
      // A line for each method and its name at the end, a line at 1 with its own.
      const chart = widget.locator("svg.plane").last();
      expect(await chart.locator("path.method").count()).toBe(7);
      expect(await chart.locator("text.method").allTextContents()).toContain("Nyströmformer");
      expect(await chart.locator("line.method.exact").count()).toBe(1);
      const [rows = []] = await tablesOf(widget);
      expect(rows).toHaveLength(7);
      for (const row of rows) expect(row.at(-1)).toMatch(/^[<>]? ?[\d,]+ \(\d+\.\d\d\)$/);
      expect(await caption(widget).textContent()).toMatch(
        /every result is within [\d.×⁻¹²³⁴⁵⁶⁷⁸⁹⁰]+ of double precision/,
      );
      const told = await page.evaluate<{ largestError: number; crossovers: object }>("globalThis.told");
      expect(told.largestError).toBeLessThan(1e-4);
      expect(Object.keys(told.crossovers)).toHaveLength(7);
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.setViewportSize({ width: 320, height: 640 });
      expect(await overflowingElements(page)).toEqual([]);
      for (const kind of ["PNG", "SVG", "CSV"]) {
        expect(await savedName(page, widget, kind)).toBe(`attention-crossover.${kind.toLowerCase()}`);
      }
    },
  );

  test("names its lines beyond the grid, which strikes none of them out", async () => {
    const { page } = await open(benchmark('view="crossover"'));
    const chart = page.locator("svg.crossover").first();
    await chart.locator("text.method").first().waitFor();
    const rightmost = await chart
      .locator(".grid")
      .evaluateAll((lines) => Math.max(...lines.map((line) => Number(line.getAttribute("x2")))));
    const leftmost = await chart
      .locator("text.method")
      .evaluateAll((texts) => Math.min(...texts.map((text) => Number(text.getAttribute("x")))));
    expect(rightmost).toBeLessThan(leftmost);
  });

  test("is cancelled, and the other view comes back by the keyboard", async () => {
    const { page } = await open(benchmark('view="crossover"', { lang: "zh-CN" }));
    const widget = page.locator("#figure");
    expect(await widget.locator(".title").textContent()).toMatch(/线性复杂度/);
    await widget.getByRole("button", { name: "在我的机器上运行" }).click();
    await widget.getByRole("button", { name: "取消" }).click();
    await widget.getByRole("button", { name: "在我的机器上运行" }).waitFor();
    expect(await widget.getByRole("alert").count()).toBe(0);
    await widget.getByRole("radio", { name: "与线性复杂度相比" }).focus();
    await page.keyboard.press("ArrowLeft");
    await widget.locator(".groups").waitFor();
    expect(await widget.locator("svg.plane").count()).toBe(0);
  });
});

test("tells the page what it measured", async () => {
  const { page } = await open(
    benchmark(
      "",
      {},
      {
        before: (page) =>
          page.addInitScript(`addEventListener("benchmark-change", ({ detail }) => { globalThis.told = detail; })`),
      },
    ),
  );
  const told = await vi.waitFor(
    async () => {
      const detail = await page.evaluate<Record<string, unknown> | undefined>("globalThis.told");
      if (detail === undefined) throw new Error("Nothing was told yet.");
      return detail;
    },
    { timeout: 20_000 },
  );
  expect(told).toMatchObject({ size: "256", variant: "relaxed", samples: 9 });
  for (const key of ["milliseconds", "gflops", "share", "loopMilliseconds"]) expect(told[key]).toBeGreaterThan(0);
  expect(told.largestError).toBeLessThan(2e-5);
});

test("on a phone the button to run stays where it is while the machine is measured", async () => {
  const { page } = await open(benchmark("", {}, { context: { viewport: { width: 360, height: 640 } } }));
  const widget = page.locator("#figure");
  const place = (): Promise<number> => widget.locator(".run").evaluate((run) => run.getBoundingClientRect().top);
  await widget.locator(".instead").waitFor();
  await widget.getByRole("rowheader", { name: "attnlab, relaxed SIMD" }).waitFor();
  const before = await place();
  await measured(widget);
  expect(Math.abs((await place()) - before)).toBeLessThan(2);
});

describe("fits the page", () => {
  for (const lang of ["en", "zh-CN"]) {
    test(`in ${lang}, light and dark, wide and narrow`, async () => {
      const { page } = await open(benchmark("", { lang }, { context: { reducedMotion: "reduce" } }));
      const widget = page.locator("#figure");
      await widget.locator("tr.ceiling").nth(1).waitFor();
      expect(await widget.locator(".title").textContent()).toMatch(lang === "en" ? /How fast/ : /有多快/);
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.setViewportSize({ width: 320, height: 640 });
      expect(await overflowingElements(page)).toEqual([]);
    });
  }
});

describe("where something is missing", () => {
  test("without workers the page measures", async () => {
    const { page } = await open(
      benchmark("", { policy: policyWith("worker-src", "'none'") }, { expectedProblems: [/worker-src/] }),
    );
    await measured(page.locator("#figure"));
  });

  test("without WebAssembly it says so, and the fallback and the stored run stay", async () => {
    const { page } = await open(benchmark("", { policy: STRICT_POLICY.replace(" 'wasm-unsafe-eval'", "") }));
    const widget = page.locator("#figure");
    await widget.getByRole("alert").filter({ hasText: "could not be started" }).waitFor();
    expect(await widget.locator(".fallback").isVisible()).toBe(true);
    expect((await tablesOf(widget))[1]?.length).toBeGreaterThan(3);
  });

  test("the single file needs nothing else", async () => {
    const { page, server } = await open(benchmark("", { script: "attn-benchmark.single.js" }));
    const widget = page.locator("#figure");
    await measured(widget);
    expect((await tablesOf(widget))[0]?.[0]?.[0]).toBe("attnlab, plain SIMD");
    expect(server.requests.filter((path) => path.startsWith("/attnlab/"))).toEqual([
      "/attnlab/attn-benchmark.single.js",
    ]);
  });
});

describe("taken away", () => {
  test("as code, as a link and as files", async () => {
    const { page } = await open(
      benchmark('size="1024"', {}, { context: { permissions: ["clipboard-read", "clipboard-write"] } }),
    );
    const widget = page.locator("#figure");
    for (const [name, content] of [
      ["Copy embed code", '<attn-benchmark size="1024">'],
      ["Copy as JavaScript", "const [heads, n, d] = [8, 1024, 64];"],
      ["Copy permalink", "#figure.state=size:1024"],
    ] as const) {
      await widget.getByRole("button", { name, exact: true }).click();
      await widget.getByText("Copied.").waitFor();
      expect(await clipboard(page)).toContain(content);
    }
    for (const kind of ["PNG", "SVG", "CSV"]) {
      expect(await savedName(page, widget, kind)).toBe(`attention-benchmark-1024.${kind.toLowerCase()}`);
    }
  });

  test("by its permalink it opens at the same size", async () => {
    const { page } = await open(benchmark("", {}, { path: "/#figure.state=size:2048" }));
    await caption(page.locator("#figure")).filter({ hasText: "2048 tokens" }).waitFor();
  });
});
