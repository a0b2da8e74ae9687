/**
 * The other two views of <attn-explorer>: the online softmax of a row, step by step, and time against n.
 */
import { describe, expect, test } from "vitest";
import { accessibilityViolations } from "../lib/axe.js";
import { eventually } from "../lib/eventually.js";
import { numberIn, stateOf, tablesOf } from "../lib/explorer.js";
import { overflowingElements } from "../lib/layout.js";
import { expectedWeights } from "../lib/model.js";
import { drawn, figure, post } from "../lib/post.js";
import { open } from "../lib/visit.js";

const QUERY = 17;
const HEAD = { layer: 5, head: 9, scale: "sqrt", causal: false } as const;
const STEPS = `view="steps" table layer="${HEAD.layer}" head="${HEAD.head}" query="${QUERY}" step="0"`;

const isLater = (path: string): boolean => path.includes("/later-");

describe("what the first view does without", () => {
  test("is fetched when a view asks for it, and not before", async () => {
    const { page, server } = await open(post());
    const widget = await drawn(page);
    await page.waitForTimeout(1000);
    expect(server.requests.filter(isLater)).toEqual([]);
    await widget.getByRole("radio", { name: "online softmax, step by step" }).check();
    await widget.locator(".steps-chart").waitFor();
    expect(server.requests.filter(isLater)).toHaveLength(1);
  });

  test("says so when it does not come, and comes when asked again", async () => {
    let broken = true;
    const { page } = await open(
      post(
        {},
        {
          before: (page) =>
            page.route("**/later-views*", (route) => (broken ? route.fulfill({ status: 404 }) : route.continue())),
          expectedProblems: [/404/],
        },
      ),
    );
    const widget = await drawn(page);
    await widget.getByRole("radio", { name: "online softmax, step by step" }).check();
    await widget.getByRole("alert").filter({ hasText: "This view could not be loaded" }).waitFor();
    broken = false;
    await widget.getByRole("button", { name: "Try again" }).click();
    await widget.locator(".steps-chart").waitFor();
  });
});

describe("online softmax, step by step", () => {
  test("gives no weight to a key that is not in yet", async () => {
    const { page } = await open(post({ figure: figure('view="steps" step="1"') }));
    const widget = await drawn(page);
    await widget.locator(".steps-chart").waitFor();
    const told = await widget.locator(".steps-chart title").allTextContents();
    expect(told[0]).toMatch(/: logit [\d.]+, weight [\d.]+, in double precision [\d.]+$/);
    expect(told.at(-1)).toMatch(/: logit [\d.]+, not in yet$/);
  });

  test("ends with the weights of the model's own formula in double precision", async () => {
    const { page } = await open(post({ figure: figure(STEPS) }));
    const widget = await drawn(page);
    const expected = expectedWeights(HEAD)[QUERY - 1] ?? [];
    await eventually(async () => {
      const { entropies: keys } = await tablesOf(widget);
      expect(keys).toHaveLength(31);
      keys.forEach((cells, j) => {
        const [, , weight, exact] = cells.map((cell) => (cell.includes("×") ? 0 : numberIn(cell)));
        expect(Math.abs((weight ?? NaN) - (expected[j] ?? NaN))).toBeLessThan(1e-3);
        expect(Math.abs((exact ?? NaN) - (expected[j] ?? NaN))).toBeLessThan(1e-3);
      });
    });
  });

  test("shows both mistakes when they are switched on", async () => {
    const { page } = await open(post({ figure: figure('view="steps" step="0" scale="none" sharpness="8"') }));
    const widget = await drawn(page);
    const caption = widget.locator(".steps .caption");
    expect(await caption.innerText()).toContain("no weight is off");
    await widget.getByLabel("Don’t subtract the maximum").check();
    await eventually(async () => expect(await caption.innerText()).toContain("∞/∞"));
    expect(await widget.locator(".steps-chart .lost").count()).toBe(1);
    await widget.getByLabel("Don’t subtract the maximum").uncheck();
    // In this head the second tile holds the maximum; without rescaling the first keeps too much.
    await widget.getByLabel("Forget to rescale").check();
    await eventually(async () => expect(await caption.innerText()).toContain("nothing tells you"));
    expect(await stateOf(widget)).toMatchObject({ forget: true, raw: false });
  });

  test("moves by keyboard, and a chart can be taken along", async () => {
    const { page } = await open(post({ figure: figure('view="steps"') }));
    const widget = await drawn(page);
    await widget.getByRole("slider", { name: /Tile/ }).focus();
    await page.keyboard.press("ArrowRight");
    await eventually(async () => expect((await stateOf(widget)) as unknown).toMatchObject({ step: 3 }));
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      widget.getByRole("button", { name: /SVG/ }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/-steps\.svg$/);
  });
});

describe("time against n", () => {
  test("is measured when the view is opened, on this machine", async () => {
    const { page } = await open(post({ figure: figure('view="speed" table') }));
    const widget = await drawn(page);
    await widget.locator(".speed .caption", { hasText: /times as long/ }).waitFor({ timeout: 90_000 });
    const { row: lines } = await tablesOf(widget);
    expect(lines.map(([n]) => n)).toContain("4096");
    const chart = widget.locator(".log-chart");
    expect(await chart.locator(".dot").count()).toBeGreaterThan(lines.length);
    const heights = await chart
      .locator(".dot")
      .evaluateAll((dots) => dots.map((dot) => Number(dot.getAttribute("cy"))));
    for (const height of heights) expect(height).toBeGreaterThan(0);
  });

  test("can be given up", async () => {
    const { page } = await open(post({ figure: figure('view="speed"') }));
    const widget = page.locator("#figure");
    await widget.getByRole("button", { name: "Cancel" }).click();
    await widget.getByRole("button", { name: "Measure again" }).waitFor();
  });
});

describe.each(["steps", "speed"])("the view %s", (view) => {
  test.each(["light", "dark"] as const)("is accessible, in %s", async (colorScheme) => {
    const content = { figure: figure(`view="${view}" table`), lang: "zh-Hans" };
    const { page } = await open(post(content, { context: { viewport: { width: 320, height: 900 }, colorScheme } }));
    await page.locator("#figure .stage svg").first().waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await overflowingElements(page)).toEqual([]);
  });
});
