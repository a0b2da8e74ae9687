import { css } from "lit";

/** Layout of the tables behind the pictures. */
export const tableStyles = css`
  .tables {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 22em), 1fr));
    gap: 1em;
  }
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
    padding: 0.5em;
    text-align: start;
    color: var(--muted);
  }
  th,
  td {
    padding: 0.2em 0.5em;
    border-block-start: 1px solid var(--rule);
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
