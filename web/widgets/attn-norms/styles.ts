import { css } from "lit";
import { cardStyles } from "../shared/card-styles.js";
import { figureStyles } from "../shared/figure-styles.js";

/** Marks of the norms figure on top of what all figures share. */
export const normsStyles = [
  ...figureStyles,
  cardStyles,
  css`
    .matrix {
      touch-action: pan-y;
      user-select: none;
      -webkit-user-select: none;
    }
    .matrix:not(.small) .cell {
      cursor: pointer;
    }
    .matrix.draggable .cell {
      cursor: ew-resize;
    }
    .cell {
      fill: var(--paper);
      stroke: var(--rule);
      stroke-width: 0.5;
    }
    .zero {
      stroke: var(--rule);
    }
    .bar,
    .value,
    .together,
    .slice,
    .chosen {
      pointer-events: none;
    }
    .plus {
      fill: var(--accent);
      fill-opacity: 0.5;
    }
    .minus {
      fill: var(--control);
      fill-opacity: 0.5;
    }
    .small .plus,
    .small .minus {
      fill-opacity: 0.85;
    }
    .plane .value {
      fill: var(--ink);
      font-size: 12px;
      font-variant-numeric: tabular-nums;
    }
    .plane .heading {
      fill: var(--ink);
      font-size: 13px;
      font-weight: 650;
    }
    .together,
    .slice,
    .chosen {
      fill: none;
    }
    .together {
      stroke: var(--control);
      stroke-width: 1.25;
    }
    .slice {
      stroke: var(--accent);
      stroke-width: 3;
    }
    .chosen {
      stroke: var(--ink);
      stroke-width: 1.5;
      stroke-dasharray: 3 2;
    }
    .norms {
      display: grid;
      grid-template-columns: repeat(3, minmax(0, 1fr));
    }
    @container (max-width: 560px) {
      .norms {
        grid-template-columns: repeat(2, minmax(0, 1fr));
        font-size: 0.875em;
      }
      .segments.norms label {
        gap: 0.4em;
        padding-inline: 0.5em;
      }
      .norms .emblem {
        width: 28px;
      }
    }
    .emblem {
      flex: none;
      width: 38px;
      height: 36px;
    }
    .emblem .outside {
      fill: var(--rule);
    }
    .emblem .inside {
      fill: var(--accent);
    }
    .pair {
      column-gap: 24px;
    }
    .cards {
      grid-template-columns: repeat(3, minmax(0, 1fr));
      column-gap: 16px;
    }
    @container (max-width: 560px) {
      .cards {
        grid-template-columns: repeat(2, minmax(0, 1fr));
      }
    }
    @media (forced-colors: active) {
      .plus,
      .emblem .inside {
        fill: Highlight;
      }
      .minus,
      .emblem .outside {
        fill: GrayText;
      }
      .slice {
        stroke: Highlight;
      }
    }
  `,
];
