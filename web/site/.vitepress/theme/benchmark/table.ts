/** The stored figures: every case beside the peers, the run's circumstances, and where we lose. */
import { h, type FunctionalComponent, type VNode } from "vue";
import { useData } from "vitepress";
import { data } from "../../benchmark.data.js";
import { losesToPeer, milliseconds, pair, ratio, toLoops, type Row } from "./cells.js";
import { limit } from "./limit.js";
import { caseText, knownOperations, texts, type Language } from "./text.js";

const useLanguage = (): Language => (useData().lang.value.startsWith("zh") ? "zh" : "en");

/** By operation, each with its cases in the order of the run. */
const rows = knownOperations.flatMap((operation) => data.rows.filter((row) => row.operation === operation));

/** Peers in the order of the results, which is that of the columns. */
const peers = Object.keys(data.rows[0]?.peers ?? {});

/** A case: its figures in a row beside its name, and the name once more, in a row of its own that a phone shows instead. */
function caseOf(language: Language, row: Row, columns: number): VNode {
  const t = texts[language];
  const bare = caseText(language, row.operation, row.label);
  const name = row.disturbed ? t.aside(bare, t.disturbed) : bare;
  return h("tbody", [
    h("tr", { class: "name" }, h("th", { scope: "rowgroup", colspan: columns }, h("div", name))),
    figuresOf(language, row, name),
  ]);
}

function figuresOf(language: Language, row: Row, name: string): VNode {
  const t = texts[language];
  const lost = losesToPeer(row);
  return h("tr", [
    h("th", { scope: "row" }, name),
    h("td", { class: lost ? "lost" : undefined }, [
      row.toPeer === undefined ? "–" : lost ? t.aside(ratio(row.toPeer), t.slower) : ratio(row.toPeer),
    ]),
    h(
      "td",
      limit(language, row).map((line) => h("div", line)),
    ),
    h("td", pair(row.relaxed)),
    h("td", pair(row.simd)),
    h("td", milliseconds(row.pool)),
    ...peers.map((peer) => h("td", pair(row.peers[peer] ?? []))),
    h("td", milliseconds(row.loops)),
  ]);
}

/** `<BenchmarkTable />` */
export const BenchmarkTable: FunctionalComponent = () => {
  const language = useLanguage();
  const t = texts[language];
  const { date, machine, timing, disturbances, peers: packages, loadToFirstResult, firstCalls } = data.report;
  const columns = [t.operation, t.toPeer, t.limit, t.relaxed, t.simd, t.pool, ...peers, t.loops];
  const calls = firstCalls
    .map((call) => t.firstCall(call.variant, ratio(call.ratio)))
    .join(language === "zh" ? "，" : ", ");
  const versions = packages
    .map(({ name, version, license }) => t.aside(`${name} ${version}`, license))
    .join(language === "zh" ? "、" : ", ");
  return h("div", { class: "benchmark" }, [
    h("p", t.caption(machine.processor, machine.cores, machine.browser, date, timing.rounds)),
    h("p", t.limits),
    disturbances.length > 0 ? h("p", h("strong", t.busy)) : null,
    h("div", { class: "benchmark-table", role: "region", tabindex: 0, "aria-label": t.region }, [
      h("table", [
        h(
          "thead",
          h(
            "tr",
            columns.map((column) => h("th", { scope: "col" }, column)),
          ),
        ),
        rows.map((row) => caseOf(language, row, columns.length - 1)),
      ]),
    ]),
    h("p", t.once(loadToFirstResult.median.toFixed(0), calls)),
    h("p", `${t.peers}${language === "zh" ? "：" : ": "}${versions}`),
  ]);
};

/** `<BenchmarkLosses />`: the cases in which a peer, or loops in JavaScript, beat every form of ours. */
export const BenchmarkLosses: FunctionalComponent = () => {
  const language = useLanguage();
  const t = texts[language];
  const losses = rows.flatMap((row) => {
    const name = caseText(language, row.operation, row.label);
    const loops = toLoops(row);
    return [
      ...(losesToPeer(row) ? [t.lossToPeer(name, ratio(row.toPeer ?? 1))] : []),
      ...(loops !== undefined && loops > 1 ? [t.lossToLoops(name, ratio(loops))] : []),
    ];
  });
  return losses.length === 0
    ? h("p", t.noLosses)
    : h(
        "ul",
        losses.map((loss) => h("li", loss)),
      );
};
