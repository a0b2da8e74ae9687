import { css } from "lit";
import { figureStyles } from "../shared/figure-styles.js";
import { methodStyles } from "../shared/methods.js";

/** Marks of the comparison on top of what all figures share. */
export const compareStyles = [
  ...figureStyles,
  methodStyles,
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
    .matrices {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 8.5em), 1fr));
      gap: 1em;
    }
    figure {
      display: grid;
      grid-template-rows: 1fr auto;
      align-content: end;
      gap: 0.35em;
      min-width: 0;
      margin: 0;
    }
    figcaption {
      align-self: end;
      color: var(--muted);
      font-size: 0.875em;
    }
    .matrix {
      outline: 1px solid var(--rule);
    }
    .file input {
      max-width: 100%;
      min-height: 40px;
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
