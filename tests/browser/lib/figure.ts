import type { Download, Locator, Page } from "playwright-core";
import { post, type Post } from "./post.js";
import type { OpenOptions } from "./visit.js";

/** Posts that carry a figure of this tag, with what stands there without JavaScript. */
export const figureOf =
  (tag: string, fallback: string) =>
  (attributes = "", more: Post = {}, options: Partial<OpenOptions> = {}): OpenOptions =>
    post(
      {
        figure: `<${tag} id="figure" ${attributes}><p class="fallback">${fallback}</p></${tag}>`,
        script: `${tag}.js`,
        ...more,
      },
      options,
    );

export const caption = (widget: Locator): Locator => widget.locator(".caption");

/** Cells of the table of this number. */
export const cells = (widget: Locator, index = 0): Promise<string[][]> =>
  widget
    .locator("table")
    .nth(index)
    .evaluate((table) =>
      [...table.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent.trim())),
    );

/** The name of the file that a button of the figure gives: "PNG", "SVG" or "CSV"; fails with the figure's own reason. */
export async function savedName(page: Page, widget: Locator, kind: string): Promise<string> {
  const excuse = widget.getByText("could not be written");
  const ending = `.${kind.toLowerCase()}`;
  const isIt = (saved: Download): boolean => saved.suggestedFilename().endsWith(ending);
  // On a busy machine a download got lost now and then, for a reason not found yet: it is asked for again.
  for (let attempt = 1; ; attempt++) {
    const came = page
      .waitForEvent("download", { predicate: isIt, timeout: 10_000 * attempt })
      .catch((error: unknown) => {
        if (attempt === 3) throw error;
      });
    await widget.getByRole("button", { name: `Download ${kind}` }).click();
    const given = await Promise.race([came, excuse.waitFor({ timeout: 60_000 }).then(() => excuse.textContent())]);
    if (given === null || typeof given === "string") throw new Error(given ?? "no reason given");
    if (given) return given.suggestedFilename();
  }
}
