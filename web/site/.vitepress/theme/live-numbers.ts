/**
 * Numbers in the prose that follow the figure: `$H = \data{attn-live=meanEntropy}{1.40}$` shows 1.40 until the widget says
 * something else by an event of one of these names. See math.ts for how the mark gets into the page.
 */
import { onMounted, onUnmounted } from "vue";

/** Events that tell numbers. */
const events = [
  "attn-change",
  "entropy-change",
  "norms-change",
  "nystrom-change",
  "performer-change",
  "compare-change",
  "sparse-change",
  "linear-change",
] as const;

/** What is shown of such an event's detail, by the name in the mark. */
const shown: Readonly<Record<string, (detail: Readonly<Record<string, unknown>>) => string>> = {
  n: ({ n }) => String(n),
  logN: ({ n }) => fixed(Math.log(Number(n)), 2),
  scaleValue: ({ scaleValue }) => fixed(scaleValue, 3),
  meanEntropy: ({ meanEntropy }) => fixed(meanEntropy, 2),
  effective: ({ effective }) => fixed(effective, 1),
  initialEntropy: ({ initialEntropy }) => fixed(initialEntropy, 2),
  target: ({ target }) => fixed(target, 2),
  exponent: ({ exponent }) => digits(exponent, 3),
  temperature: ({ temperature }) => digits(temperature, 3),
  value: ({ value }) => digits(value, 3),
  subtracted: ({ subtracted }) => digits(subtracted, 3),
  divisor: ({ divisor }) => digits(divisor, 3),
  output: ({ output }) => digits(output, 3),
  features: ({ features }) => (typeof features === "number" ? String(features) : ""),
  error: ({ error }) => percent(error),
  uniformError: ({ uniformError }) => percent(uniformError),
  landmarks: ({ landmarks }) => (typeof landmarks === "number" ? String(landmarks) : ""),
  withoutMiddle: ({ withoutMiddle }) => percent(withoutMiddle),
  performerShare: ({ performer }) => percent(performer),
  nystromShare: ({ nystrom }) => percent(nystrom),
  rank: ({ rank }) => whole(rank),
  exactRank: ({ exactRank }) => whole(exactRank),
  keysOfRow: ({ keys }) => fixed(keys, 1),
  exactKeysOfRow: ({ exactKeys }) => fixed(exactKeys, 1),
  keptShare: ({ keptShare }) => percent(keptShare),
  reachedShare: ({ reached }) => percent(reached),
  uniformShare: ({ uniform }) => percent(uniform),
};

/** The names that a mark may use. */
export const liveNames = Object.keys(shown);

const whole = (value: unknown): string => (typeof value === "number" ? String(value) : "");

/** Empty for what is not a number: the old one stays. */
function fixed(value: unknown, digits: number): string {
  return typeof value === "number" && Number.isFinite(value) ? value.toFixed(digits) : "";
}

/** A share in percent, without the sign, as the figures write it; empty for what is not a number. */
function percent(value: unknown): string {
  return typeof value === "number" && Number.isFinite(value) ? (100 * value).toFixed(value < 0.0995 ? 1 : 0) : "";
}

/** Significant digits; empty for what is not a number. */
function digits(value: unknown, count: number): string {
  return typeof value === "number" && Number.isFinite(value) ? value.toPrecision(count) : "";
}

/** `<mn>` leaves below the mark; a formula's mark sits on an `<mrow>` around its number. */
function leafOf(mark: Element): Element {
  let leaf = mark;
  while (leaf.firstElementChild !== null) leaf = leaf.firstElementChild;
  return leaf;
}

function follow(event: Event): void {
  const { detail } = event as CustomEvent<Readonly<Record<string, unknown>>>;
  for (const mark of document.querySelectorAll("[data-attn-live]")) {
    const text = shown[mark.getAttribute("data-attn-live") ?? ""]?.(detail);
    if (text) leafOf(mark).textContent = text;
  }
}

/** For the set-up of the layout. */
export function useLiveNumbers(): void {
  onMounted(() => {
    for (const event of events) document.addEventListener(event, follow);
  });
  onUnmounted(() => {
    for (const event of events) document.removeEventListener(event, follow);
  });
}
