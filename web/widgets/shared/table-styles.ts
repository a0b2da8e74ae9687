import { css } from "lit";

/** Tables of numbers, which scroll in boxes of their own; how roomy they are is up to the widget. */
export const tableStyles = css`
  .table {
    max-height: 24em;
    overflow: auto;
    border: 1px solid var(--rule);
    border-radius: 8px;
    /* A shade at the edge beyond which there is more, covered where the end has come into view. */
    background:
      linear-gradient(to left, var(--paper) 35%, transparent) 100% 0 / 3em 100% no-repeat local,
      linear-gradient(to left, light-dark(rgb(0 0 0 / 18%), rgb(255 255 255 / 18%)), transparent) 100% 0 / 0.75em 100%
        no-repeat scroll;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 0.875em;
  }
  caption {
    text-align: start;
  }
  /* Of a table wider than its box the name stays in sight. */
  caption span {
    position: sticky;
    inset-inline-start: 0.75em;
    display: inline-block;
    max-width: calc(100cqi - 5em);
  }
  th,
  td {
    text-align: end;
    font-weight: 400;
  }
  th:first-child {
    text-align: start;
  }
  tr[aria-current="true"] > * {
    background: var(--panel);
    font-weight: 650;
  }
  @container (max-width: 36em) {
    thead th {
      vertical-align: bottom;
    }
    /* Names wrap between words and stay while the numbers scroll. */
    :is(thead, tbody) th {
      white-space: normal;
      word-break: keep-all;
    }
    .table th:first-child {
      position: sticky;
      inset-inline-start: 0;
      background: var(--paper);
    }
    .table [aria-current="true"] th:first-child {
      background: var(--panel);
    }
  }
`;
