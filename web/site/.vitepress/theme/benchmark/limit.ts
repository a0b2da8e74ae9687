/** What a case is held to, as the cell of the stored table says it. */
import { ratio, type Row } from "./cells.js";
import { texts, type Language } from "./text.js";

/** What else was measured beside a case, by its name in the results. */
const besides = { forward: "besideForward", full: "besideFull", softmax: "besideSoftmax" } as const;

const isBeside = (label: string): label is keyof typeof besides => Object.hasOwn(besides, label);

/** In lines: share of the arithmetic, or multiple of the memory traffic, and the ratio to what was measured beside it. */
export function limit(language: Language, { limit: found, beside, missing }: Row): string[] {
  const t = texts[language];
  if (missing !== undefined) return [t.missing];
  const parts = [
    ...(found?.ceiling === undefined ? [] : [t.ceiling(`${(100 * found.ceiling).toFixed(0)}%`)]),
    ...(found?.traffic === undefined ? [] : [t.traffic(ratio(found.traffic))]),
    ...(found?.floor === undefined ? [] : [t.floor(ratio(found.floor))]),
    ...(beside !== undefined && isBeside(beside.label) ? [t[besides[beside.label]](ratio(beside.ratio))] : []),
  ];
  return parts.length === 0 ? ["–"] : parts;
}
