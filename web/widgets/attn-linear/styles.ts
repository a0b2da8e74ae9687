import { css } from "lit";
import { figureStyles } from "../shared/figure-styles.js";
import { matrixStyles } from "../shared/matrices/styles.js";
import { methodStyles } from "../shared/methods.js";

/** Marks of linear attention on top of what all figures share. */
export const linearStyles = [
  ...figureStyles,
  methodStyles,
  matrixStyles,
  css`
    .pair {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 16em), 1fr));
      gap: 1em;
      align-items: start;
    }
    .limit {
      stroke: var(--ink);
      stroke-width: 1;
      stroke-dasharray: 3 3;
    }
  `,
];
