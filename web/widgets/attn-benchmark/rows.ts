import type { Numbers } from "../shared/format.js";
import type { Translate } from "../shared/text.js";
import type { Measured } from "./measure.js";
import type { StoredRun, StoredSize } from "./stored.js";
import type { BenchmarkText } from "./text.en.js";

/** One bar. */
export interface Named {
  readonly label: string;
  /** Gives its color: ours, a peer's, or the loops'. */
  readonly kind: "ours" | "peer" | "loops";
}

/** The same with its figures. */
export interface Row extends Named {
  readonly milliseconds: number;
  readonly gflops: number;
  /** Of the ceiling of one core of the machine it was measured on: of several threads it can be more than 1. */
  readonly share: number;
}

const rateOf = (flops: number, milliseconds: number): number => flops / milliseconds / 1e6;

/** What is measured on the reader's machine, with this variant of ours, once it is known. */
export const toMeasure = (t: Translate<BenchmarkText>, variant?: Measured["variant"]): [ours: Named, loops: Named] => [
  {
    label:
      variant === undefined
        ? "attnlab"
        : t("ourThread", { variant: t(variant === "relaxed" ? "variantRelaxed" : "variantSimd") }),
    kind: "ours",
  },
  { label: t("loops"), kind: "loops" },
];

/** What the reader's machine did, as bars. */
export function measuredRows(t: Translate<BenchmarkText>, { variant, ours, loops, flops, ceiling }: Measured): Row[] {
  const row = (named: Named, milliseconds: number): Row => {
    const gflops = rateOf(flops, milliseconds);
    return { ...named, milliseconds, gflops, share: gflops / ceiling };
  };
  const [first, second] = toMeasure(t, variant);
  return [row(first, ours.milliseconds), row(second, loops.milliseconds)];
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

/** The share at which a bar is full, the same for all that are compared. */
export const fullShare = (groups: readonly (readonly Row[])[]): number =>
  Math.max(1, ...groups.flat().map(({ share }) => share));

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
