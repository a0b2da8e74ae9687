/** The newest committed results of `npm run bench`, as the page needs them; read while the site is built. */
import { storedReport, storedRows } from "../../../benchmarks/lib/stored.mjs";

const report = storedReport();

export interface Benchmark {
  readonly rows: ReturnType<typeof storedRows>;
  readonly report: Pick<
    ReturnType<typeof storedReport>,
    "date" | "machine" | "peers" | "timing" | "disturbances" | "loadToFirstResult" | "firstCalls"
  >;
}

declare const data: Benchmark;
export { data };

export default {
  load(): Benchmark {
    const { date, machine, peers, timing, disturbances, loadToFirstResult, firstCalls } = report;
    return {
      rows: storedRows(report),
      report: { date, machine, peers, timing, disturbances, loadToFirstResult, firstCalls },
    };
  },
};
