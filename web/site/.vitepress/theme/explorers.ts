/**
 * Widgets in the prose: loads their code on pages that have one, and lets a link in the text set a widget's state:
 * `[now without any scale](#explorer){data-attn-set="scale=1"}`. Without JavaScript the same link leads to the widget.
 */
import { nextTick, onMounted, onUnmounted } from "vue";
import { onContentUpdated } from "vitepress";
import { rememberPlace } from "./return-to-text.js";

/** Every widget, by its tag, which is also the name of its script. */
const WIDGETS = [
  "attn-benchmark",
  "attn-compare",
  "attn-entropy",
  "attn-entropy-scale",
  "attn-explorer",
  "attn-linear",
  "attn-norms",
  "attn-nystrom",
  "attn-performer",
  "attn-sparse",
] as const;

const loading = new Map<string, Promise<unknown>>();

/** Loads each widget once, on the first page that has one. Where that fails, the picture inside the element stays. */
function loadWidgets(): void {
  for (const widget of WIDGETS) {
    if (document.querySelector(widget) === null || loading.has(widget)) continue;
    const address = `${__WIDGETS__}/${widget}.js`;
    const loaded = import(/* @vite-ignore */ address).catch((reason: unknown) => {
      document.documentElement.classList.add("no-widgets");
      console.warn("The interactive figure could not be loaded; its picture is shown instead.", reason);
    });
    loading.set(widget, loaded);
  }
}

/** "scale=entropy causal=true layer=" → [["scale", "entropy"], ["causal", "true"], ["layer", ""]] */
export function parseState(text: string): [name: string, value: string][] {
  return text
    .trim()
    .split(/\s+/)
    .map((pair) => {
      const at = pair.indexOf("=");
      return at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
    });
}

/** Sets attributes; a leading "!" takes one away, as boolean attributes need. */
function setState(widget: Element, text: string): void {
  for (const [name, value] of parseState(text)) {
    if (name.startsWith("!")) widget.removeAttribute(name.slice(1));
    else widget.setAttribute(name, value);
  }
}

function isInView(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= window.innerHeight;
}

function followStateLink(event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest<HTMLAnchorElement>("a[data-attn-set]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const widget = document.getElementById(link.hash.slice(1));
  if (!widget) return;
  event.preventDefault();
  setState(widget, link.dataset.attnSet ?? "");
  if (isInView(widget)) return;
  rememberPlace(link);
  const reduced = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  widget.scrollIntoView({ block: "start", behavior: reduced ? "auto" : "smooth" });
}

/** For the set-up of the layout. */
export function useExplorers(): void {
  onContentUpdated(() => void nextTick(loadWidgets));
  onMounted(() => {
    loadWidgets();
    document.addEventListener("click", followStateLink);
  });
  onUnmounted(() => document.removeEventListener("click", followStateLink));
}
