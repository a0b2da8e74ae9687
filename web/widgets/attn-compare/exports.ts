import { csv } from "../shared/csv.js";
import type { HeadsMeasured } from "./measure.js";

const number = (value: number | undefined): string => (value === undefined ? "" : String(Number(value.toPrecision(8))));

/** Every head of every layer under every method; headings are English: they are read by programs. */
export function headsCsv(measured: readonly HeadsMeasured[], layers: readonly number[]): string {
  return csv([
    [
      ...["layer", "head", "performer low", "performer middle", "performer high"],
      ...["nystrom", "linear", "sparse", "uniform", "best of rank m"],
    ],
    ...measured.flatMap(({ heads, errors, performer, best }, i) =>
      Array.from({ length: heads }, (_, head) => [
        layers[i] === 0 ? "" : (layers[i] ?? ""),
        head + 1,
        ...[performer[head]?.low, performer[head]?.middle, performer[head]?.high].map(number),
        ...[errors.nystrom, errors.linear, errors.sparse, errors.uniform, best].map((all) => number(all?.[head])),
      ]),
    ),
  ]);
}
