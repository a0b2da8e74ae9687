import type { Numbers } from "../format.js";
import { joinSentences } from "../text.js";
import { standingOf } from "./crossing.js";
import { timeAt } from "./race.js";
import { about, type SpeedLine, type SpeedShown } from "./shown.js";
import { speedText } from "./text.js";

/** Where and how it was measured, the times at the longest, who is faster from where on, how the times grow. */
export function speedCaption(numbers: Numbers, { lines, width, variant, samples }: SpeedShown): string {
  const t = speedText(numbers.language);
  const [exact, ...rivals] = lines;
  const [half, last] = exact.points.slice(-2).map(({ n }) => n);
  const at = ({ points }: SpeedLine, n: number | undefined): number => timeAt(points, n ?? Number.NaN) ?? Number.NaN;
  const list = (words: readonly string[]): string => words.join(numbers.language === "zh" ? "，" : ", ");
  const n = last ?? Number.NaN;
  return joinSentences(numbers.language, [
    t("how", { d: width, variant, samples }),
    t("times", {
      n,
      each: list(lines.map((line) => t("takes", { method: line.label, time: numbers.duration(at(line, last)) }))),
    }),
    ...rivals.map((line) => {
      const standing = standingOf(exact.points, line.points);
      const method = line.label;
      if (standing.kind === "crossing") return t("cross", { method, n: about(standing.n) });
      return standing.kind === "always" ? t("always", { method }) : t("never", { method, n });
    }),
    t("doubling", {
      half: half ?? Number.NaN,
      n,
      growths: list(lines.map((line) => `${line.label} ×${numbers.fixed(at(line, last) / at(line, half), 1)}`)),
    }),
    ...(lines.some(({ points }) => points.some(({ disturbed }) => disturbed)) ? [t("disturbed")] : []),
  ]);
}
