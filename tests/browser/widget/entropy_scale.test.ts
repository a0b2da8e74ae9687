/**
 * <attn-entropy-scale> in somebody's page: random keys at once and by a worker, the model's heads in numbers that double
 * precision confirms, one row token by token; by keyboard, in both languages, narrow, in one file, taken away.
 */
import type { Locator } from "playwright-core";
import { describe, expect, inject, test } from "vitest";
import { copiedPrograms } from "../../../web/widgets/shared/take-away/testing.js";
import { accessibilityViolations } from "../lib/axe.js";
import { clipboard, numberIn } from "../lib/explorer.js";
import { caption, figureOf, savedName } from "../lib/figure.js";
import { overflowingElements } from "../lib/layout.js";
import { policyWith, STRICT_POLICY } from "../lib/policy.js";
import { drawn } from "../lib/post.js";
import { open } from "../lib/visit.js";

const programs = copiedPrograms(inject("packageFolder"));

const figure = figureOf("attn-entropy-scale", "Scales.");

/** Cells of the one table. */
const cells = (widget: Locator): Promise<string[][]> =>
  widget
    .locator("table")
    .evaluate((table) =>
      [...table.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent.trim())),
    );

describe("entropy against n", () => {
  test("stands there before any click, measured by a worker on random keys", async () => {
    const { page } = await open(figure("table"));
    const widget = await drawn(page);
    expect(await caption(widget).textContent()).toMatch(/From 64 to 4096 keys.*only damps the growth: by 1\d%/);
    expect(page.workers().length).toBe(1);
    const rows = await cells(widget);
    expect(rows.map(([n]) => Number(n))).toEqual(Array.from({ length: 12 }, (_, i) => 2 ** (i + 1)));
    // Two seeds of 64 queries differ by less than this from the mean of many.
    const expected = { "512": [5.75, 5.75, 4.6, 2.86, 1.23], "4096": [7.83, 7.46, 5.43, 3.14, 1.18] };
    for (const [n, means] of Object.entries(expected)) {
      const row = rows.find(([name]) => name === n) ?? [];
      means.forEach((mean, i) => expect(Math.abs(numberIn(row[i + 1]) - mean)).toBeLessThan(0.2));
      expect(numberIn(row[6])).toBeCloseTo(Math.log(Number(n)), 3);
    }
  });

  test("measures a head of the model on the passage, which is fetched then", async () => {
    const { page, server } = await open(figure());
    const widget = await drawn(page);
    expect(server.requests.filter((path) => path.endsWith(".safetensors"))).toEqual([]);
    await widget.getByRole("radio", { name: /passage/ }).check();
    await caption(widget).filter({ hasText: "From 16 to 236 keys" }).waitFor();
    await widget.getByRole("combobox", { name: "Layer" }).selectOption("3");
    await widget.getByRole("combobox", { name: "Head" }).selectOption("12");
    await caption(widget).filter({ hasText: "by −0.0" }).waitFor();
    expect(server.requests.filter((path) => path.includes("passage.layer3"))).toHaveLength(1);
  });

  test("without workers the page measures", async () => {
    const { page } = await open(
      figure("", { policy: policyWith("worker-src", "'none'") }, { expectedProblems: [/worker-src/] }),
    );
    await caption(await drawn(page))
      .filter({ hasText: "From 64 to 4096" })
      .waitFor();
  });

  test("the estimate for very many keys stands beside random keys, and the caption follows kappa", async () => {
    const { page } = await open(figure('kappa="4"'));
    const widget = await drawn(page);
    await caption(widget).filter({ hasText: "κ ln n/d with κ = 4," }).waitFor();
    expect(await widget.locator("svg.lengths .line.theory").count()).toBe(5);
    await widget.getByRole("radio", { name: /sentence/ }).check();
    await caption(widget).filter({ hasText: "From 16 to 31 keys" }).waitFor();
    expect(await widget.locator("svg.lengths .line.theory").count()).toBe(0);
  });

  test("the seed can be rolled, kappa moved by keyboard", async () => {
    const { page } = await open(figure());
    const widget = await drawn(page);
    const before = await caption(widget).textContent();
    await widget.getByRole("button", { name: /Roll the seed/ }).click();
    await widget.getByText("seed 2", { exact: true }).waitFor();
    await caption(widget)
      .filter({ hasNotText: before ?? "" })
      .waitFor();
    await widget.getByRole("slider", { name: /κ/ }).press("ArrowRight");
    await widget.getByText("2.6", { exact: true }).waitFor();
    expect(await widget.getAttribute("kappa")).toBe("2.6");
  });
});

describe("tokens one by one", () => {
  test("begins at an entropy of 0 and a weight of 1, and follows the slider", async () => {
    const { page } = await open(figure('view="tokens" keys="sentence" key="1" table'));
    const widget = await drawn(page);
    const rows = await cells(widget);
    expect(rows).toHaveLength(31);
    expect(rows[0]?.slice(1, 6).map(numberIn)).toEqual([1, 1, 1, 1, 1]);
    expect(rows[0]?.slice(6).map(numberIn)).toEqual([0, 0, 0, 0, 0]);
    for (const [n, ...row] of rows) {
      for (const height of row.slice(5)) expect(numberIn(height)).toBeLessThanOrEqual(Math.log(Number(n)) + 1e-4);
    }
    await widget.getByRole("slider", { name: /Tokens so far/ }).press("ArrowLeft");
    await caption(widget).filter({ hasText: "With 30 tokens" }).waitFor();
  });

  test("follows a word of the text, adds tokens by a button, and takes another query", async () => {
    const { page } = await open(figure('view="tokens" keys="sentence" n="5" table'));
    const widget = await drawn(page);
    await widget.getByLabel("Key that is followed").selectOption({ label: "3 You" });
    await caption(widget).filter({ hasText: "With 5 tokens, token 3, “You”, has" }).waitFor();
    await widget.getByRole("button", { name: "Add a token" }).click();
    await caption(widget).filter({ hasText: "With 6 tokens, token 3, “You”, has" }).waitFor();
    const before = await cells(widget);
    await widget.locator('[name="query"]').selectOption("27");
    await widget
      .locator('tr[aria-current="true"]')
      .filter({ hasNotText: before[5]?.[1] ?? "" })
      .waitFor();
    expect(await widget.getAttribute("query")).toBe("27");
  });

  test("a click on the picture chooses n", async () => {
    const { page } = await open(figure('view="tokens"'));
    const widget = await drawn(page);
    await widget.locator(".pick").first().click();
    await caption(widget)
      .filter({ hasText: /With 1[23]\d tokens/ })
      .waitFor();
  });
});

describe("fits the page", () => {
  for (const lang of ["en", "zh-CN"]) {
    test(`in ${lang}, both views, light and dark, wide and narrow`, async () => {
      const { page } = await open(figure("table", { lang }, { context: { reducedMotion: "reduce" } }));
      const widget = await drawn(page);
      for (const view of ["length", "tokens"]) {
        await widget.evaluate((element, name) => element.setAttribute("view", name), view);
        await widget
          .locator(view === "length" ? ".lengths" : ".growth")
          .first()
          .waitFor();
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

  test("without the model's file it says so", async () => {
    const { page } = await open(
      figure(
        "",
        {},
        {
          before: (page) => page.route("**/*.safetensors", (route) => route.fulfill({ status: 404 })),
          expectedProblems: [/404/],
        },
      ),
    );
    const widget = await drawn(page);
    await widget.getByRole("radio", { name: /passage/ }).check();
    await widget.getByRole("alert").filter({ hasText: "HTTP 404" }).waitFor();
  });

  test("the single file needs nothing else, and has the sentence", async () => {
    const { page, server } = await open(figure('keys="sentence"', { script: "attn-entropy-scale.single.js" }));
    const widget = await drawn(page);
    await caption(widget).filter({ hasText: "From 16 to 31 keys" }).waitFor();
    expect(await widget.getByRole("radio", { name: /passage/ }).count()).toBe(0);
    expect(server.requests.filter((path) => path.startsWith("/attnlab/"))).toEqual([
      "/attnlab/attn-entropy-scale.single.js",
    ]);
  });
});

describe("taken away", () => {
  const permissions = ["clipboard-read", "clipboard-write"];

  test("as code, as a link and as files", async () => {
    const { page } = await open(figure('view="tokens" seed="2"', {}, { context: { permissions } }));
    const widget = await drawn(page);
    for (const [name, content] of [
      ["Copy embed code", '<attn-entropy-scale view="tokens" seed="2">'],
      ["Copy permalink", "#figure.state=view:tokens;keys:random;"],
    ] as const) {
      await widget.getByRole("button", { name, exact: true }).click();
      await widget.getByText("Copied.").waitFor();
      expect(await clipboard(page)).toContain(content);
    }
    for (const kind of ["PNG", "SVG", "CSV"]) {
      expect(await savedName(page, widget, kind)).toBe(`entropy-tokens-random.${kind.toLowerCase()}`);
    }
  });

  test("the copied program prints what is shown", async () => {
    const { page } = await open(figure("table", {}, { context: { permissions } }));
    const widget = await drawn(page);
    await widget.getByRole("button", { name: "Copy as JavaScript" }).click();
    await widget.getByText("Copied.").waitFor();
    const printed = await programs.lines(await clipboard(page));
    const shown = (await cells(widget)).flatMap((row) => row.slice(1, 6).map(numberIn));
    expect(printed).toHaveLength(shown.length);
    printed.forEach((line, i) => expect(Number(line.split(" ")[2])).toBeCloseTo(shown[i] ?? NaN, 2));
  });
});
