import { css } from "lit";

/** Marks of a time that is not to be trusted. */
export const speedStyles = css`
  .disturbed {
    fill: none;
    stroke: var(--warning);
    stroke-width: 1.5;
  }
`;
