/** What does not fit. */
import type { Page } from "playwright-core";

/**
 * The elements, shadow trees included, that make the page scroll sideways; [] when it does not.
 */
export function overflowingElements(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const found = [];
    const visit = (root) => {
      for (const element of root.querySelectorAll("*")) {
        const { right, width: own } = element.getBoundingClientRect();
        if (own > 0 && right > width + 1) found.push(element.tagName.toLowerCase() + "." + element.className + " ends at " + right);
        if (element.shadowRoot) visit(element.shadowRoot);
      }
    };
    visit(document);
    return found.length > 0 ? found : ["the page is " + document.documentElement.scrollWidth + " wide"];
  })()`);
}
