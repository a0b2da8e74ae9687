import { css } from "lit";

/** Tables of numbers, which scroll in boxes of their own; how roomy they are is up to the widget. */
export const tableStyles = css`
  .table {
    max-height: 24em;
    overflow: auto;
    border: 1px solid var(--rule);
    border-radius: 8px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 0.875em;
  }
  caption {
    text-align: start;
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
`;
