import { css } from "lit";

/** Layout and mark of {@link linked} matrices. */
export const matrixStyles = css`
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
  .pair figure {
    grid-template-rows: auto;
    align-content: start;
  }
  .linked {
    display: grid;
    /* Two abreast on the narrowest phone, inside a page with margins. */
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 7em), 1fr));
    gap: 1em;
    border-radius: 6px;
    cursor: crosshair;
  }
  /* An odd number of pictures, whose note takes the place that they leave free where there are two or three abreast. */
  .linked.trio {
    grid-template-columns: repeat(3, minmax(0, 1fr));
  }
  .linked.five {
    grid-template-columns: repeat(5, minmax(0, 1fr));
  }
  .linked .note {
    grid-column: 1 / -1;
    align-self: end;
    cursor: auto;
  }
  @container (max-width: 42em) {
    .linked.five {
      grid-template-columns: repeat(3, minmax(0, 1fr));
    }
    .linked.five .note {
      grid-column: auto;
    }
  }
  @container (max-width: 26em) {
    .linked:is(.trio, .five) {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
    .linked.trio .note {
      grid-column: auto;
    }
  }
  .linked:focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 4px;
  }
  .matrix {
    outline: 1px solid var(--rule);
  }
  .halo,
  .cross {
    fill: none;
  }
  .halo {
    stroke: var(--paper);
    stroke-width: 2.25;
    stroke-opacity: 0.75;
  }
  .cross {
    stroke: var(--ink);
    stroke-width: 0.75;
    stroke-opacity: 0.8;
  }
`;
