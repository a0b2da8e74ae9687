import { css } from "lit";
import { planeStyles } from "../shared/figure-styles.js";
import { methodStyles } from "../shared/methods.js";
import { widgetStyles } from "../shared/styles.js";
import { takeAwayStyles } from "../shared/take-away/styles.js";

/** Layout of the benchmark on top of what all widgets share. */
export const benchmarkStyles = [
  ...widgetStyles,
  takeAwayStyles,
  planeStyles,
  methodStyles,
  css`
    .run {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.5em;
      min-height: var(--target);
    }
    .groups {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 24em), 1fr));
      align-items: start;
      gap: 1.5em 2em;
    }
    table {
      width: 100%;
      border-collapse: collapse;
      font-size: 0.875em;
    }
    caption {
      padding-block-end: 0.5em;
      text-align: start;
      font-weight: 650;
    }
    thead th {
      color: var(--muted);
      font-weight: 400;
      word-break: keep-all;
      border-block-end: 1px solid var(--rule);
    }
    th,
    td {
      padding: 0.35em 0 0.35em 0.6em;
      text-align: end;
      vertical-align: top;
      font-weight: 400;
    }
    th:first-child,
    td:first-child {
      width: 60%;
      padding-inline-start: 0;
      text-align: start;
    }
    tr:not(.instead) td {
      white-space: nowrap;
    }
    :is(.instead, .ceiling) :is(th, td) {
      color: var(--muted);
    }
    .bar {
      display: block;
      width: 100%;
      height: 8px;
      margin-block-start: 3px;
    }
    .bar .track {
      fill: var(--panel);
    }
    .bar .value {
      fill: var(--control);
    }
    .ours .value {
      fill: var(--accent);
    }
    :is(.loops, .ceiling) .value {
      fill: var(--rule);
    }
    .stage {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 1.5em 2em;
    }
    figure {
      min-width: 0;
      margin: 0;
    }
    figcaption {
      font-size: 0.875em;
      font-weight: 650;
    }
    .plane .leader {
      fill: none;
      stroke: var(--muted);
    }
    .table {
      max-width: 44em;
      overflow: auto;
    }
    @container (min-width: 48em) {
      .stage.pair {
        grid-template-columns: repeat(2, minmax(0, 1fr));
      }
    }
    /* A phone: the numbers keep their columns, the names wrap. */
    @container (max-width: 26em) {
      table {
        table-layout: fixed;
        font-size: 0.8125em;
      }
      th,
      td {
        padding-inline-start: 0.25em;
      }
      th:first-child,
      td:first-child {
        width: 40%;
      }
    }
    @media (forced-colors: active) {
      .bar .value {
        fill: CanvasText;
      }
      .ours .value {
        fill: Highlight;
      }
    }
  `,
];
