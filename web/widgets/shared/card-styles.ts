import { css } from "lit";

/** A list of cards, each a named picture with words and a button; how many stand side by side is up to the figure. */
export const cardStyles = css`
  .cards {
    display: grid;
    gap: 1.25em 1.5em;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .cards li {
    display: grid;
    align-content: start;
    gap: 0.5em;
  }
  .cards p {
    margin: 0;
    font-size: 0.9375em;
  }
  .cards .name {
    font-size: 1em;
    font-weight: 650;
  }
  .cards button {
    justify-self: start;
  }
`;
