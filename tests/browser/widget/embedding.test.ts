/**
 * <attn-explorer> in somebody's page: what a reader meets before any click, and that it fits the page it stands in: its
 * policy, language, colors, width; without JavaScript, workers or WebAssembly; twice, moved, removed.
 */
import type { Locator } from "playwright-core";
import { describe, expect, test } from "vitest";
import { accessibilityViolations } from "../lib/axe.js";
import { eventually } from "../lib/eventually.js";
import { colorsOfMap, shownWeights, stateOf, tablesOf } from "../lib/explorer.js";
import { overflowingElements } from "../lib/layout.js";
import { policyWith, STRICT_POLICY } from "../lib/policy.js";
import { drawn, figure, post, WIDGETS } from "../lib/post.js";
import { open } from "../lib/visit.js";

const TOKENS = 31;

const fallback = (widget: Locator): Locator => widget.locator(".fallback");

describe("before any click", () => {
  test("the map, the tokens with their shares, and a caption in numbers are there", async () => {
    const { page } = await open(post());
    const widget = await drawn(page);
    expect(await colorsOfMap(widget)).toBeGreaterThan(30);
    expect(await widget.locator(".tokens .token").count()).toBe(TOKENS);
    expect((await widget.locator(".token .share").allTextContents()).join("")).toMatch(/\d+%/);
    expect(await widget.locator(".caption").textContent()).toMatch(/entropy is \d\.\d\d nats/);
    expect(await fallback(widget).isVisible()).toBe(false);
  });

  test("nothing is computed for a figure that is far below", async () => {
    const { page, server } = await open(post({ figure: `${"<p>Text.</p>".repeat(300)}${figure()}` }));
    const widget = page.locator("#figure");
    await page.waitForLoadState("networkidle");
    const before = server.requests.length;
    expect(await widget.locator(".caption").textContent()).not.toMatch(/\d/);
    await widget.scrollIntoViewIfNeeded();
    await drawn(page);
    expect(server.requests.length).toBeGreaterThan(before);
  });

  test("the reader's machine is timed by itself", async () => {
    const { page } = await open(post());
    const widget = await drawn(page);
    const line = widget.locator(".machine");
    await line.filter({ hasText: "GFLOP/s" }).waitFor();
    expect(await line.textContent()).toMatch(/12 heads × 31 tokens × 32, in [\d.]+ (µs|ms): [\d.]+ GFLOP\/s/);
  });
});

describe("the single file", () => {
  test("is all that is fetched", async () => {
    const { page, server } = await open(post({ script: "attn-explorer.single.js" }));
    const widget = await drawn(page);
    expect(await colorsOfMap(widget)).toBeGreaterThan(30);
    await page.waitForLoadState("networkidle");
    expect(server.requests.filter((path) => path.startsWith(WIDGETS))).toEqual([`${WIDGETS}attn-explorer.single.js`]);
  });

  test("shows what the folder of files shows", async () => {
    const layer = 2;
    const attributes = `table layer="${layer}" head="7"`;
    const whole = await open(post({ figure: figure(attributes) }));
    const single = await open(post({ figure: figure(attributes), script: "attn-explorer.single.js" }));
    const [a, b] = [await drawn(whole.page), await drawn(single.page)];
    if ((await stateOf(b)).layer !== layer)
      await a.evaluate((element, to) => element.setAttribute("layer", to), String((await stateOf(b)).layer));
    await eventually(async () => expect(await shownWeights(a)).toEqual(await shownWeights(b)));
  });

  test("says that other layers come with the full build, and keeps what it shows", async () => {
    const { page } = await open(post({ script: "attn-explorer.single.js" }));
    const widget = await drawn(page);
    const { layer } = await stateOf(widget);
    await widget.evaluate((element, other) => element.setAttribute("layer", String(other)), layer === 6 ? 1 : 6);
    await widget.locator(".warning", { hasText: /single-file/ }).waitFor();
    expect((await stateOf(widget)).layer).toBe(layer);
  });
});

describe("where something is missing", () => {
  test("without JavaScript the fallback is shown", async () => {
    const { page } = await open(post({}, { context: { javaScriptEnabled: false } }));
    expect(await fallback(page.locator("#figure")).isVisible()).toBe(true);
  });

  for (const script of ["attn-explorer.js", "attn-explorer.single.js"]) {
    test(`without WebAssembly ${script} says so and the fallback stays`, async () => {
      const { page } = await open(post({ script, policy: STRICT_POLICY.replace(" 'wasm-unsafe-eval'", "") }));
      const widget = page.locator("#figure");
      await widget
        .getByRole("alert")
        .filter({ hasText: /could not be started/ })
        .waitFor();
      expect(await fallback(widget).isVisible()).toBe(true);
    });
  }

  test("without workers the page computes, and measures", async () => {
    const { page } = await open(
      post(
        { policy: policyWith("worker-src", "'none'"), figure: figure('text="passage" layer="3" table') },
        { expectedProblems: [/worker-src/] },
      ),
    );
    const widget = await drawn(page);
    expect(await colorsOfMap(widget)).toBeGreaterThan(30);
    await widget.getByRole("button", { name: /^Measure 8 heads/ }).click();
    await widget
      .locator(".machine", { hasText: /8 heads × 1024 tokens × 64, in [\d.]+ (ms|s): [\d.]+ GFLOP/ })
      .waitFor();
  });

  test("when a layer cannot be fetched the widget says which and keeps the last one", async () => {
    const { page, context } = await open(post({}, { expectedProblems: [/status 500/, /console error: .*500/] }));
    const widget = await drawn(page);
    const { layer: shown } = await stateOf(widget);
    const other = shown === 6 ? 5 : 6;
    await context.route(/\.layer\d\.safetensors$/, (route) => route.fulfill({ status: 500 }));
    await widget.evaluate((element, layer) => element.setAttribute("layer", String(layer)), other);
    const alert = widget.getByRole("alert");
    await alert
      .filter({ hasText: new RegExp(`Layer ${other} could not be fetched .*500.*still see layer ${shown}`) })
      .waitFor();
    expect((await stateOf(widget)).layer).toBe(shown);
  });
});

describe("several, moved and removed", () => {
  test("two figures keep their own state and share the kernels", async () => {
    const { page, server } = await open(
      post({
        figure: `<attn-explorer id="a" scale="none" table></attn-explorer>
          <attn-explorer id="b" scale="entropy" causal table></attn-explorer>`,
      }),
    );
    const [a, b] = [await drawn(page, "#a"), await drawn(page, "#b")];
    expect((await tablesOf(a)).row).not.toEqual((await tablesOf(b)).row);
    await a.getByLabel("Look back only").check();
    expect(await stateOf(a)).toMatchObject({ scale: "none", causal: true });
    expect(await stateOf(b)).toMatchObject({ scale: "entropy", causal: true });
    const fetched = server.requests.filter((path) => path.startsWith(WIDGETS));
    const pageChunks = fetched.filter((path) => !path.includes("worker"));
    expect(pageChunks.length).toBe(new Set(pageChunks).size);
  });

  test("a figure that is taken out and put elsewhere goes on", async () => {
    const { page } = await open(post({ figure: figure("table") }));
    const widget = await drawn(page);
    await widget.getByLabel("Look back only").check();
    const before = await tablesOf(widget);
    await page.evaluate(`(() => {
      globalThis.taken = document.getElementById("figure");
      taken.remove();
    })()`);
    await page.waitForTimeout(100);
    await page.evaluate(`document.querySelector("main").prepend(taken)`);
    await drawn(page);
    expect(await tablesOf(widget)).toEqual(before);
    await widget
      .getByRole("radio", { name: /^none|^1(?![/\d])/ })
      .first()
      .check({ force: true });
    await eventually(async () => expect(await tablesOf(widget)).not.toEqual(before));
  });

  test("a figure that goes before it has drawn leaves no trace", async () => {
    const { page } = await open(post());
    await page.evaluate(`(() => {
      const figure = document.getElementById("figure");
      for (let i = 0; i < 20; ++i) {
        figure.remove();
        document.querySelector("main").append(figure);
      }
      figure.remove();
    })()`);
    await page.waitForTimeout(300);
    expect(await page.locator("attn-explorer").count()).toBe(0);
  });

  test("the script may come twice, and the element from createElement", async () => {
    const { page } = await open(
      post({
        figure: `<script type="module" src="${WIDGETS}attn-explorer.js"></script>
          <script type="module" src="${WIDGETS}attn-explorer.single.js"></script>`,
      }),
    );
    await page.evaluate(`(() => {
      const figure = document.createElement("attn-explorer");
      figure.id = "figure";
      figure.setAttribute("scale", "none");
      document.querySelector("main").append(figure);
    })()`);
    const widget = await drawn(page);
    expect((await stateOf(widget)).scale).toBe("none");
  });
});

describe("language", () => {
  test("is that of the nearest ancestor, and follows it", async () => {
    const { page } = await open(post({ figure: `<div id="part" lang="zh-CN">${figure()}</div>` }));
    const widget = await drawn(page);
    expect(await widget.locator(".caption").textContent()).toMatch(/熵/);
    await page.locator("#part").evaluate((part) => part.setAttribute("lang", "en"));
    await widget.locator(".caption", { hasText: /entropy/ }).waitFor();
    await widget.evaluate((element) => element.setAttribute("lang", "zh"));
    await widget.locator(".caption", { hasText: /熵/ }).waitFor();
  });

  test("of an unknown page is English", async () => {
    const { page } = await open(post({ lang: "fi" }));
    expect(await (await drawn(page)).locator(".caption").textContent()).toMatch(/entropy/);
  });
});

describe("looks", () => {
  const paper = (widget: Locator): Promise<string> =>
    widget.locator("section").evaluate((section) => getComputedStyle(section).backgroundColor);

  test("follow the page's color scheme, and the theme attribute against it", async () => {
    const { page } = await open(post());
    const widget = await drawn(page);
    const colors = async (): Promise<string> =>
      widget.locator("section").evaluate((section) => getComputedStyle(section).color);
    const light = await colors();
    await page.emulateMedia({ colorScheme: "dark" });
    await eventually(async () => expect(await colors()).not.toBe(light));
    await widget.evaluate((element) => element.setAttribute("theme", "light"));
    await eventually(async () => expect(await colors()).toBe(light));
    expect(await paper(widget)).toBeTruthy();
  });

  test("hold nothing that moves under reduced motion", async () => {
    const { page } = await open(post({}, { context: { reducedMotion: "reduce" } }));
    const widget = await drawn(page);
    await widget.getByLabel("Look back only").check();
    const running = await page.evaluate("document.getAnimations().filter((one) => one.playState === 'running').length");
    expect(running).toBe(0);
    const longest = await widget.evaluate((element) => {
      const seconds = [...(element.shadowRoot?.querySelectorAll("*") ?? [])].flatMap((inner) => {
        const { transitionDuration, animationDuration } = getComputedStyle(inner);
        return `${transitionDuration}, ${animationDuration}`
          .split(", ")
          .map((text) => parseFloat(text) * (text.endsWith("ms") ? 1e-3 : 1));
      });
      return Math.max(...seconds);
    });
    expect(longest).toBeLessThan(0.02);
  });

  for (const lang of ["en", "zh"]) {
    test(`fit 320 pixels (${lang})`, async () => {
      const { page } = await open(
        post(
          { lang, figure: figure('table scale="entropy"') },
          { context: { viewport: { width: 320, height: 640 }, hasTouch: true } },
        ),
      );
      const widget = await drawn(page);
      await widget.locator("details").evaluateAll((list) => {
        for (const details of list) (details as HTMLDetailsElement).open = true;
      });
      expect(await overflowingElements(page)).toEqual([]);
      const small = await widget.evaluate((element) =>
        [...(element.shadowRoot?.querySelectorAll("button, select, summary, label.switch, label.file") ?? [])]
          .map(
            (control) =>
              ({ name: control.textContent.trim(), ...control.getBoundingClientRect().toJSON() }) as DOMRect & {
                name: string;
              },
          )
          .filter(({ width, height }) => width > 0 && (width < 40 || height < 40))
          .map(({ name, width, height }) => `${name.slice(0, 30)}: ${Math.round(width)} x ${Math.round(height)}`),
      );
      expect(small).toEqual([]);
    });
  }

  for (const lang of ["en", "zh"]) {
    test(`give axe nothing to say, light, dark and in forced colors (${lang})`, async () => {
      const { page } = await open(
        // Colors on their way from one scheme to the other are nobody's choice.
        post({ lang, figure: figure('table scale="entropy" causal') }, { context: { reducedMotion: "reduce" } }),
      );
      const widget = await drawn(page);
      await widget.locator("details").evaluate((details) => {
        (details as HTMLDetailsElement).open = true;
      });
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: "light", forcedColors: "active" });
      expect(await accessibilityViolations(page)).toEqual([]);
      expect(await colorsOfMap(widget)).toBeGreaterThan(30);
    });
  }
});
