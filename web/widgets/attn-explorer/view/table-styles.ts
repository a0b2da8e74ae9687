import { css } from "lit";
import { tableStyles as shared } from "../../shared/table-styles.js";

/** Layout of the tables behind the pictures. */
export const tableStyles = [
  shared,
  css`
    .tables {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 22em), 1fr));
      gap: 1em;
    }
    .tables tbody th {
      white-space: nowrap;
    }
    caption {
      padding: 0.5em;
      color: var(--muted);
    }
    th,
    td {
      padding: 0.2em 0.5em;
      border-block-start: 1px solid var(--rule);
    }
  `,
];
