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
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 16em), 1fr));
      align-items: start;
    }
    .spreads {
      position: relative;
    }
    /* Over the empty chart: nothing below it moves when it goes. */
    .spreads .progress {
      position: absolute;
      inset: 40% 1em auto 4.5em;
    }
  `,
];
