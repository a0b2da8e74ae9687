import { html, type TemplateResult } from "lit";

/** A word in any script but the Chinese one, which has no spaces around it. */
const word = "[^\\s\\u2018-\\u201d\\u3000-\\u9fff\\uff00-\\uffef]+";
const together = new RegExp(
  [
    `${word} [=≈] ${word}`, // m = 16
    "(?:κ )?(?:ln|log₅₁₂) n ?/√?(?:\\([^)]*\\)|d)", // κ ln n/d
    "~?\\d/√\\w", // 1/√d
    "[\\d.]+ (?:µs|ms|s|GFLOP/s|threads?)(?!\\w)", // 8.30 ms
    "\\d+ 个? ?(?:线程|token)", // 1024 个 token
    "[\\d.]+ (?:nats?(?!\\w)|奈特)", // 1.71 nats
    `e\\^\\([^)]*\\)(?: = ${word})?`, // e^(old m − new m) = 0.465
    "k-means",
    "\\d{4}-\\d\\d-\\d\\d", // 2026-11-26
  ].join("|"),
  "g",
);

/** The text with those pieces kept on one line each in which a reader would stumble over a break: 1/√d, m = 16, 8.30 ms. */
export function unbroken(text: string): readonly (string | TemplateResult)[] {
  const parts: (string | TemplateResult)[] = [];
  let end = 0;
  for (const { 0: piece, index } of text.matchAll(together)) {
    parts.push(text.slice(end, index), html`<span class="keep">${piece}</span>`);
    end = index + piece.length;
  }
  return [...parts, text.slice(end)];
}
