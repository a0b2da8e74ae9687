import { css } from "lit";
import { figureStyles } from "../shared/figure-styles.js";
import { errorsTableStyles } from "../shared/matrices/errors-table-styles.js";
import { matrixStyles } from "../shared/matrices/styles.js";
import { methodStyles } from "../shared/methods.js";
import { speedStyles } from "../shared/speed/styles.js";

/** Marks of the Performer figure on top of what all figures share. */
export const performerStyles = [
  ...figureStyles,
  methodStyles,
  speedStyles,
  matrixStyles,
  errorsTableStyles,
  css`
    .map {
      cursor: row-resize;
    }
    .drawn {
      stroke: var(--ink);
      stroke-width: 1;
    }
    .plane .lost {
      fill: var(--warning);
      stroke: var(--warning);
      stroke-width: 1;
    }
    .plane text.lost {
      stroke: none;
      font-weight: 650;
    }
    .method.thin {
      stroke-width: 1.25;
    }
    .method.trigonometric {
      --method: light-dark(#0b65ad, #6db8ff);
      stroke-dasharray: 7 3;
    }
    .keys circle.dot:not(.disturbed) {
      fill: var(--ink);
    }
  `,
];
