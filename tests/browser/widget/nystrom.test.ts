/**
 * <attn-nystrom> in somebody's page: the matrices at once, in numbers that double precision confirms; the derivation; the
 * sweep and the times from the worker; the inverse that diverges; the future; by keyboard, in both languages, narrow, in one
 * file, taken away.
 */
import { describe, expect, inject, test } from "vitest";
import { copiedPrograms } from "../../../web/widgets/shared/take-away/testing.js";
import { accessibilityViolations } from "../lib/axe.js";
import { clipboard, numberIn } from "../lib/explorer.js";
import { caption, cells, figureOf, savedName } from "../lib/figure.js";
import { overflowingElements } from "../lib/layout.js";
import { STRICT_POLICY } from "../lib/policy.js";
import { drawn } from "../lib/post.js";
import { open } from "../lib/visit.js";

const programs = copiedPrograms(inject("packageFolder"));

const views = ["matrices", "steps", "error", "inverse", "leak", "speed"] as const;
const patience = 60_000;

const figure = figureOf("attn-nystrom", "Nyströmformer.");

describe("the matrices", () => {
  test("stand there before any click, beside the baselines, and need no worker", async () => {
    const { page } = await open(figure());
    const widget = await drawn(page);
    expect(await caption(widget).textContent()).toMatch(/^8 landmarks for 64 tokens, 6 steps .* off by \d+%/);
    expect(await widget.locator("svg.matrix").count()).toBe(3);
    expect(await widget.locator("svg.factors .cells").count()).toBe(4);
    const rows = await cells(widget);
    expect(rows.map(([name]) => name)).toEqual([
      "Nyströmformer",
      "with landmarks from clusters (k-means)",
      "without the middle factor",
      "averaging everything",
      "best of rank 8",
      "exact, in float32",
    ]);
    const [nystrom = NaN, , without = NaN, uniform = NaN] = rows.map(([, error]) => numberIn(error));
    expect(nystrom).toBeLessThan(without);
    expect(without).toBeLessThan(uniform);
    // The kernel's exact attention against double precision: 3.06×10⁻⁶% and the like.
    expect(rows[5]?.[1]).toMatch(/×10⁻[⁵⁶⁷]%$/);
    // What the caption says in percent is so in the table, too.
    const [, said = ""] = / off by (\d+)%/.exec((await caption(widget).textContent()) ?? "") ?? [];
    expect(rows[0]?.[1]).toMatch(/^\d+\.\d%$/);
    expect(numberIn(rows[0]?.[1])).toBeCloseTo(Number(said) / 100, 2);
    expect(page.workers().length).toBe(0);
  });

  test("follow the slider by keyboard, and say so", async () => {
    const { page } = await open(figure());
    const widget = await drawn(page);
    const slider = widget.getByRole("slider", { name: /Landmarks m/ });
    await slider.focus();
    for (let press = 0; press < 4; press++) await page.keyboard.press("ArrowRight");
    await caption(widget).filter({ hasText: "16 landmarks" }).waitFor();
    await widget.getByRole("status").filter({ hasText: "16 landmarks" }).waitFor({ state: "attached" });
    expect(await widget.getAttribute("landmarks")).toBe("16");
    expect(await slider.getAttribute("aria-valuetext")).toBe("16");
  });

  test("show an entry in all of them, by pointer and by keyboard", async () => {
    const { page } = await open(figure());
    const widget = await drawn(page);
    await widget.locator(".trio").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await widget.locator(".readout", { hasText: "Query 2, key 2" }).waitFor();
    // A cross in each of the three, the query's row in F, the key's column in B.
    expect(await widget.locator(".cross").count()).toBe(5);
    await widget
      .locator("svg.matrix")
      .nth(1)
      .click({ position: { x: 1, y: 1 } });
    await widget.locator(".readout", { hasText: "Query 1, key 1" }).waitFor();
  });

  test("tell the page", async () => {
    const { page } = await open(
      figure(
        'landmarks="16"',
        {},
        {
          before: (page) =>
            page.addInitScript(`addEventListener("nystrom-change", ({ detail }) => { globalThis.told = detail; })`),
        },
      ),
    );
    const widget = await drawn(page);
    const told = await page.evaluate<Record<string, number>>("globalThis.told");
    expect(told).toMatchObject({ view: "matrices", landmarks: 16, iterations: 6 });
    expect(told.error).toBeCloseTo(numberIn((await cells(widget))[0]?.[1]), 3);
  });

  test("get worse once the tokens are shuffled", async () => {
    const { page } = await open(figure());
    const widget = await drawn(page);
    const before = numberIn((await cells(widget))[0]?.[1]);
    await widget.getByLabel("Order of tokens").selectOption("shuffled");
    await page.waitForFunction("document.querySelector('#figure').getAttribute('order') === 'shuffled'");
    expect(numberIn((await cells(widget))[0]?.[1])).toBeGreaterThan(2 * before);
  });

  test("do not once landmarks come from clusters, which are told to be ours", async () => {
    const { page } = await open(figure('landmarks="16" order="shuffled"'));
    const widget = await drawn(page);
    const [consecutive, clusters] = (await cells(widget)).map(([, error]) => error);
    expect(numberIn(clusters)).toBeLessThan(0.7 * numberIn(consecutive));
    await widget.getByRole("combobox", { name: "Landmarks from" }).selectOption("clusters");
    await widget.getByText(/Clusters are ours.* took \d+ rounds/).waitFor();
    expect(await widget.getAttribute("from")).toBe("clusters");
    // The two have changed places, to the digit.
    expect((await cells(widget)).slice(0, 2).map(([, error]) => error)).toEqual([clusters, consecutive]);
  });
});

describe("the other views", () => {
  test("go through the derivation by keyboard", async () => {
    const { page } = await open(figure('view="steps"'));
    const widget = await drawn(page);
    expect(await caption(widget).textContent()).toMatch(/^Two softmaxes/);
    await widget.getByRole("radio", { name: "1. two softmaxes" }).focus();
    for (const [press, begins] of [
      /^Queries meet 8 landmarks/,
      /^The pseudo-inverse/,
      /^8 landmarks, 6 steps/,
    ].entries()) {
      await page.keyboard.press("ArrowRight");
      await caption(widget).filter({ hasText: begins }).waitFor();
      expect(await widget.locator('tr[aria-current="true"] th').textContent()).toBe(
        ["landmarks", "a factor between", "its iteration"][press],
      );
    }
    expect(await widget.getAttribute("step")).toBe("iteration");
    const errors = (await cells(widget)).map(([, error]) => numberIn(error));
    expect(errors[1]).toBeLessThan(errors[0] ?? 0);
    expect(errors[2]).toBeLessThan(errors[1] ?? 0);
  });

  test(
    "measure on this machine, can be cancelled and started again, and mark where the lines cross",
    async () => {
      const { page } = await open(figure('view="speed" table'));
      const widget = page.locator("#figure");
      await widget.locator("progress").waitFor();
      await caption(widget)
        .filter({ hasText: "on this machine, in this browser" })
        .waitFor({ timeout: 2 * patience });
      expect(await caption(widget).textContent()).toMatch(
        /“(simd|relaxed)” build; medians of 3\. At 8192 tokens exact/,
      );
      const rows = await cells(widget);
      expect(rows.map(([n]) => Number(n))).toEqual([128, 256, 512, 1024, 2048, 4096, 8192]);
      expect(await widget.locator("svg.times line.limit").count()).toBeLessThanOrEqual(2);
      expect(page.workers().length).toBe(1);
      await widget.getByRole("button", { name: "Measure again" }).click();
      await widget.getByRole("button", { name: "Cancel" }).click();
      await widget.locator("progress").waitFor({ state: "detached" });
      expect(await cells(widget)).toEqual(rows);
    },
    3 * patience,
  );

  test("compare numbers of landmarks, in the worker", async () => {
    const { page } = await open(figure('view="error" table'));
    const widget = await drawn(page);
    const rows = await cells(widget);
    expect(rows.map(([m]) => Number(m))).toEqual([1, 2, 4, 8, 16, 32, 64]);
    // Six steps against Performer, with sixteen of each.
    expect(numberIn(rows[4]?.[2])).toBeLessThan(numberIn(rows[4]?.[9]));
    const segments = rows[4]?.[2];
    await widget.getByRole("combobox", { name: "Landmarks from" }).selectOption("clusters");
    await caption(widget).filter({ hasText: "With 16 landmarks from clusters" }).waitFor();
    // Now consecutive tokens are the line beside.
    expect((await cells(widget))[4]?.[7]).toBe(segments);
    expect(page.workers().length).toBe(1);
  });

  test("show the iteration meet its prediction, and diverge from a bad start", async () => {
    const { page } = await open(figure('view="inverse" table'));
    const widget = await drawn(page);
    const rows = await cells(widget);
    expect(rows).toHaveLength(31);
    expect(numberIn(rows[3]?.[2])).toBeCloseTo(numberIn(rows[3]?.[1]), 4);
    expect(await widget.locator("svg.shares circle.dot").count()).toBe(8);
    await widget.evaluate((element) => element.setAttribute("iterations", "12"));
    await caption(widget).filter({ hasText: "After 12 steps" }).waitFor();
    await widget.evaluate((element) => element.setAttribute("factor", "8"));
    await caption(widget).filter({ hasText: "diverges" }).waitFor();
  });

  test("show the future in the past, and the refusal", async () => {
    const { page } = await open(figure('view="leak"'));
    const widget = await drawn(page);
    expect(await caption(widget).textContent()).toContain("0 of 63");
    expect(await caption(widget).textContent()).toContain("62 of 63 move");
    expect(await widget.locator(".refusal code").textContent()).toContain("means of segments mix what comes later");
  });
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
          await caption(widget)
            .filter({ hasText: /\d/ })
            .waitFor({ timeout: 2 * patience });
          await page.setViewportSize({ width: 1000, height: 900 });
          await page.emulateMedia({ colorScheme: "light" });
          expect(await accessibilityViolations(page)).toEqual([]);
          await page.emulateMedia({ colorScheme: "dark" });
          expect(await accessibilityViolations(page)).toEqual([]);
          await page.setViewportSize({ width: 320, height: 640 });
          expect(await overflowingElements(page)).toEqual([]);
        }
      },
      6 * patience,
    );
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
    const { page, server } = await open(figure('view="leak"', { script: "attn-nystrom.single.js" }));
    await drawn(page);
    expect(server.requests.filter((path) => path.startsWith("/attnlab/"))).toEqual(["/attnlab/attn-nystrom.single.js"]);
  });
});

describe("taken away", () => {
  const permissions = ["clipboard-read", "clipboard-write"];

  test(
    "as code, as a link and as files",
    async () => {
      const { page } = await open(figure('landmarks="4" seed="2"', {}, { context: { permissions } }));
      const widget = await drawn(page);
      const copy = async (name: string): Promise<string> => {
        await widget.getByRole("button", { name, exact: true }).click();
        await widget.getByText("Copied.").waitFor();
        return clipboard(page);
      };
      expect(await copy("Copy embed code")).toContain('<attn-nystrom landmarks="4" seed="2">');
      expect(await copy("Copy permalink")).toContain("#figure.state=view:matrices;inverse:iterative;");
      for (const view of views) {
        await widget.evaluate((element, name) => element.setAttribute("view", name), view);
        await widget.locator(`input[name="view"][value="${view}"]:checked`).waitFor();
        await caption(widget)
          .filter({ hasText: /\d/ })
          .waitFor({ timeout: 2 * patience });
        for (const kind of ["PNG", "SVG", "CSV"]) {
          expect(await savedName(page, widget, kind)).toBe(`nystrom-${view}.${kind.toLowerCase()}`);
        }
      }
    },
    3 * patience,
  );

  test("the copied program prints what is shown", async () => {
    const { page } = await open(
      figure('landmarks="12" seed="3" from="clusters" order="shuffled"', {}, { context: { permissions } }),
    );
    const widget = await drawn(page);
    await widget.getByRole("button", { name: "Copy as JavaScript" }).click();
    await widget.getByText("Copied.").waitFor();
    const printed = await programs.words(await clipboard(page));
    const shown = await cells(widget);
    expect(Number(printed[0]?.[1])).toBeCloseTo(numberIn(shown[0]?.[1]), 3);
    expect(Number(printed[1]?.[1])).toBeCloseTo(numberIn(shown[1]?.[1]), 3);
    expect(Number(printed[2]?.[1])).toBeCloseTo(numberIn(shown[2]?.[1]), 3);
  });
});
