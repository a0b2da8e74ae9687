import type { Numbers } from "../shared/format.js";
import type { Translate } from "../shared/text.js";
import type { Measured } from "./measure.js";
import type { StoredRun, StoredSize } from "./stored.js";
import type { BenchmarkText } from "./text.en.js";

/** One bar with its figures. */
export interface Row {
  readonly label: string;
  /** Gives its color: ours, a peer's, or the loops'. */
  readonly kind: "ours" | "peer" | "loops";
  readonly milliseconds: number;
  readonly gflops: number;
  /** Of the ceiling of the machine it was measured on. */
  readonly share: number;
}

const rateOf = (flops: number, milliseconds: number): number => flops / milliseconds / 1e6;

/** What the reader's machine did, as bars. */
export function measuredRows(t: Translate<BenchmarkText>, { variant, ours, loops, flops, ceiling }: Measured): Row[] {
  const row = (label: string, kind: Row["kind"], milliseconds: number): Row => {
    const gflops = rateOf(flops, milliseconds);
    return { label, kind, milliseconds, gflops, share: gflops / ceiling };
  };
  return [
    row(
      t("ourThread", { variant: t(variant === "relaxed" ? "variantRelaxed" : "variantSimd") }),
      "ours",
      ours.milliseconds,
    ),
    row(t("loops"), "loops", loops.milliseconds),
  ];
}

const kindOf = ({ who }: StoredRun): Row["kind"] => (who === "loops" ? "loops" : who === "attnlab" ? "ours" : "peer");

/** The stored run, the fastest first. */
export function storedRows(t: Translate<BenchmarkText>, { runs }: StoredSize): Row[] {
  return [...runs]
    .sort((a, b) => a.milliseconds - b.milliseconds)
    .map((run) => ({
      label:
        run.who === "loops"
          ? t("loops")
          : t(run.threads === 1 ? "oneThread" : "manyThreads", { who: run.who, threads: run.threads }),
      kind: kindOf(run),
      milliseconds: run.milliseconds,
      gflops: run.gflops,
      share: run.share,
    }));
}

/** The fastest of ours and of the peers with as many threads; undefined where one of them is missing. */
export function standing({ runs }: StoredSize): { ours: StoredRun; peer: StoredRun } | undefined {
  const fastest = (kind: Row["kind"]): StoredRun | undefined =>
    runs.filter((run) => kindOf(run) === kind).sort((a, b) => a.milliseconds - b.milliseconds)[0];
  const [ours, peer] = [fastest("ours"), fastest("peer")];
  return ours && peer && { ours, peer };
}

/** A row as text: label, time, rate, share. */
export const cellsOf = (numbers: Numbers, row: Row): [string, string, string, string] => [
  row.label,
  numbers.duration(row.milliseconds),
  numbers.significant(row.gflops, 3),
  numbers.percent(row.share),
];
