/**
 * Every view of every figure as a reader meets it, on a phone and in a wide window, in both languages: nothing is cut off or
 * sticks out, no letter is too small, and a table shows numbers beside its names. `open` adds: no complaint in the console
 * and no request that fails.
 */
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { overflowingElements } from "../lib/layout.js";
import { drawn, post } from "../lib/post.js";
import { open } from "../lib/visit.js";

/** Views, or patterns, by the attribute that chooses them; views that measure time have tests of their own. */
const figures = {
  "attn-benchmark": ["view", "exact", "crossover"],
  "attn-compare": ["view", "heads", "layers"],
  "attn-entropy": ["view", "transform", "solver", "failures", "sampling"],
  "attn-entropy-scale": ["view", "length", "tokens"],
  "attn-explorer": ["view", "weights", "steps"],
  "attn-linear": ["map", "elu", "cosine"],
  "attn-norms": ["view", "forward", "backward", "compare", "precision"],
  "attn-nystrom": ["view", "matrices", "steps", "error", "inverse", "leak"],
  "attn-performer": ["view", "matrices", "error", "norms", "estimators", "range"],
  "attn-sparse": ["pattern", "local", "bigbird"],
} as const;

/** Controls that stand above their picture on a phone: they choose which picture it is, and the question above it. */
const first = ["view"];
/** Rows that they may take there. */
const mostRows = 2;

/** Whether the first control comes after the first picture: below it on the screen, and when read and focused. */
const underPicture = (page: Page): Promise<{ readonly seen: boolean; readonly read: boolean; readonly name: string }> =>
  page.evaluate(`(() => {
    const root = document.querySelector("#figure").shadowRoot;
    const picture = root.querySelector(".stage :is(svg.plane, svg.steps-chart, .heat-map canvas), .groups table");
    const control = [...root.querySelectorAll("input, select, button")].find((one) => !${JSON.stringify(first)}.includes(one.name));
    return {
      seen: control.getBoundingClientRect().top >= picture.getBoundingClientRect().bottom,
      read: (picture.compareDocumentPosition(control) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0,
      name: control.name || control.textContent.trim(),
    };
  })()`);

/** Rows in which the names of the views stand. */
const rowsOfViews = (page: Page): Promise<number> =>
  page
    .locator('#figure .segments label:has([name="view"])')
    .evaluateAll((labels) => new Set(labels.map((label) => Math.round(label.getBoundingClientRect().top))).size);

/** Controls that a finger misses: less than 44 pixels high or wide. */
const small = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    const kinds = "button, select, summary, .switch, .segments label, label.head, label.token, label.file, input[type=range]";
    return [...document.querySelector("#figure").shadowRoot.querySelectorAll(kinds)].flatMap((control) => {
      const { width, height } = control.getBoundingClientRect();
      if (width === 0 || Math.min(width, height) > 43.5) return [];
      return [(control.name || control.textContent.trim()) + ": " + width.toFixed(1) + " x " + height.toFixed(1)];
    });
  })()`);

/** Letters of charts smaller than 12 pixels, those that leave their chart, and tables that show names only. */
const illegible = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    const root = document.querySelector("#figure").shadowRoot;
    const found = [];
    for (const text of root.querySelectorAll("svg text")) {
      const words = text.textContent.trim();
      const box = text.getBoundingClientRect();
      if (words === "" || box.width === 0) continue;
      const matrix = text.getScreenCTM();
      const size = parseFloat(getComputedStyle(text).fontSize) * Math.hypot(matrix.a, matrix.b);
      if (size < 11.9) found.push("«" + words + "» of " + size.toFixed(1) + " pixels");
      const chart = text.ownerSVGElement.getBoundingClientRect();
      if (box.left < chart.left - 1 || box.right > chart.right + 1) found.push("«" + words + "» leaves its chart");
    }
    for (const table of root.querySelectorAll(".table")) {
      const cell = table.querySelector("tbody td");
      if (cell !== null && cell.getBoundingClientRect().right > table.getBoundingClientRect().right + 1)
        found.push("no number in sight: " + table.getAttribute("aria-label"));
    }
    return found;
  })()`);

/** Waits until what was asked for is computed. */
async function settled(page: Page): Promise<void> {
  await page.waitForTimeout(150);
  await page.locator("#figure progress").waitFor({ state: "detached", timeout: 60_000 });
  await page.locator("#figure .caption", { hasText: /\d/ }).first().waitFor();
}

/** Looks at a view, as its attribute says. */
async function choose(page: Page, attribute: string, value: string): Promise<void> {
  await page.locator("#figure").evaluate(
    (element, [name, chosen]) => {
      element.setAttribute(name, chosen);
    },
    [attribute, value] as const,
  );
  await settled(page);
}

describe.each(Object.entries(figures))("<%s>", (tag, [attribute, ...choices]) => {
  test.each(["en", "zh"])(
    "can be read in every view, %s",
    async (lang) => {
      const figure = `<${tag} id="figure" table><p>A figure.</p></${tag}>`;
      const { page } = await open(
        post({ figure, script: `${tag}.js`, lang }, { context: { viewport: { width: 360, height: 800 } } }),
      );
      await drawn(page);
      for (const choice of choices) {
        await page.setViewportSize({ width: 360, height: 800 });
        await choose(page, attribute, choice);
        expect(await overflowingElements(page), choice).toEqual([]);
        expect(await illegible(page), `${choice}, on a phone`).toEqual([]);
        expect(await rowsOfViews(page), choice).toBeLessThanOrEqual(mostRows);
        await page.setViewportSize({ width: 1280, height: 800 });
        await settled(page);
        expect(await illegible(page), `${choice}, in a wide window`).toEqual([]);
      }
    },
    120_000,
  );

  test.each(["en", "zh"])(
    "has its controls under its picture where there is little room, %s",
    async (lang) => {
      const figure = `<${tag} id="figure"><p>A figure.</p></${tag}>`;
      const { page } = await open(
        post(
          { figure, script: `${tag}.js`, lang },
          { context: { viewport: { width: 320, height: 640 }, hasTouch: true } },
        ),
      );
      const widget = await drawn(page);
      for (const choice of choices) {
        await choose(page, attribute, choice);
        expect(await overflowingElements(page), choice).toEqual([]);
        expect(await small(page), choice).toEqual([]);
        expect(await underPicture(page), choice).toMatchObject({ seen: true, read: true });
      }
      // A narrow column of a wide window is no wider.
      await page.setViewportSize({ width: 1280, height: 800 });
      await widget.evaluate((element) => (element.style.width = "320px"));
      await settled(page);
      expect(await underPicture(page)).toMatchObject({ seen: true, read: true });
      // Where there is room, what is seen first is read first, too.
      await widget.evaluate((element) => (element.style.width = ""));
      await settled(page);
      const wide = await underPicture(page);
      expect(wide.read).toBe(wide.seen);
    },
    120_000,
  );
});
