import { css } from "lit";
import { figureStyles } from "../shared/figure-styles.js";
import { methodStyles } from "../shared/methods.js";

/** Marks of linear attention on top of what all figures share. */
export const linearStyles = [
  ...figureStyles,
  methodStyles,
  css`
    .pair {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 16em), 1fr));
      gap: 1em;
      align-items: start;
    }
    figure {
      display: grid;
      gap: 0.35em;
      min-width: 0;
      margin: 0;
    }
    figcaption {
      color: var(--muted);
      font-size: 0.875em;
    }
    .matrix {
      outline: 1px solid var(--rule);
    }
    .limit {
      stroke: var(--ink);
      stroke-width: 1;
      stroke-dasharray: 3 3;
    }
    .method.dot {
      stroke: none;
    }
  `,
];
