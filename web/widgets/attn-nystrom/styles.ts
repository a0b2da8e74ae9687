import { css } from "lit";
import { figureStyles } from "../shared/figure-styles.js";
import { methodStyles } from "../shared/methods.js";
import { speedStyles } from "../shared/speed/styles.js";

/** Marks of the Nyströmformer figure on top of what all figures share. */
export const nystromStyles = [
  ...figureStyles,
  methodStyles,
  speedStyles,
  css`
    figure {
      display: grid;
      align-content: start;
      gap: 0.35em;
      min-width: 0;
      margin: 0;
    }
    figcaption {
      color: var(--muted);
      font-size: 0.875em;
    }
    .trio {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 8.5em), 1fr));
      gap: 1em;
      border-radius: 6px;
      cursor: crosshair;
    }
    .trio:focus-visible {
      outline: 2px solid var(--accent);
      outline-offset: 4px;
    }
    .matrix {
      outline: 1px solid var(--rule);
    }
    .frame,
    .cross {
      fill: none;
      stroke: var(--ink);
      stroke-width: 0.75;
      stroke-opacity: 0.8;
    }
    .frame {
      stroke: var(--rule);
    }
    .pair {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 20em), 1fr));
      gap: 1em;
      align-items: start;
    }
    .limit {
      stroke: var(--ink);
      stroke-width: 1;
      stroke-dasharray: 3 3;
    }
    .method.thin {
      stroke-width: 1.25;
      stroke-dasharray: none;
    }
    .method.dotted {
      stroke-width: 1.5;
      stroke-dasharray: 1.5 3;
    }
    .method.wide {
      stroke-width: 2.5;
      stroke-dasharray: none;
    }
    .method.ridge {
      stroke-width: 1.5;
      stroke-dasharray: 8 3 2 3;
    }
    .method.faint {
      stroke-opacity: 0.55;
      stroke-width: 1.25;
    }
    .method.best {
      --method: light-dark(#7f3fa8, #cf9bf2);
    }
    .method.rival {
      --method: light-dark(#0a7352, #4fd0a0);
      stroke-dasharray: 4 2;
    }
    .runaway {
      fill: var(--warning);
      fill-opacity: 0.12;
    }
    .begun {
      fill: none;
      stroke: var(--ink);
    }
    path.bare {
      stroke: none;
    }
    .refusal {
      margin: 0;
      overflow-wrap: anywhere;
    }
    .progress {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.75em;
      margin: 0;
    }
    .stage.old > :not(.progress) {
      opacity: 0.75;
    }
  `,
];
