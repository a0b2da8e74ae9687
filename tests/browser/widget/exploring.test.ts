/**
 * Using <attn-explorer>: every number against double precision on the fixtures' queries and keys, and every control by
 * keyboard alone.
 */
import type { Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { eventually } from "../lib/eventually.js";
import { numberIn, shownEntropies, shownWeights, stateOf, tablesOf, type State } from "../lib/explorer.js";
import { expectedEntropies, expectedWeights, mean, scaleFactor, type ScaleName, type View } from "../lib/model.js";
import { drawn, figure, post } from "../lib/post.js";
import { largestDifference } from "../lib/reference.js";
import { open } from "../lib/visit.js";

/** Tables round to five and three decimals; half a unit of the last one, and the kernel's own rounding. */
const WEIGHT_TOLERANCE = 0.6e-5;
const ENTROPY_TOLERANCE = 0.6e-3;
const HEAD_SIZE = 32;

/** What the widget tells the page it stands in. */
type Numbers = Record<string, number | string>;

const attributesOf = ({ text, layer, head, scale, causal }: View): string =>
  `table ${text ? `text="${text}"` : ""} layer="${layer}" head="${head}" scale="${scale}" ${causal ? "causal" : ""}`;

/** The whole figure against the twin: the shown row, and every row's entropy under the chosen scale. */
async function expectView(widget: Locator, view: View): Promise<void> {
  const rows = expectedWeights(view);
  const { query } = await stateOf(widget);
  const entropies = expectedEntropies(view);
  await eventually(async () => {
    expect(largestDifference(await shownWeights(widget), rows[query - 1] ?? [])).toBeLessThan(WEIGHT_TOLERANCE);
    expect(largestDifference(await shownEntropies(widget, view.scale), entropies)).toBeLessThan(ENTROPY_TOLERANCE);
  });
}

describe("numbers", () => {
  const views: View[] = [
    { layer: 1, head: 1, scale: "sqrt" },
    { layer: 3, head: 10, scale: "none" },
    { layer: 6, head: 12, scale: "entropy" },
    { layer: 2, head: 5, scale: "sqrt", causal: true },
    { layer: 4, head: 8, scale: "entropy", causal: true },
    { text: "passage", layer: 3, head: 2, scale: "entropy" },
    { text: "passage", layer: 6, head: 11, scale: "none", causal: true },
  ];
  for (const view of views) {
    test(`agree with double precision: ${attributesOf(view).replaceAll('"', "")}`, async () => {
      const { page } = await open(post({ figure: figure(`${attributesOf(view)} query="9"`) }));
      await expectView(await drawn(page), view);
    });
  }

  test("in the caption are those of the tables", async () => {
    const view: View = { layer: 5, head: 4, scale: "entropy", causal: true };
    const { page } = await open(post({ figure: figure(attributesOf(view)) }));
    const widget = await drawn(page);
    const [chosen, usual] = [view, { ...view, scale: "sqrt" as const }].map((one) => mean(expectedEntropies(one)));
    const caption = (await widget.locator(".caption").textContent()) ?? "";
    expect(caption).toContain(`entropy is ${chosen?.toFixed(2)} nats`);
    expect(caption).toContain(`With 1/√d it would be ${usual?.toFixed(2)} nats`);
  });

  test("in the formula of one entry are q·k, the scale and the weight", async () => {
    const view: View = { layer: 2, head: 3, scale: "sqrt" };
    const { page } = await open(post({ figure: figure(`${attributesOf(view)} query="4" key="6"`) }));
    const widget = await drawn(page);
    const weight = expectedWeights(view)[3]?.[5] ?? NaN;
    const { row } = await tablesOf(widget);
    const [product, logit] = [numberIn(row[5]?.[1]), numberIn(row[5]?.[2])];
    expect(logit).toBeCloseTo(product * scaleFactor("sqrt", HEAD_SIZE, 31), 2);
    const shown = (await widget.locator(".inspector mn.result").textContent()) ?? "";
    if (weight >= 0.0005) expect(numberIn(shown)).toBeCloseTo(weight, 2);
    else expect(shown).toBe("<0.1%");
  });

  test("are announced to the page", async () => {
    const view: View = { layer: 1, head: 6, scale: "entropy" };
    const { page } = await open(post({ figure: figure(attributesOf(view)) }));
    const widget = await drawn(page);
    const detail = widget.evaluate(
      (element) =>
        new Promise<Numbers>((resolve) => {
          document.addEventListener("attn-change", (event) => resolve((event as CustomEvent<Numbers>).detail), {
            once: true,
          });
          element.setAttribute("query", "12");
        }),
    );
    const { rowEntropy, meanEntropy, scaleValue, query, variant } = await detail;
    const entropies = expectedEntropies(view);
    expect(query).toBe(12);
    expect(variant).toBe("relaxed");
    expect(scaleValue).toBeCloseTo(scaleFactor("entropy", HEAD_SIZE, 31), 6);
    expect(rowEntropy).toBeCloseTo(entropies[11] ?? NaN, 5);
    expect(meanEntropy).toBeCloseTo(mean(entropies), 5);
  });
});

describe("by keyboard", () => {
  const focused = (page: Page): Promise<string> =>
    page.evaluate(`(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      if (!element || element === document.body) return "";
      globalThis.focusNumbers ??= new WeakMap();
      globalThis.focusCount ??= 0;
      if (!focusNumbers.has(element)) focusNumbers.set(element, ++globalThis.focusCount);
      element.dataset.focusNumber = focusNumbers.get(element);
      return element.dataset.focusNumber;
    })()`);

  test("every control is reached by Tab, and back again", async () => {
    const { page } = await open(post({ figure: figure("table") }));
    const widget = await drawn(page);
    await widget.locator("summary").click();
    await page.locator("h1").click();
    const visited = new Set<string>();
    for (let presses = 0; presses < 80; ++presses) {
      await page.keyboard.press("Tab");
      const now = await focused(page);
      if (now === "" || visited.has(now)) break;
      visited.add(now);
    }
    const missed = await widget.evaluate((element) => {
      const controls = [
        ...(element.shadowRoot ?? element).querySelectorAll<HTMLElement>(
          "button, select, input, summary, textarea, a[href], [tabindex='0']",
        ),
      ];
      const groups = new Map<string, boolean>();
      const names: string[] = [];
      for (const control of controls) {
        const reached = control.dataset.focusNumber !== undefined;
        if ((control as HTMLButtonElement).disabled) continue;
        if (control instanceof HTMLInputElement && control.type === "radio") {
          groups.set(control.name, (groups.get(control.name) ?? false) || reached);
        } else if (!reached) names.push(control.outerHTML.slice(0, 80));
      }
      return [...names, ...[...groups].filter(([, reached]) => !reached).map(([name]) => `group ${name}`)];
    });
    expect(missed).toEqual([]);
    expect(visited.size).toBeGreaterThan(12);
    const before = await focused(page);
    await page.keyboard.press("Shift+Tab");
    expect(await focused(page)).not.toBe(before);
  });

  /** Focuses the control of a radio group that Tab would reach: the checked one. */
  const focusGroup = (widget: Locator, name: string): Promise<void> =>
    widget.locator(`input[type="radio"][name="${name}"]:checked`).focus();

  test("arrow keys on a token show the row of its neighbor", async () => {
    const view: View = { layer: 3, head: 10, scale: "sqrt" };
    const { page } = await open(post({ figure: figure(`${attributesOf(view)} query="7"`) }));
    const widget = await drawn(page);
    await focusGroup(widget, "query");
    for (const [key, query] of [
      ["ArrowRight", 8],
      ["ArrowRight", 9],
      ["ArrowLeft", 8],
    ] as const) {
      await page.keyboard.press(key);
      await eventually(async () => expect((await stateOf(widget)).query).toBe(query));
      await expectView(widget, view);
    }
  });

  test("arrow keys move over the map", async () => {
    const { page } = await open(post({ figure: figure('table query="5" key="5"') }));
    const widget = await drawn(page);
    await widget.locator("figure [tabindex='0']").focus();
    for (const key of ["ArrowDown", "ArrowRight", "ArrowRight", "Home", "End"]) await page.keyboard.press(key);
    await eventually(async () => expect(await stateOf(widget)).toMatchObject({ query: 6, key: 31 }));
    for (let i = 0; i < 3; ++i) await page.keyboard.press("Shift+ArrowUp");
    await eventually(async () => expect(await stateOf(widget)).toMatchObject({ query: 1, key: 31 }));
  });

  test("the scale is switched, and the entropies change as they should", async () => {
    const view = { layer: 3, head: 10 };
    const { page } = await open(post({ figure: figure('table layer="3" head="10" scale="none"') }));
    const widget = await drawn(page);
    await focusGroup(widget, "scale");
    const means: number[] = [];
    for (const scale of ["none", "sqrt", "entropy"] satisfies ScaleName[]) {
      await eventually(async () => expect((await stateOf(widget)).scale).toBe(scale));
      await expectView(widget, { ...view, scale });
      means.push(mean(await shownEntropies(widget, scale)));
      await page.keyboard.press("ArrowRight");
    }
    // On 31 tokens, fewer than the 512 that the entropy-invariant scale is anchored at, it is the softest of the three.
    expect(means).toEqual([...means].sort((a, b) => a - b));
  });

  test("causality, layer, head and reset", async () => {
    const { page } = await open(post({ figure: figure("table") }));
    const widget = await drawn(page);
    const first = await stateOf(widget);
    await widget.getByLabel("Look back only").focus();
    await page.keyboard.press("Space");
    await expectView(widget, { ...first, causal: true });

    const select = widget.locator("label", { hasText: "Layer" }).locator("select");
    await select.focus();
    await page.keyboard.press("Home");
    await eventually(async () => expect((await stateOf(widget)).layer).toBe(1));
    await expectView(widget, { ...first, layer: 1, causal: true });

    await focusGroup(widget, "head");
    await page.keyboard.press("ArrowLeft");
    await eventually(async () => expect((await stateOf(widget)).head).toBe(first.head - 1));
    await expectView(widget, { ...first, layer: 1, head: first.head - 1, causal: true });

    await widget.getByRole("button", { name: "Reset" }).focus();
    await page.keyboard.press("Enter");
    await eventually(async () => expect(await stateOf(widget)).toEqual(first));
    await expectView(widget, first);
  });
});

describe("by pointer", () => {
  test("a token under the pointer shows its row, and gives way again", async () => {
    const view: View = { layer: 3, head: 10, scale: "sqrt" };
    const { page } = await open(post({ figure: figure(`${attributesOf(view)} query="3"`) }));
    const widget = await drawn(page);
    const rows = expectedWeights(view);
    const shows = (query: number): Promise<void> =>
      eventually(async () =>
        expect(largestDifference(await shownWeights(widget), rows[query - 1] ?? [])).toBeLessThan(WEIGHT_TOLERANCE),
      );
    await widget.locator(".tokens .token").nth(11).hover();
    await shows(12);
    expect((await stateOf(widget)).query).toBe(3);
    await page.locator("h1").hover();
    await shows(3);
    await widget.locator(".tokens .token").nth(19).click();
    await eventually(async () => expect((await stateOf(widget)).query).toBe(20));
    await shows(20);
  });

  test("an entry of the map is chosen by a click", async () => {
    const { page } = await open(post({ figure: figure("table") }));
    const widget = await drawn(page);
    const map = widget.locator("figure canvas");
    const box = await map.boundingBox();
    if (!box) throw new Error("the map is not visible");
    await map.click({ position: { x: box.width - 3, y: box.height - 4 } });
    await eventually(async () =>
      expect(await stateOf(widget)).toMatchObject({ query: 31, key: 31 } satisfies Partial<State>),
    );
  });

  test("the entropy chart chooses a row", async () => {
    const { page } = await open(post({ figure: figure("table") }));
    const widget = await drawn(page);
    const chart = widget.locator("svg.line-chart");
    const box = await chart.boundingBox();
    if (!box) throw new Error("the chart is not visible");
    await chart.click({ position: { x: box.width - 4, y: box.height / 2 } });
    await eventually(async () => expect((await stateOf(widget)).query).toBe(31));
  });
});

describe("what did not change is not drawn anew", () => {
  test("the map, by what stands beside it", async () => {
    const before = (page: Page): Promise<unknown> =>
      page.addInitScript(`
        globalThis.drawings = 0;
        const { clearRect } = CanvasRenderingContext2D.prototype;
        CanvasRenderingContext2D.prototype.clearRect = function (...box) {
          globalThis.drawings++;
          clearRect.apply(this, box);
        };`);
    const { page } = await open(post({}, { before }));
    const widget = await drawn(page);
    await widget.locator(".machine", { hasText: "GFLOP" }).waitFor();
    const drawings = await page.evaluate<number>("drawings");
    await widget.getByText("Data tables").click();
    await widget.locator("table").first().waitFor();
    expect(await page.evaluate<number>("drawings")).toBe(drawings);
    await widget.locator(".head").nth(2).click();
    await eventually(async () => expect(await page.evaluate<number>("drawings")).toBe(drawings + 1));
  });

  test("tokens that had no weight to speak of, and have none under another head", async () => {
    const { page } = await open(post({ figure: figure('text="passage"') }));
    const widget = await drawn(page);
    const shares = (): Promise<string[]> =>
      widget
        .locator("label.token")
        .evaluateAll((tokens) => tokens.map((token) => token.style.getPropertyValue("--share")));
    await widget.locator(".tokens").evaluate((tokens) => {
      const touched = new Set<Node>();
      new MutationObserver((changes) => changes.forEach(({ target }) => touched.add(target))).observe(tokens, {
        attributeFilter: ["style"],
        subtree: true,
      });
      Reflect.set(globalThis, "touched", touched);
    });
    const first = await shares();
    await widget.locator(".head").nth(2).click();
    await eventually(async () => expect(await shares()).not.toEqual(first));
    const other = await shares();
    expect(other.length).toBe(236);
    expect(await page.evaluate<number>("touched.size")).toBe(other.filter((share, i) => share !== first[i]).length);
    expect(other.filter((share, i) => share !== first[i]).length).toBeLessThan(118);
  });
});

describe("heavy work", () => {
  test("a measurement runs beside the page and can be cancelled", async () => {
    const { page } = await open(post());
    const widget = await drawn(page);
    const button = widget.getByRole("button", { name: /^Measure 8 heads/ });
    await button.click();
    await widget.getByRole("button", { name: "Cancel" }).click();
    await button.waitFor();
    await button.click();
    await widget
      .locator(".machine", { hasText: /8 heads × 1024 tokens × 64, in [\d.]+ (ms|s): [\d.]+ GFLOP/ })
      .waitFor();
  });
});
