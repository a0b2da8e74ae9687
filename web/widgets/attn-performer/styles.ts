import { css } from "lit";
import { figureStyles } from "../shared/figure-styles.js";
import { methodStyles } from "../shared/methods.js";
import { speedStyles } from "../shared/speed/styles.js";

/** Marks of the Performer figure on top of what all figures share. */
export const performerStyles = [
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
    .cross {
      fill: none;
      stroke: var(--ink);
      stroke-width: 0.75;
      stroke-opacity: 0.8;
    }
    .pair {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 20em), 1fr));
      gap: 1em;
      align-items: start;
    }
    .map {
      cursor: row-resize;
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
