/** The two languages every widget is written in. */
export type Language = "en" | "zh";

/** `zh`, `zh-CN`, `zh-Hans-SG`, ... share one table; everything that is not Chinese reads English. */
export function languageOfTag(tag: string | null | undefined): Language {
  return /^zh(-|_|$)/i.test(tag ?? "") ? "zh" : "en";
}

/** Language of the nearest ancestor (the element included, shadow roots crossed) that carries a `lang` attribute. */
export function languageOf(element: Element): Language {
  let node: Node | null = element;
  while (node !== null) {
    if (node instanceof Element && node.hasAttribute("lang")) return languageOfTag(node.getAttribute("lang"));
    node = node instanceof ShadowRoot ? node.host : node.parentNode;
  }
  return languageOfTag(element.ownerDocument.documentElement.lang);
}

const listeners = new Set<() => void>();
let observer: MutationObserver | undefined;

/**
 * Calls `listener` whenever some `lang` attribute of the document changes; returns the function that stops it.
 * One observer serves all widgets of a page, and none is left when the last widget goes.
 */
export function observeLanguage(listener: () => void): () => void {
  listeners.add(listener);
  if (observer === undefined) {
    observer = new MutationObserver(() => listeners.forEach((call) => call()));
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["lang"], subtree: true });
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      observer?.disconnect();
      observer = undefined;
    }
  };
}
