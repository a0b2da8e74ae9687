/**
 * <attn-norms> in somebody's page: what a norm takes together at once, in numbers that double precision confirms; entries
 * dragged by pointer and by keyboard, gradients, failures; in both languages, narrow, in one file, taken away.
 */
import type { Locator } from "playwright-core";
import { describe, expect, inject, test } from "vitest";
import { copiedPrograms } from "../../../web/widgets/shared/take-away/testing.js";
import { accessibilityViolations } from "../lib/axe.js";
import { clipboard, numberIn } from "../lib/explorer.js";
import { caption, cells, figureOf, savedName } from "../lib/figure.js";
import { overflowingElements } from "../lib/layout.js";
import { STRICT_POLICY } from "../lib/policy.js";
import { drawn } from "../lib/post.js";
import { layerNorm } from "../lib/reference.js";
import { open } from "../lib/visit.js";

const programs = copiedPrograms(inject("packageFolder"));

const figure = figureOf("attn-norms", "Norms.");

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";

/** A number of the table, powers of ten included. */
const numberOf = (text: string): number =>
  numberIn(
    text.replace("×10", "e").replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/g, (sign) => "0123456789-"[superscripts.indexOf(sign)] ?? ""),
  );

/** Rows of the table: sample · token · channel, slice, x, y, gradient in, gradient out. */
const entries = async (widget: Locator): Promise<{ slice: number; x: number; y: number; dy: number; dx: number }[]> => {
  const rows = await widget
    .locator("table")
    .evaluate((table) =>
      [...table.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent.trim())),
    );
  return rows.map(([, ...cells]) => {
    const [slice = NaN, x = NaN, y = NaN, dy = NaN, dx = NaN] = cells.map(numberOf);
    return { slice, x, y, dy, dx };
  });
};

/** The entries of each slice. */
const slicesOf = <Entry extends { slice: number }>(rows: readonly Entry[]): Entry[][] =>
  [...new Set(rows.map(({ slice }) => slice))].map((slice) => rows.filter((row) => row.slice === slice));

const norms = { layer: 12, batch: 6, instance: 24, group: 8 };

describe("forward", () => {
  test("shows what layer norm takes together before any click, and needs no worker", async () => {
    const { page } = await open(figure());
    const widget = await drawn(page);
    expect(await caption(widget).textContent()).toMatch(/^Layer norm takes 6 entries together, with mean 0\.07/);
    expect(await caption(widget).textContent()).toContain("is 1.0 times as large now");
    expect(await widget.locator(".matrix").first().locator(".bar").count()).toBe(72);
    expect(await widget.locator(".matrix").first().locator(".together").count()).toBe(12);
    expect(page.workers().length).toBe(0);
  });

  for (const [norm, count] of Object.entries(norms)) {
    test(`agrees with double precision under ${norm} norm`, async () => {
      const { page } = await open(figure(`norm="${norm}" table`));
      const rows = await entries(await drawn(page));
      const slices = slicesOf(rows);
      expect(rows).toHaveLength(72);
      expect(slices).toHaveLength(count);
      for (const slice of slices) {
        const expected = layerNorm(slice.map(({ x }) => x));
        slice.forEach(({ y }, i) => expect(y).toBeCloseTo(expected[i] ?? NaN, 3));
      }
    });
  }

  test("an entry is dragged, and moves its own slice only", async () => {
    const { page } = await open(figure("table"));
    const widget = await drawn(page);
    const before = await entries(widget);
    const box = await widget.locator('[data-entry="14"]').first().boundingBox();
    if (box === null) throw new Error("The entry has no place.");
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + box.width / 8, y);
    await page.mouse.move(x + box.width / 4, y);
    await page.mouse.up();
    await page.mouse.move(x + box.width, y);
    await widget.locator('[name="channel"]').evaluate((select: HTMLSelectElement) => select.value);
    const after = await entries(widget);
    expect(after[14]?.x).toBeCloseTo((before[14]?.x ?? NaN) + 3, 1);
    after.forEach(({ y: value, slice }, i) => {
      if (slice === 3) expect(value).not.toBe(before[i]?.y);
      else expect(value).toBe(before[i]?.y);
    });
    expect(await widget.getAttribute("edits")).toMatch(/^14_/);
    expect([await widget.getAttribute("sample"), await widget.getAttribute("channel")]).toEqual(["1", "3"]);
  });

  test("by keyboard, too, and says so", async () => {
    const { page } = await open(figure());
    const widget = await drawn(page);
    await widget.locator('[name="channel"]').selectOption("2");
    const slider = widget.getByRole("slider", { name: /Chosen entry/ });
    await slider.focus();
    await page.keyboard.press("Home");
    await caption(widget).filter({ hasText: "−6.00 becomes −1." }).waitFor();
    expect(await slider.getAttribute("aria-valuetext")).toBe("−6.00");
    await widget.getByRole("status").filter({ hasText: "−6.00 becomes" }).waitFor({ state: "attached" });
    await widget.getByRole("radio", { name: "Layer norm" }).focus();
    await page.keyboard.press("ArrowRight");
    await caption(widget).filter({ hasText: "RMS norm takes 6" }).waitFor();
  });

  test("tells the page", async () => {
    const { page } = await open(
      figure(
        'norm="l2"',
        {},
        {
          before: (page) =>
            page.addInitScript(`addEventListener("norms-change", ({ detail }) => { globalThis.told = detail; })`),
        },
      ),
    );
    await drawn(page);
    const told = await page.evaluate<Record<string, number | string>>("globalThis.told");
    expect(told).toMatchObject({ view: "forward", norm: "l2", count: 6, subtracted: 0 });
    expect(Number(told.value) / Number(told.divisor)).toBeCloseTo(Number(told.output), 6);
    expect(Number(told.error)).toBeLessThan(1e-6);
  });
});

describe("backward", () => {
  test("one output's gradient stays in its slice, sums to nothing, and is across the output", async () => {
    const { page } = await open(figure('view="backward" norm="group" table'));
    const widget = await drawn(page);
    expect(await caption(widget).textContent()).toContain("goes on to 9 of 72 entries");
    const slices = slicesOf(await entries(widget));
    for (const slice of slices) {
      const comesIn = slice.some(({ dy }) => dy !== 0);
      expect(slice.some(({ dx }) => dx !== 0)).toBe(comesIn);
      expect(slice.reduce((sum, { dx }) => sum + dx, 0)).toBeCloseTo(0, 4);
      expect(slice.reduce((sum, { dx, y }) => sum + dx * y, 0)).toBeCloseTo(0, 3);
    }
  });

  test("what a norm takes away does not go on", async () => {
    const { page } = await open(figure('view="backward"'));
    const widget = await drawn(page);
    await widget.getByLabel("Gradient that comes in").selectOption({ label: "1 at every output" });
    await caption(widget).filter({ hasText: "goes on to 0 of 72" }).waitFor();
    await widget.getByRole("radio", { name: "RMS norm" }).check();
    await caption(widget).filter({ hasText: "goes on to 72 of 72" }).waitFor();
  });
});

describe("where norms break", () => {
  test("slices of one entry, small activations and stored statistics have a sentence", async () => {
    const { page } = await open(figure('norm="instance" tokens="1"'));
    const widget = await drawn(page);
    await caption(widget).filter({ hasText: "nothing is left but zeros" }).waitFor();
    await widget.evaluate((element) => Object.assign(element, { norm: "layer", size: -4 }));
    await caption(widget).filter({ hasText: "is small against ε" }).waitFor();
    await widget.evaluate((element) => Object.assign(element, { norm: "batch", size: 0, inference: true }));
    await caption(widget).filter({ hasText: "no entry depends on another" }).waitFor();
  });

  test("single precision opens where it matters, and the kernel bears what a textbook's program does not", async () => {
    const { page } = await open(figure("table"));
    const widget = await drawn(page);
    await widget.getByRole("radio", { name: "Single precision" }).check();
    await caption(widget).filter({ hasText: "Every entry has 10⁸ added" }).waitFor();
    expect(
      await widget.evaluate((element: HTMLElement & { size: number; offset: number }) => [
        element.size,
        element.offset,
      ]),
    ).toEqual([2, 8]);
    const outputs = async (): Promise<{ slice: number; x: number; by: number; y: number }[]> =>
      (await cells(widget)).map(([, slice, x, by, y]) => ({
        slice: numberOf(slice ?? ""),
        x: numberOf(x ?? ""),
        by: numberOf(by ?? ""),
        y: numberOf(y ?? ""),
      }));
    const expectKernel = async (): Promise<void> => {
      for (const slice of slicesOf(await outputs())) {
        const expected = layerNorm(slice.map(({ x }) => x));
        slice.forEach(({ y }, i) => expect(y).toBeCloseTo(expected[i] ?? NaN, 3));
      }
    };
    await expectKernel();
    await widget.getByRole("radio", { name: "times 10³⁰" }).check();
    await caption(widget).filter({ hasText: "What comes out is NaN" }).waitFor();
    await expectKernel();
    await widget.getByLabel("Variance in the textbook").selectOption({ label: "mean((x − mean)²)" });
    await caption(widget).filter({ hasText: "Every output is 0, and nothing tells you" }).waitFor();
    expect((await outputs()).every(({ by }) => by === 0)).toBe(true);
  });

  test("all six side by side lead to each of them", async () => {
    const { page } = await open(figure('view="compare"'));
    const widget = await drawn(page);
    expect(await widget.locator(".cards .matrix").count()).toBe(6);
    await widget.locator(".cards li").nth(3).getByRole("button").click();
    await caption(widget).filter({ hasText: "Batch norm takes 12 entries" }).waitFor();
  });

  test("without WebAssembly it says so, and the fallback stays", async () => {
    const { page } = await open(figure("", { policy: STRICT_POLICY.replace(" 'wasm-unsafe-eval'", "") }));
    const widget = page.locator("#figure");
    await widget.getByRole("alert").filter({ hasText: "could not be started" }).waitFor();
    expect(await widget.locator(".fallback").isVisible()).toBe(true);
  });
});

describe("fits the page", () => {
  for (const lang of ["en", "zh-CN"]) {
    test(`in ${lang}, every view, light and dark, wide and narrow`, async () => {
      const { page } = await open(figure("table", { lang }, { context: { reducedMotion: "reduce" } }));
      const widget = await drawn(page);
      for (const view of ["forward", "backward", "compare", "precision"]) {
        await widget.evaluate((element, name) => element.setAttribute("view", name), view);
        await widget.locator(`input[name="view"][value="${view}"]:checked`).waitFor();
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

describe("taken away", () => {
  const allowed = { context: { permissions: ["clipboard-read", "clipboard-write"] } };
  const copy = async (widget: Locator, name: string): Promise<void> => {
    await widget.getByRole("button", { name, exact: true }).click();
    await widget.getByText("Copied.").waitFor();
  };

  test("as code, as a link and as files, in every view", async () => {
    const { page } = await open(figure('norm="group" edits="3_-1.5"', {}, allowed));
    const widget = await drawn(page);
    await copy(widget, "Copy embed code");
    expect(await clipboard(page)).toContain('<attn-norms norm="group" edits="3_-1.5">');
    await copy(widget, "Copy permalink");
    expect(await clipboard(page)).toContain("#figure.state=view:forward;norm:group;");
    for (const view of ["forward", "backward", "compare", "precision"]) {
      await widget.evaluate((element, name) => element.setAttribute("view", name), view);
      for (const kind of ["PNG", "SVG", "CSV"]) {
        expect(await savedName(page, widget, kind)).toMatch(new RegExp(`^norms-${view}.*\\.${kind.toLowerCase()}$`));
      }
    }
  });

  test("the copied program prints what is shown", async () => {
    const { page } = await open(figure('view="backward" norm="batch" gradient="random" table', {}, allowed));
    const widget = await drawn(page);
    await copy(widget, "Copy as JavaScript");
    const printed = (await programs.words(await clipboard(page))).map((words) => words.slice(4).map(Number));
    const shown = await entries(widget);
    expect(printed).toHaveLength(72);
    printed.forEach(([x = NaN, y = NaN, dx = NaN], i) => {
      expect(x).toBeCloseTo(shown[i]?.x ?? NaN, 3);
      expect(y).toBeCloseTo(shown[i]?.y ?? NaN, 3);
      expect(dx).toBeCloseTo(shown[i]?.dx ?? NaN, 3);
    });
  });

  test("the single file needs nothing else", async () => {
    const { page, server } = await open(figure("", { script: "attn-norms.single.js" }));
    await drawn(page);
    expect(server.requests.filter((path) => path.startsWith("/attnlab/"))).toEqual(["/attnlab/attn-norms.single.js"]);
  });
});
