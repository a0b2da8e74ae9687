import { css } from "lit";

/** Layout of the panel for a reader's own files. */
export const ownDataStyles = css`
  details > summary {
    min-height: var(--target);
    padding-block: 0.5em;
    cursor: pointer;
  }
  .drop {
    display: grid;
    gap: 0.75em;
    justify-items: start;
    padding: 1em;
    border: 2px dashed var(--control);
    border-radius: 8px;
  }
  .drop.over {
    border-color: var(--accent);
    background: var(--panel);
  }
  .drop p {
    margin: 0;
  }
  .drop .pickers {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75em;
    max-width: 100%;
  }
  .drop select {
    max-width: min(22em, 100%);
  }
  .drop label {
    max-width: 100%;
  }
  .drop .label {
    display: block;
  }
  .file {
    position: relative;
    display: inline-flex;
    align-items: center;
    min-height: var(--target);
    padding: 0.25em 0.75em;
    border: 1px solid var(--control);
    border-radius: 8px;
    cursor: pointer;
  }
  .file:has(:focus-visible) {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
`;
