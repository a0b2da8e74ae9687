/**
 * The benchmark page of the site: the stored run is there without JavaScript, and can be read on a phone.
 */
import { expect, test } from "vitest";
import { setting } from "./lib/site.js";
import { open } from "./lib/visit.js";

for (const path of ["/en/benchmark", "/zh/benchmark"]) {
  test(`${path} shows the stored run without JavaScript, peers and losses included`, async () => {
    const { page } = await open(
      setting(path, { context: { javaScriptEnabled: false }, expectedProblems: [/^request failed: .*\.js csp$/] }),
    );
    const table = page.locator(".benchmark-table table");
    const heading = (await table.locator("thead").textContent()) ?? "";
    for (const who of ["attnlab", "onnxruntime-web", "TensorFlow.js", "jax-js"]) expect(heading).toContain(who);
    expect(await table.locator("tbody tr:not(.name)").count()).toBeGreaterThan(20);
    expect(await page.locator(".benchmark").textContent()).toMatch(/Chromium.*\d{4}-\d\d-\d\d/);
  });

  test(`${path} has the names of cases above the figures on a phone, and in sight`, async () => {
    const { page } = await open(setting(path, { context: { viewport: { width: 360, height: 640 } } }));
    const box = page.locator(".benchmark-table");
    const outside = (): Promise<string[]> =>
      box.evaluate((element) => {
        const { left, right } = element.getBoundingClientRect();
        return [...element.querySelectorAll(".name div")].flatMap((name) => {
          const at = name.getBoundingClientRect();
          return at.width > 0 && at.left >= left - 1 && at.right <= right + 1 ? [] : [name.textContent];
        });
      });
    expect(await outside()).toEqual([]);
    expect(await box.locator("tbody tr:not(.name) th").first().isVisible()).toBe(false);
    await box.evaluate((element) => {
      element.scrollLeft = element.scrollWidth;
    });
    expect(await box.evaluate((element) => element.scrollLeft)).toBeGreaterThan(100);
    expect(await outside()).toEqual([]);
  });
}
