import { css } from "lit";
import { cardStyles } from "../shared/card-styles.js";
import { figureStyles } from "../shared/figure-styles.js";

/** Marks of the entropy figure on top of what all figures share. */
export const entropyStyles = [
  ...figureStyles,
  cardStyles,
  css`
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
      stroke-width: 1.5;
      stroke-dasharray: 9 3 2 3;
    }
    .line.entropy {
      stroke: var(--accent);
      stroke-width: 3;
    }
    .after.never,
    .never {
      fill: var(--control);
      fill-opacity: 0.22;
    }
    .grip {
      cursor: ns-resize;
      touch-action: none;
    }
    .grip rect {
      fill: transparent;
    }
    .grip path {
      fill: var(--ink);
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
    /* No more columns than the pictures are drawn for, however wide. */
    .cards {
      grid-template-columns: repeat(auto-fit, minmax(min(100%, max(19em, 28%)), 1fr));
    }
    .cards.two {
      grid-template-columns: repeat(auto-fit, minmax(min(100%, max(19em, 40%)), 1fr));
    }
    @container (max-width: 420px) {
      th,
      td {
        padding-inline: 0.35em;
      }
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
