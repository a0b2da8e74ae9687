import { css } from "lit";

/**
 * How every method looks, on every page: its color, told apart with all kinds of color blindness, and its dash. A line or a
 * dot takes them by the classes `method` and the method's name.
 */
export const methodStyles = css`
  .method {
    --method: var(--muted);
    fill: none;
    stroke: var(--method);
    stroke-width: 2;
  }
  .method.exact {
    --method: var(--ink);
  }
  .method.performer {
    --method: var(--accent);
    stroke-width: 2.5;
  }
  .method.nystrom {
    --method: light-dark(#0b65ad, #6db8ff);
    stroke-dasharray: 7 3;
  }
  .method.linear {
    --method: light-dark(#0a7352, #4fd0a0);
    stroke-dasharray: 12 4;
  }
  .method.sparse {
    --method: light-dark(#7f3fa8, #cf9bf2);
    stroke-dasharray: 8 3 2 3;
  }
  .method.uniform {
    --method: var(--muted);
    stroke-dasharray: 2 4;
  }
  .method.best {
    --method: light-dark(#0b65ad, #6db8ff);
    stroke-width: 1.25;
  }
  .method.theory {
    --method: var(--ink);
    stroke-width: 1;
    stroke-dasharray: 5 3;
  }
  .method.dot {
    fill: var(--method);
    stroke: none;
  }
  .method.band {
    fill: var(--method);
    fill-opacity: 0.16;
    stroke: none;
  }
  .method.dotted {
    stroke-width: 1.5;
    stroke-dasharray: 1.5 3;
  }
  path.bare {
    stroke: none;
  }
  @media (forced-colors: active) {
    .method.performer {
      --method: Highlight;
    }
  }
`;
