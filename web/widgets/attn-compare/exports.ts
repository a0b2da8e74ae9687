import { csv } from "../shared/csv.js";
import type { HeadsMeasured } from "./measure.js";

const number = (value: number | undefined): string => (value === undefined ? "" : String(Number(value.toPrecision(8))));

/** Every head under every method; headings are English in every language: they are read by programs. */
export function headsCsv({ heads, errors, performer }: HeadsMeasured): string {
  return csv([
    ["head", "performer low", "performer middle", "performer high", "nystrom", "linear", "sparse", "uniform"],
    ...Array.from({ length: heads }, (_, head) => [
      head + 1,
      number(performer[head]?.low),
      number(performer[head]?.middle),
      number(performer[head]?.high),
      number(errors.nystrom[head]),
      number(errors.linear[head]),
      number(errors.sparse[head]),
      number(errors.uniform[head]),
    ]),
  ]);
}
