import { csv } from "../csv.js";
import type { SpeedPoint } from "./race.js";

/** Times by length and method, and which of them were disturbed; headings are English: they are read by programs. */
export function speedCsv<Method extends string>(
  methods: readonly Method[],
  points: Readonly<Record<Method, readonly SpeedPoint[]>>,
): string {
  const lengths = [...new Set(methods.flatMap((method) => points[method].map(({ n }) => n)))].sort((a, b) => a - b);
  const at = (method: Method, n: number): SpeedPoint | undefined => points[method].find((point) => point.n === n);
  return csv([
    ["tokens", ...methods.map((method) => `${method} ms`), "disturbed"],
    ...lengths.map((n) => [
      n,
      ...methods.map((method) => {
        const time = at(method, n)?.milliseconds;
        return time === undefined ? "" : String(Number(time.toPrecision(8)));
      }),
      methods.filter((method) => at(method, n)?.disturbed).join(" "),
    ]),
  ]);
}
