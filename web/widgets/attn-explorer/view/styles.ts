import { css } from "lit";

/** Layout of the views "step by step" and "time against n". */
export const viewStyles = css`
  .steps,
  .speed {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1em;
  }
  .stage .keys {
    justify-content: flex-start;
  }
  .steps-chart,
  .log-chart {
    display: block;
    width: 100%;
    height: auto;
    font-size: 12px;
  }
  .steps-chart text,
  .log-chart text {
    fill: var(--muted);
  }
  .steps-chart .grid,
  .log-chart .grid,
  .steps-chart .edge {
    stroke: var(--rule);
  }
  .steps-chart .edge {
    stroke-dasharray: 2 3;
  }
  .steps-chart .tile {
    fill: none;
  }
  .steps-chart .tile.now {
    fill: var(--accent);
    fill-opacity: 0.12;
  }
  .steps-chart .tile.ahead {
    fill: var(--panel);
  }
  .steps-chart .logit {
    fill: var(--control);
  }
  .steps-chart .unseen .logit {
    fill-opacity: 0.35;
  }
  .steps .weight {
    fill: var(--accent);
  }
  .steps .truth {
    stroke: var(--ink);
    stroke-width: 2;
  }
  .steps-chart .lost {
    fill: var(--warning);
    font-size: 28px;
    font-weight: 700;
  }
  .line.maximum {
    stroke: var(--ink);
    stroke-width: 2;
    stroke-dasharray: 6 3;
  }
  .slider {
    display: grid;
    gap: 0.1em;
    flex: 1 1 9em;
    max-width: 16em;
  }
  .slider input {
    width: 100%;
    min-height: var(--target);
    margin: 0;
    accent-color: var(--accent);
  }
  .slider strong {
    color: var(--ink);
    font-weight: 650;
  }
  /* Methods look as they do on every page: see shared/methods.ts. */
  .line.exact {
    stroke: var(--ink);
  }
  .line.plain {
    stroke: var(--accent);
    stroke-dasharray: 2 3;
  }
  .line.linear {
    stroke: light-dark(#0a7352, #4fd0a0);
    stroke-dasharray: 12 4;
  }
  .dot.linear {
    fill: light-dark(#0a7352, #4fd0a0);
  }
  .line.guide {
    stroke: var(--muted);
    stroke-dasharray: 1.5 3;
  }
  .dot.exact {
    fill: var(--ink);
  }
  .dot.plain {
    fill: var(--accent);
  }
  .speed .machine .caption {
    flex: 1 1 22em;
  }
`;
