import { css } from "lit";
import { figureStyles } from "../shared/figure-styles.js";
import { matrixStyles } from "../shared/matrices/styles.js";
import { methodStyles } from "../shared/methods.js";
import { speedStyles } from "../shared/speed/styles.js";

/** Marks of the Performer figure on top of what all figures share. */
export const performerStyles = [
  ...figureStyles,
  methodStyles,
  speedStyles,
  matrixStyles,
  css`
    .pair {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 20em), 1fr));
      gap: 1em;
      align-items: start;
    }
    .pair figure {
      grid-template-rows: auto;
      align-content: start;
    }
    .map {
      cursor: row-resize;
    }
    .drawn {
      stroke: var(--ink);
      stroke-width: 1;
    }
    .limit {
      stroke: var(--ink);
      stroke-width: 1;
      stroke-dasharray: 3 3;
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
    .method.dotted {
      stroke-width: 1.5;
      stroke-dasharray: 1.5 3;
    }
    .method.trigonometric {
      --method: light-dark(#0b65ad, #6db8ff);
      stroke-dasharray: 7 3;
    }
    path.bare {
      stroke: none;
    }
    .keys circle.dot {
      fill: var(--ink);
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
