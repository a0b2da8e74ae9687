import { css } from "lit";
import { figureStyles } from "../shared/figure-styles.js";
import { errorsTableStyles } from "../shared/matrices/errors-table-styles.js";
import { matrixStyles } from "../shared/matrices/styles.js";
import { methodStyles } from "../shared/methods.js";
import { speedStyles } from "../shared/speed/styles.js";

/** Marks of the Nyströmformer figure on top of what all figures share. */
export const nystromStyles = [
  ...figureStyles,
  methodStyles,
  speedStyles,
  matrixStyles,
  errorsTableStyles,
  css`
    .frame {
      fill: none;
      stroke: var(--rule);
      stroke-width: 0.75;
      stroke-opacity: 0.8;
    }
    .method.thin {
      stroke-width: 1.25;
      stroke-dasharray: none;
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
      stroke-opacity: 0.8;
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
    .refusal {
      margin: 0;
      overflow-wrap: anywhere;
    }
  `,
];
