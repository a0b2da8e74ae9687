import { css } from "lit";

/** Layout of the bar. */
export const takeAwayStyles = css`
  .take {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5em;
    padding-block-start: 1em;
    border-block-start: 1px solid var(--rule);
  }
  .take.waiting {
    visibility: hidden;
  }
  .copy-text {
    width: 100%;
    min-height: 8em;
    border: 1px solid var(--control);
    border-radius: 8px;
    background: var(--panel);
    color: inherit;
    font-family: ui-monospace, monospace;
    font-size: 0.8125em;
  }
`;
