import { css } from "lit";
import { figureStyles } from "../shared/figure-styles.js";
import { errorsTableStyles } from "../shared/matrices/errors-table-styles.js";
import { matrixStyles } from "../shared/matrices/styles.js";
import { methodStyles } from "../shared/methods.js";

/** Marks of the comparison on top of what all figures share. */
export const compareStyles = [
  ...figureStyles,
  methodStyles,
  matrixStyles,
  errorsTableStyles,
  css`
    .heads path.method {
      stroke-opacity: 0.75;
    }
    .chosen {
      fill: var(--accent);
      fill-opacity: 0.1;
    }
    .pick {
      fill: transparent;
      cursor: pointer;
    }
    .linked.grids {
      /* Two and two, or one below the other. */
      grid-template-columns: repeat(auto-fit, minmax(min(100%, max(15em, 34%)), 1fr));
    }
    .grids .cross {
      stroke-width: 1.25;
      stroke-opacity: 1;
    }
    .file input {
      max-width: 100%;
      min-height: var(--target);
    }
  `,
];
