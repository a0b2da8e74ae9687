import { css } from "lit";
import { widgetStyles } from "../shared/styles.js";
import { takeAwayStyles } from "../shared/take-away/styles.js";

/** Layout and marks of the entropy figure on top of what all widgets share. */
export const entropyStyles = [
  ...widgetStyles,
  takeAwayStyles,
  css`
    .stage {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 1em;
    }
    .plane {
      display: block;
      width: 100%;
      height: auto;
      font-size: 12px;
    }
    .plane text {
      fill: var(--muted);
    }
    .plane .grid {
      stroke: var(--rule);
    }
    .slider {
      display: grid;
      gap: 0.1em;
      flex: 1 1 14em;
      max-width: 24em;
    }
    .slider input {
      width: 100%;
      min-height: 40px;
      margin: 0;
      accent-color: var(--accent);
    }
    .slider strong {
      color: var(--ink);
      font-weight: 650;
    }
    select {
      max-width: 100%;
    }
    .keys {
      display: flex;
      flex-wrap: wrap;
      gap: 0.15em 1.25em;
      margin: 0;
      color: var(--muted);
      font-size: 0.875em;
    }
    .keys span {
      display: inline-flex;
      align-items: center;
      gap: 0.4em;
    }
    .keys svg {
      flex: none;
      width: 26px;
      height: 8px;
    }
    .line,
    .before {
      fill: none;
      stroke-width: 2;
    }
    .before {
      stroke: var(--ink);
      stroke-width: 1.25;
    }
    .after {
      fill: var(--accent);
    }
    .after.article {
      fill: var(--control);
    }
    .plane .lost {
      fill: var(--warning);
      font-size: 26px;
      font-weight: 700;
    }
    .line.curve,
    .line.raw {
      stroke: var(--control);
    }
    .line.target {
      stroke: var(--muted);
      stroke-width: 1.5;
      stroke-dasharray: 2 4;
    }
    .line.article,
    .line.temperature {
      stroke: var(--ink);
      stroke-width: 1.5;
      stroke-dasharray: 6 3;
    }
    .line.back {
      stroke: var(--ink);
      stroke-width: 1;
      stroke-dasharray: 1.5 2.5;
    }
    .line.topk {
      stroke: var(--ink);
      stroke-dasharray: 2 3;
    }
    .line.topp {
      stroke: var(--ink);
      stroke-width: 1.25;
    }
    .line.entropy {
      stroke: var(--accent);
      stroke-width: 3;
    }
    .dot.start,
    .dot.article {
      fill: var(--ink);
    }
    .dot.start {
      fill: var(--paper);
      stroke: var(--ink);
      stroke-width: 2;
    }
    .dot.robust {
      fill: var(--accent);
    }
    .chosen {
      fill: var(--accent);
      fill-opacity: 0.14;
    }
    .pick {
      fill: transparent;
      cursor: pointer;
    }
    .pair {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 20em), 1fr));
      gap: 1em;
    }
    .cards {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 19em), 1fr));
      gap: 1.25em 1.5em;
      margin: 0;
      padding: 0;
      list-style: none;
    }
    .cards li {
      display: grid;
      align-content: start;
      gap: 0.5em;
    }
    .cards h3 {
      margin: 0;
      font-size: 1em;
      font-weight: 650;
    }
    .cards p {
      margin: 0;
      font-size: 0.9375em;
    }
    .cards button {
      justify-self: start;
    }
    .table {
      max-height: 24em;
      overflow: auto;
      border: 1px solid var(--rule);
      border-radius: 8px;
    }
    table {
      width: 100%;
      border-collapse: collapse;
      font-size: 0.875em;
    }
    caption {
      padding: 0.5em 0.75em;
      text-align: start;
      font-weight: 650;
    }
    th,
    td {
      padding: 0.3em 0.75em;
      text-align: end;
      font-weight: 400;
      white-space: nowrap;
    }
    th:first-child {
      text-align: start;
    }
    thead th {
      color: var(--muted);
      border-block-end: 1px solid var(--rule);
    }
    tr[aria-current="true"] > * {
      background: var(--panel);
      font-weight: 650;
    }
    @media (forced-colors: active) {
      .after.robust,
      .after.entropy {
        fill: Highlight;
      }
      .after.article {
        fill: GrayText;
      }
    }
  `,
];
