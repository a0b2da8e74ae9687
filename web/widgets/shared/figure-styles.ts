import { css } from "lit";
import { widgetStyles } from "./styles.js";
import { takeAwayStyles } from "./take-away/styles.js";

/** Charts over axes, as wide as their place. */
export const planeStyles = css`
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
`;

/** Layout of a figure's charts, keys, sliders and tables on top of what all widgets share. */
export const figureStyles = [
  ...widgetStyles,
  takeAwayStyles,
  planeStyles,
  css`
    .stage {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 1em;
    }
    .draggable {
      cursor: ew-resize;
      touch-action: pan-y;
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
    .controls > label {
      min-width: 0;
      max-width: 100%;
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
  `,
];
