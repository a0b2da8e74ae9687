import { css } from "lit";

/** Rows of errors, which are folded where they would scroll. */
export const errorsTableStyles = css`
  .folding th {
    white-space: normal;
    text-wrap: balance;
  }
  .folding :is(caption, th, td) {
    padding-inline: 0.5em;
  }
  /* A row of errors is broken where it would scroll. The head has the shape of the rows: each number has its heading's place. */
  @container (max-width: 42em) {
    .folding {
      max-height: none;
    }
    .folding tr {
      display: grid;
      grid-template-columns: repeat(3, minmax(0, 1fr));
      align-items: end;
    }
    .folding thead tr,
    .folding tbody tr:not(:last-child) {
      border-block-end: 1px solid var(--rule);
    }
    .folding thead th {
      border: 0;
    }
    .folding :is(:first-child, :last-child:nth-child(3n + 2)):is(th, td) {
      grid-column: 1 / -1;
      text-align: start;
    }
    .folding tbody th {
      font-weight: 650;
    }
    .folding :is(th, td):not(:first-child) {
      padding-block-start: 0;
    }
  }
`;
