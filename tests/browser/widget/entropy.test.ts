/**
 * <attn-entropy> in somebody's page: the power transform at once, both solvers in numbers that double precision confirms, the
 * failures, sampling; by keyboard, in both languages, narrow, in one file, taken away.
 */
import { describe, expect, inject, test } from "vitest";
import { copiedPrograms } from "../../../web/widgets/shared/take-away/testing.js";
import { accessibilityViolations } from "../lib/axe.js";
import { clipboard, numberIn } from "../lib/explorer.js";
import { caption, cells, figureOf, savedName } from "../lib/figure.js";
import { overflowingElements } from "../lib/layout.js";
import { STRICT_POLICY } from "../lib/policy.js";
import { drawn } from "../lib/post.js";
import { entropy } from "../lib/reference.js";
import { open } from "../lib/visit.js";

const programs = copiedPrograms(inject("packageFolder"));

const figure = figureOf("attn-entropy", "Entropy.");

const power = (p: readonly number[], exponent: number): number[] => {
  const powers = p.map((value) => value ** exponent);
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
};
const ramp = [5, 4, 3, 2, 1].map((value) => value / 15);

describe("the power transform", () => {
  test("stands there before any click, and needs no worker", async () => {
    const { page } = await open(figure());
    const widget = await drawn(page);
    expect(await caption(widget).textContent()).toMatch(/^100 entries with an entropy of 4\.\d\d/);
    expect(await widget.locator(".after.robust").count()).toBeGreaterThan(50);
    expect(await widget.locator(".line.curve").count()).toBe(2);
    expect(page.workers().length).toBe(0);
  });

  test("agrees with double precision", async () => {
    const { page } = await open(figure('from="ramp" entropy="1.2" table'));
    const widget = await drawn(page);
    const exponent = Number(/Γ = ([\d.]+)/.exec((await caption(widget).textContent()) ?? "")?.[1]);
    const shown = await cells(widget);
    const after = shown.map(([, , value]) => numberIn(value));
    expect(entropy(after)).toBeCloseTo(1.2, 5);
    power(ramp, exponent).forEach((value, i) => expect(after[i]).toBeCloseTo(value, 2));
    shown.forEach(([, before], i) => expect(numberIn(before)).toBeCloseTo(ramp[i] ?? NaN, 6));
  });

  test("follows the slider by keyboard, and says so", async () => {
    const { page } = await open(figure('from="ramp"'));
    const widget = await drawn(page);
    const slider = widget.getByRole("slider", { name: /Prescribed entropy/ });
    await slider.focus();
    await page.keyboard.press("ArrowLeft");
    await caption(widget).filter({ hasText: "makes it 1.09" }).waitFor();
    expect(await slider.getAttribute("aria-valuetext")).toMatch(/^1\.09 nats, like 3\.0/);
    await widget.getByRole("status").filter({ hasText: "makes it 1.09" }).waitFor({ state: "attached" });
    expect(await widget.getAttribute("entropy")).toMatch(/^1\.09/);
  });

  test("the prescribed line is dragged, and says where nothing gets to", async () => {
    const { page } = await open(figure('from="bounded"'));
    const widget = await drawn(page);
    await caption(widget).filter({ hasText: "makes it 1.20" }).waitFor();
    const box = await widget.locator(".grip rect").boundingBox();
    if (box === null) throw new Error("The line has no place.");
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y + 30, { steps: 3 });
    await caption(widget).filter({ hasNotText: "makes it 1.20" }).waitFor();
    expect(Number(await widget.getAttribute("entropy"))).toBeLessThan(1.1);
    await page.mouse.move(x, y + 400, { steps: 3 });
    await page.mouse.up();
    await caption(widget).filter({ hasText: "cannot be had here: only what lies between 0.69 and 1.61" }).waitFor();
    await page.mouse.move(x, y);
    expect(await widget.getAttribute("entropy")).toBe("0.02");
    expect(await widget.locator("rect.never").count()).toBe(3);
  });

  test("tells the page", async () => {
    const { page } = await open(
      figure(
        'from="geometric"',
        {},
        {
          before: (page) =>
            page.addInitScript(`addEventListener("entropy-change", ({ detail }) => { globalThis.told = detail; })`),
        },
      ),
    );
    await drawn(page);
    const told = await page.evaluate<Record<string, unknown>>("globalThis.told");
    expect(told).toMatchObject({ view: "transform", n: 20, target: 2.9, articleOutcome: "reversed" });
    expect(told.exponent).toBeCloseTo(0.1128, 4);
    expect(told.articleExponent).toBeCloseTo(-0.1128, 4);
  });
});

describe("the solver", () => {
  test("shows every round in numbers; each has the entropy that double precision finds", async () => {
    const { page } = await open(figure('view="solver" from="ramp"'));
    const widget = await drawn(page);
    const rounds = await cells(widget);
    expect(numberIn(rounds[0]?.[1])).toBeCloseTo(2.9843749, 5);
    for (const row of rounds) {
      for (const [exponent, height] of [row.slice(1, 3), row.slice(3, 5)]) {
        if (exponent === "") continue;
        expect(numberIn(height)).toBeCloseTo(entropy(power(ramp, numberIn(exponent))), 4);
      }
    }
  });

  test("draws as many rounds as the slider says", async () => {
    const { page } = await open(figure('view="solver" round="1"'));
    const widget = await drawn(page);
    expect(await widget.locator(".stage .plane .line.article").count()).toBe(1);
    await widget.getByRole("slider", { name: /Rounds/ }).press("ArrowRight");
    await caption(widget).filter({ hasText: "After round 2" }).waitFor();
    expect(await widget.locator(".stage .plane .line.article").count()).toBe(2);
  });
});

test("the failures lead into the solver", async () => {
  const { page } = await open(figure('view="failures"'));
  const widget = await drawn(page);
  expect(await widget.locator(".cards li").count()).toBe(4);
  expect(await widget.locator(".lost").count()).toBe(3);
  await widget.locator(".cards li").nth(1).getByRole("button").click();
  await caption(widget).filter({ hasText: "negative exponent" }).waitFor();
  expect(await widget.getAttribute("from")).toBe("geometric");
});

describe("sampling", () => {
  test("keeps the prescribed entropy at every step", async () => {
    const { page } = await open(figure('view="sampling" entropy="2" table'));
    const widget = await drawn(page);
    const rows = await cells(widget);
    expect(rows).toHaveLength(24);
    for (const row of rows) expect(numberIn(row[5])).toBeCloseTo(2, 3);
  });

  test("a click on the picture chooses a step; the seed can be rolled", async () => {
    const { page } = await open(figure('view="sampling"'));
    const widget = await drawn(page);
    await widget.locator(".pick").nth(15).click();
    await caption(widget).filter({ hasText: "At step 16" }).waitFor();
    const before = await caption(widget).textContent();
    await widget.getByRole("button", { name: /Roll the seed/ }).click();
    await widget.getByText("seed 2", { exact: true }).waitFor();
    expect(await caption(widget).textContent()).not.toBe(before);
  });
});

describe("fits the page", () => {
  for (const lang of ["en", "zh-CN"]) {
    test(`in ${lang}, every view, light and dark, wide and narrow`, async () => {
      const { page } = await open(figure("table", { lang }, { context: { reducedMotion: "reduce" } }));
      const widget = await drawn(page);
      for (const view of ["transform", "solver", "failures", "sampling"]) {
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

describe("where something is missing", () => {
  test("without WebAssembly it says so, and the fallback stays", async () => {
    const { page } = await open(figure("", { policy: STRICT_POLICY.replace(" 'wasm-unsafe-eval'", "") }));
    const widget = page.locator("#figure");
    await widget.getByRole("alert").filter({ hasText: "could not be started" }).waitFor();
    expect(await widget.locator(".fallback").isVisible()).toBe(true);
  });

  test("the single file needs nothing else", async () => {
    const { page, server } = await open(figure("", { script: "attn-entropy.single.js" }));
    await drawn(page);
    expect(server.requests.filter((path) => path.startsWith("/attnlab/"))).toEqual(["/attnlab/attn-entropy.single.js"]);
  });
});

describe("taken away", () => {
  test("as code, as a link and as files, in every view", async () => {
    const { page } = await open(
      figure('from="tie" seed="2"', {}, { context: { permissions: ["clipboard-read", "clipboard-write"] } }),
    );
    const widget = await drawn(page);
    const copy = async (name: string): Promise<string> => {
      await widget.getByRole("button", { name, exact: true }).click();
      await widget.getByText("Copied.").waitFor();
      return clipboard(page);
    };
    expect(await copy("Copy embed code")).toContain('<attn-entropy from="tie" seed="2">');
    expect(await copy("Copy permalink")).toContain("#figure.state=view:transform;from:tie;");
    for (const view of ["transform", "failures", "sampling"]) {
      await widget.evaluate((element, name) => element.setAttribute("view", name), view);
      for (const kind of ["PNG", "SVG", "CSV"]) {
        expect(await savedName(page, widget, kind)).toMatch(new RegExp(`^entropy-${view}.*\\.${kind.toLowerCase()}$`));
      }
    }
  });

  test("the copied program prints what is shown", async () => {
    const { page } = await open(
      figure('view="solver" from="geometric"', {}, { context: { permissions: ["clipboard-read", "clipboard-write"] } }),
    );
    const widget = await drawn(page);
    await widget.getByRole("button", { name: "Copy as JavaScript" }).click();
    await widget.getByText("Copied.").waitFor();
    const printed = await programs.words(await clipboard(page));
    const shown = await cells(widget);
    const rounds = printed.filter(([, method, round]) => method === "article" && /^\d+$/.test(round ?? ""));
    expect(rounds).toHaveLength(10);
    rounds.forEach(([, , , exponent], i) => expect(Number(exponent)).toBeCloseTo(numberIn(shown[i]?.[1]), 3));
  });
});
