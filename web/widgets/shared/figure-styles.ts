import { css } from "lit";
import { widgetStyles } from "./styles.js";
import { tableStyles } from "./table-styles.js";
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
  tableStyles,
  css`
    .stage {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 1em;
    }
    .stage.old > :not(.progress, .controls) {
      opacity: 0.75;
    }
    .pair {
      display: grid;
      /* Two at most, however wide: pictures are drawn for half the room, see halfOf. */
      grid-template-columns: repeat(auto-fit, minmax(min(100%, max(20em, 40%)), 1fr));
      gap: 1em;
    }
    .progress {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.75em;
      margin: 0;
    }
    .limit {
      stroke: var(--ink);
      stroke-width: 1;
      stroke-dasharray: 3 3;
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
    /* Two abreast on a phone, so that the picture is not pushed out of the first screen. */
    @container (max-width: 36em) {
      .slider {
        flex-basis: 8em;
      }
    }
    .slider input {
      width: 100%;
      min-height: var(--target);
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
    .keys > span {
      display: inline-flex;
      align-items: center;
      gap: 0.4em;
    }
    .keys svg {
      overflow: visible; /* the rim of a ring */
      flex: none;
      width: 26px;
      height: 8px;
    }
    caption {
      padding: 0.5em 0.75em;
      font-weight: 650;
    }
    th,
    td {
      padding: 0.3em 0.75em;
      white-space: nowrap;
    }
    thead th {
      color: var(--muted);
      border-block-end: 1px solid var(--rule);
    }
  `,
];
