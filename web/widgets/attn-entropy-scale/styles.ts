import { css } from "lit";
import { figureStyles } from "../shared/figure-styles.js";

/** Marks of the five scales on top of what all figures share. */
export const scaleStyles = [
  ...figureStyles,
  css`
    .line {
      fill: none;
      stroke-width: 2;
    }
    .line.uniform {
      stroke: var(--muted);
      stroke-width: 1.5;
      stroke-dasharray: 1.5 3;
    }
    .line.sqrt {
      stroke: var(--ink);
    }
    .line.log512 {
      stroke: var(--accent);
      stroke-width: 3;
    }
    .line.kappa {
      stroke: var(--ink);
      stroke-dasharray: 7 3;
    }
    .line.steep {
      stroke: var(--accent);
      stroke-dasharray: 7 3;
    }
    .line.log {
      stroke: var(--control);
      stroke-dasharray: 2 3;
      stroke-width: 2.5;
    }
    .line.theory {
      stroke: var(--ink);
      stroke-width: 0.75;
      stroke-opacity: 0.7;
    }
    .band {
      fill: var(--ink);
      fill-opacity: 0.12;
    }
    .band.sqrt,
    .dot.sqrt,
    .dot.kappa {
      fill: var(--ink);
    }
    .band.log512,
    .dot.log512,
    .dot.steep {
      fill: var(--accent);
    }
    .dot.log {
      fill: var(--control);
    }
    .mark {
      stroke: var(--muted);
    }
    .pick {
      fill: transparent;
      cursor: pointer;
    }
    .busy {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.75em;
      min-height: 0.5em;
      margin-block: -0.75em;
      font-size: 0.75em;
    }
  `,
];
