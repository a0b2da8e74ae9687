/**
 * <attn-performer> in somebody's page: the matrices at once, in numbers that double precision confirms; the sweeps from the
 * worker, or without one; by keyboard, in both languages, narrow, in one file, taken away.
 */
import { describe, expect, inject, test } from "vitest";
import { copiedPrograms } from "../../../web/widgets/shared/take-away/testing.js";
import { accessibilityViolations } from "../lib/axe.js";
import { clipboard, numberIn } from "../lib/explorer.js";
import { caption, cells, figureOf, savedName } from "../lib/figure.js";
import { overflowingElements } from "../lib/layout.js";
import { policyWith, STRICT_POLICY } from "../lib/policy.js";
import { drawn } from "../lib/post.js";
import { open } from "../lib/visit.js";

const programs = copiedPrograms(inject("packageFolder"));

const views = ["matrices", "error", "norms", "estimators", "range", "speed"] as const;
const patience = 60_000;

const figure = figureOf("attn-performer", "Performer.");

describe("the matrices", () => {
  test("stand there before any click, beside the baselines, and need no worker", async () => {
    const { page } = await open(figure());
    const widget = await drawn(page);
    expect(await caption(widget).textContent()).toMatch(/^32 random directions for 48 tokens .* off by \d+%/);
    expect(await widget.locator("svg.matrix").count()).toBe(3);
    const rows = await cells(widget);
    expect(rows.map(([name]) => name)).toEqual([
      "Performer",
      "averaging everything",
      "best of rank 32",
      "exact, in float32",
    ]);
    const output = rows.map(([, error]) => numberIn(error));
    expect(output[0]).toBeLessThan(output[1] ?? 0);
    expect(rows[2]?.[1]).toMatch(/^0\.0[1-9]\d+%$/);
    // The kernel's exact attention against double precision: 3.06×10⁻⁶% and the like.
    expect(rows[3]?.[1]).toMatch(/×10⁻[⁵⁶⁷]%$/);
    expect(page.workers().length).toBe(0);
  });

  test("follow the slider by keyboard, and say so", async () => {
    const { page } = await open(figure());
    const widget = await drawn(page);
    const slider = widget.getByRole("slider", { name: /Directions m/ });
    await slider.focus();
    for (let press = 0; press < 4; press++) await page.keyboard.press("ArrowRight");
    await caption(widget).filter({ hasText: "64 random directions" }).waitFor();
    await widget.getByRole("status").filter({ hasText: "64 random directions" }).waitFor({ state: "attached" });
    expect(await widget.getAttribute("features")).toBe("64");
    expect(await slider.getAttribute("aria-valuetext")).toBe("64");
  });

  test("show an entry in all three, by pointer and by keyboard", async () => {
    const { page } = await open(figure());
    const widget = await drawn(page);
    await widget.locator(".trio").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await widget.locator(".readout", { hasText: "Query 2, key 2" }).waitFor();
    expect(await widget.locator(".cross").count()).toBe(3);
    await widget
      .locator("svg.matrix")
      .nth(1)
      .click({ position: { x: 1, y: 1 } });
    await widget.locator(".readout", { hasText: "Query 1, key 1" }).waitFor();
  });

  test("tell the page", async () => {
    const { page } = await open(
      figure(
        'features="16"',
        {},
        {
          before: (page) =>
            page.addInitScript(`addEventListener("performer-change", ({ detail }) => { globalThis.told = detail; })`),
        },
      ),
    );
    const widget = await drawn(page);
    const told = await page.evaluate<Record<string, number>>("globalThis.told");
    expect(told).toMatchObject({ view: "matrices", features: 16, sigma: 0.7, rank: 16 });
    expect(told.error).toBeCloseTo(numberIn((await cells(widget))[0]?.[1]), 3);
  });

  test("change with the seed", async () => {
    const { page } = await open(figure());
    const widget = await drawn(page);
    const before = await cells(widget);
    await widget.getByRole("button", { name: /Roll the seed/ }).click();
    await widget.getByText("seed 2", { exact: true }).waitFor();
    expect(await cells(widget)).not.toEqual(before);
  });

  test("show cosines and sines blow up", async () => {
    const { page } = await open(figure('estimator="trigonometric" sigma="1.4" tokens="independent"'));
    const widget = await drawn(page);
    expect(await caption(widget).textContent()).toMatch(
      /averaging, which looks at nothing.*denominators are not positive/,
    );
    expect((await cells(widget))[0]?.[6]).toMatch(/^−/);
  });
});

describe("the sweeps", () => {
  test("find errors that fall with the number of directions", async () => {
    const { page } = await open(figure('view="error" table'));
    const widget = await drawn(page);
    const rows = await cells(widget);
    expect(rows.map(([m]) => Number(m))).toEqual([4, 8, 16, 32, 64, 128, 256, 512, 1024]);
    for (const column of [2, 5, 8]) expect(numberIn(rows[8]?.[column])).toBeLessThan(numberIn(rows[0]?.[column]) / 3);
    expect(page.workers().length).toBe(1);
  });

  test("find averaging the better one where it is", async () => {
    const { page } = await open(figure('view="norms" d="16" tokens="independent" sigma="1" features="16" table'));
    const widget = await drawn(page);
    const at = (await cells(widget)).find(([sigma]) => sigma === "1");
    expect(numberIn(at?.[2])).toBeGreaterThan(numberIn(at?.[11]));
  });

  test("lie below the theory where errors are small, and let sigma be dragged", async () => {
    const { page } = await open(figure('view="norms" d="16" tokens="independent" features="64" table'));
    const widget = await drawn(page);
    const row = (await cells(widget)).find(([sigma]) => sigma === "0.2");
    expect(numberIn(row?.[8])).toBeGreaterThan(numberIn(row?.[2]));
    expect(numberIn(row?.[8])).toBeLessThan(2 * numberIn(row?.[2]));
    const chart = widget.locator("svg.errors");
    const box = await chart.boundingBox();
    await chart.click({ position: { x: (box?.width ?? 0) - 2, y: (box?.height ?? 0) / 2 } });
    await caption(widget).filter({ hasText: "At σ = 1.5" }).waitFor();
    expect(await widget.getAttribute("sigma")).toBe("1.5");
  });

  test("keep to double precision where others end in NaN, also without a worker", async () => {
    const policy = policyWith("worker-src", "'none'");
    const { page } = await open(figure('view="range" table', { policy }, { expectedProblems: [/worker-src/] }));
    const widget = await drawn(page);
    const rows = await cells(widget);
    expect(rows.at(-1)?.[0]).toBe("2000");
    expect(rows.at(-1)?.[1]).toMatch(/×10⁻[⁶⁷⁸]$/);
    expect(rows.at(-1)?.[2]).toBe("NaN");
    expect(numberIn(rows.at(-1)?.[3])).toBeGreaterThan(0.9);
  });

  test("compare the estimators; a click on the map chooses a length", async () => {
    const { page } = await open(figure('view="estimators"'));
    const widget = await drawn(page);
    const box = await widget.locator("div.map").boundingBox();
    await widget.locator("div.map").click({ position: { x: (box?.width ?? 0) / 2, y: (box?.height ?? 0) * 0.3 } });
    await caption(widget)
      .filter({ hasText: /length 1\.[5-7]/ })
      .waitFor();
    expect(Number(await widget.getAttribute("length"))).toBeGreaterThan(1.4);
    // What is drawn stands on the map of what theory says.
    expect(await widget.locator("circle.drawn").count()).toBeGreaterThan(30);
  });

  test(
    "measure on this machine, and can be cancelled and started again",
    async () => {
      const { page } = await open(figure('view="speed" features="64"'));
      const widget = page.locator("#figure");
      await widget.locator("progress").waitFor();
      await caption(widget).filter({ hasText: "on this machine" }).waitFor({ timeout: patience });
      await widget.getByRole("button", { name: "Measure again" }).click();
      await widget.getByRole("button", { name: "Cancel" }).click();
      await widget.locator("progress").waitFor({ state: "detached" });
      expect(await caption(widget).textContent()).toMatch(/At 8192 tokens exact softmax attention takes/);
    },
    2 * patience,
  );
});

describe("fits the page", () => {
  for (const lang of ["en", "zh-CN"]) {
    test(
      `in ${lang}, every view, light and dark, wide and narrow`,
      async () => {
        const { page } = await open(figure("table", { lang }, { context: { reducedMotion: "reduce" } }));
        const widget = await drawn(page);
        for (const view of views) {
          await widget.evaluate((element, name) => element.setAttribute("view", name), view);
          await widget.locator(`input[name="view"][value="${view}"]:checked`).waitFor();
          await caption(widget).filter({ hasText: /\d/ }).waitFor({ timeout: patience });
          await page.setViewportSize({ width: 1000, height: 900 });
          await page.emulateMedia({ colorScheme: "light" });
          expect(await accessibilityViolations(page)).toEqual([]);
          await page.emulateMedia({ colorScheme: "dark" });
          expect(await accessibilityViolations(page)).toEqual([]);
          await page.setViewportSize({ width: 320, height: 640 });
          expect(await overflowingElements(page)).toEqual([]);
        }
      },
      3 * patience,
    );
  }
});

describe("on a phone", () => {
  const phone = { viewport: { width: 360, height: 740 } };

  test("the words about the three matrices stand in the place beside the third", async () => {
    const { page } = await open(figure("", {}, { context: phone }));
    const widget = await drawn(page);
    const [first, , third] = await widget.locator("svg.matrix").evaluateAll((all) =>
      all.map((picture) => {
        const { left, right, top, bottom } = picture.getBoundingClientRect();
        return { left, right, top, bottom };
      }),
    );
    const note = await widget.locator(".readout").boundingBox();
    expect(third?.left).toBe(first?.left);
    expect(note?.x).toBeGreaterThan(third?.right ?? Infinity);
    expect(note?.y).toBeGreaterThan(first?.bottom ?? Infinity);
    expect(note?.y).toBeLessThan(third?.bottom ?? 0);
  });

  for (const lang of ["en", "zh-CN"]) {
    test(`in ${lang}, the whole table of errors is in sight, each number in the place of its heading`, async () => {
      const { page } = await open(figure("", { lang }, { context: phone }));
      const widget = await drawn(page);
      const box = widget.locator(".table").first();
      for (const width of [320, 360, 480, 600, 700, 800]) {
        await page.setViewportSize({ width, height: 740 });
        expect(await box.evaluate((all) => [all.scrollWidth, all.scrollHeight])).toEqual(
          await box.evaluate((all) => [all.clientWidth, all.clientHeight]),
        );
      }
      await page.setViewportSize(phone.viewport);
      const [head, row] = await box
        .locator("tr")
        .evaluateAll((rows) =>
          rows.map((row) => [...row.children].slice(1).map((cell) => cell.getBoundingClientRect().right)),
        );
      expect(head).toEqual(row);
      expect(new Set(row).size).toBe(3);
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
    const { page, server } = await open(figure('view="range"', { script: "attn-performer.single.js" }));
    await drawn(page);
    expect(server.requests.filter((path) => path.startsWith("/attnlab/"))).toEqual([
      "/attnlab/attn-performer.single.js",
    ]);
  });
});

describe("taken away", () => {
  const permissions = ["clipboard-read", "clipboard-write"];

  test("as code, as a link and as files", async () => {
    const { page } = await open(figure('d="4" seed="2"', {}, { context: { permissions } }));
    const widget = await drawn(page);
    const copy = async (name: string): Promise<string> => {
      await widget.getByRole("button", { name, exact: true }).click();
      await widget.getByText("Copied.").waitFor();
      return clipboard(page);
    };
    expect(await copy("Copy embed code")).toContain('<attn-performer d="4" seed="2">');
    expect(await copy("Copy permalink")).toContain("#figure.state=view:matrices;estimator:positive;");
    for (const view of ["matrices", "error", "estimators"]) {
      await widget.evaluate((element, name) => element.setAttribute("view", name), view);
      await widget.locator(`input[name="view"][value="${view}"]:checked`).waitFor();
      await caption(widget).filter({ hasText: /\d/ }).waitFor();
      for (const kind of ["PNG", "SVG", "CSV"]) {
        expect(await savedName(page, widget, kind)).toBe(`performer-${view}.${kind.toLowerCase()}`);
      }
    }
  });

  test("the copied program prints what is shown", async () => {
    const { page } = await open(figure('features="24" seed="3"', {}, { context: { permissions } }));
    const widget = await drawn(page);
    await widget.getByRole("button", { name: "Copy as JavaScript" }).click();
    await widget.getByText("Copied.").waitFor();
    const printed = await programs.words(await clipboard(page));
    const shown = await cells(widget);
    expect(Number(printed[0]?.[1])).toBeCloseTo(numberIn(shown[0]?.[1]), 3);
    expect(Number(printed[1]?.[1])).toBeCloseTo(numberIn(shown[1]?.[1]), 3);
  });
});
