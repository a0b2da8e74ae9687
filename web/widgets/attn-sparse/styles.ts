import { css } from "lit";
import { figureStyles } from "../shared/figure-styles.js";
import { matrixStyles } from "../shared/matrices/styles.js";
import { methodStyles } from "../shared/methods.js";

/** Marks of the patterns on top of what all figures share. */
export const sparseStyles = [
  ...figureStyles,
  methodStyles,
  matrixStyles,
  css`
    .pair {
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 16em), 1fr));
      align-items: start;
    }
    .method.local {
      --method: light-dark(#0b65ad, #6db8ff);
      stroke-dasharray: 7 3;
    }
    .method.atrous {
      --method: light-dark(#0a7352, #4fd0a0);
      stroke-dasharray: 2 3;
    }
    .method.bigbird {
      --method: var(--accent);
      stroke-dasharray: 12 4;
    }
    .method.exact {
      stroke-width: 1.25;
    }
    .method.chosen {
      stroke-width: 3.5;
    }
    .method.bigbird.bare.band {
      fill-opacity: 0.25;
    }
  `,
];
