import { css } from "lit";
import { widgetStyles } from "../shared/styles.js";
import { takeAwayStyles } from "../shared/take-away/styles.js";
import { ownDataStyles } from "./view/own-data-styles.js";
import { viewStyles } from "./view/styles.js";
import { tableStyles } from "./view/table-styles.js";

/** Layout of the attention explorer on top of what all widgets share. */
export const explorerStyles = [
  ...widgetStyles,
  takeAwayStyles,
  viewStyles,
  ownDataStyles,
  ...tableStyles,
  css`
    .controls .label,
    .number .label {
      display: block;
    }
    .controls select {
      max-width: 100%;
    }
    .scale {
      display: grid;
      line-height: 1.2;
    }
    .scale small {
      color: var(--muted);
      font-size: 0.75em;
    }
    .switches {
      display: flex;
      flex-wrap: wrap;
      gap: 0.5em;
    }

    .heads {
      display: grid;
      grid-template-columns: repeat(6, minmax(0, 64px));
      gap: 0.35em;
    }
    .head {
      position: relative;
      display: grid;
      gap: 2px;
      padding: 3px;
      border: 1px solid transparent;
      border-radius: 6px;
      cursor: pointer;
      color: var(--muted);
      font-size: 0.75em;
      line-height: 1.2;
      text-align: center;
      touch-action: manipulation;
    }
    .head canvas {
      width: 100%;
      aspect-ratio: 1;
      min-height: 38px;
      border: 1px solid var(--rule);
      border-radius: 2px;
      image-rendering: pixelated;
    }
    .head:hover {
      background: var(--panel);
    }
    .head:has(:checked) {
      border-color: var(--accent);
      box-shadow: inset 0 0 0 1px var(--accent);
      color: var(--accent);
      font-weight: 700;
    }
    .head:has(:focus-visible),
    .token:has(:focus-visible) {
      outline: 2px solid var(--accent);
      outline-offset: 2px;
    }

    .strip {
      display: grid;
      gap: 0.5em;
    }
    .strip .note {
      min-height: 2.9em;
    }
    .tokens {
      display: flex;
      flex-wrap: wrap;
      gap: 0.3em 0.15em;
      margin: 0;
      padding: 3px;
      list-style: none;
    }
    .tokens.long {
      max-height: 16.2em;
      overflow-y: auto;
    }
    .token {
      position: relative;
      display: grid;
      grid-template-rows: 1fr 4px auto;
      gap: 2px;
      min-width: var(--target);
      min-height: 48px;
      padding: 3px 6px 2px;
      border-radius: 6px;
      background: color-mix(in oklab, var(--accent) calc(var(--share) * 46%), transparent);
      box-shadow: inset 0 0 0 1px transparent;
      text-align: center;
      line-height: 1.25;
    }
    label.token {
      cursor: pointer;
      touch-action: manipulation;
    }
    .token input {
      position: absolute;
      inset: 0;
      appearance: none;
      width: auto;
      height: auto;
      cursor: inherit;
      outline: none;
    }
    .token .word {
      white-space: pre;
      max-width: 16ch;
      overflow: hidden;
      text-overflow: ellipsis;
    }
    /* Hundreds of these are repainted at once: none of them clips, turns or scales anything. */
    .token .bar {
      border-radius: 2px;
      background: linear-gradient(var(--accent) 0 0) 0 0 / calc(100% * var(--share)) 100% no-repeat var(--rule);
    }
    .token .share {
      font-size: 0.75em;
    }
    .token.hidden .word {
      color: var(--muted);
    }
    .token.hidden .bar {
      background: repeating-linear-gradient(90deg, var(--rule) 0 3px, transparent 3px 6px);
    }
    .token.shown {
      box-shadow: inset 0 0 0 2px var(--accent);
    }
    .token.shown .word {
      font-weight: 700;
    }
    .number input {
      min-height: var(--target);
      width: 8em;
      padding: 0.25em 0.5em;
      border: 1px solid var(--control);
      border-radius: 8px;
      background: var(--paper);
    }

    .pictures {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 1em 1.5em;
    }
    .pictures > .caption {
      align-self: start;
    }
    @container (min-width: 620px) {
      .heads {
        grid-template-columns: repeat(12, minmax(0, 64px));
      }
      .pictures {
        grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr);
      }
      .pictures > .caption {
        grid-column: 1 / -1;
      }
    }
    @container (min-width: 860px) {
      .pictures {
        grid-template-rows: auto 1fr;
      }
      .pictures > figure {
        grid-row: 1 / 3;
      }
      .pictures > .caption {
        grid-column: 2;
      }
    }
    figure {
      display: grid;
      align-content: start;
      gap: 0.5em;
      margin: 0;
    }
    figcaption {
      display: flex;
      flex-wrap: wrap;
      align-items: end;
      justify-content: space-between;
      gap: 0.25em 1em;
    }
    .legend {
      width: 200px;
      max-width: 100%;
      fill: var(--muted);
      stroke: none;
      font-size: 12px;
    }
    .legend line {
      stroke: var(--muted);
    }
    .heat-map {
      position: relative;
      min-height: 240px;
      border-radius: 4px;
    }
    .heat-map canvas {
      display: block;
      width: 100%;
      cursor: crosshair;
      touch-action: manipulation;
    }
    .waiting {
      position: absolute;
      inset: 0;
      display: grid;
      place-items: center;
      margin: 0;
      padding: 1em;
      border: 1px dashed var(--rule);
      border-radius: 4px;
      background: var(--paper);
      color: var(--muted);
      text-align: center;
    }
    .map {
      position: relative;
    }
    .map.empty {
      aspect-ratio: 1;
    }

    .side {
      display: grid;
      align-content: start;
      gap: 1.25em;
      min-width: 0;
    }
    .side p {
      margin: 0;
    }
    /* Room for what comes, so that what stands below it stays where it is. */
    @container (max-width: 619px) {
      .side:empty {
        min-height: 34em;
      }
      /* As many rows before the entropies are known as after. */
      .controls fieldset {
        flex-basis: 100%;
      }
      .controls .segments {
        display: grid;
        justify-items: start;
      }
    }
    .inspector {
      display: grid;
      gap: 0.35em;
      padding: 0.75em;
      border-radius: 8px;
      background: var(--panel);
    }
    .inspector .label,
    .entropy .label {
      margin: 0;
    }
    .entry {
      font-weight: 650;
      overflow-wrap: anywhere;
    }
    .formula {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0 0.3em;
      min-height: 2.4em;
    }
    .formula .label {
      flex: 1 0 100%;
    }
    @container (min-width: 860px) {
      .formula .label {
        flex: 0 0 3.4em;
      }
    }
    .formula math {
      font-size: 1.05em;
    }
    .formula .result {
      font-weight: 700;
    }

    .line-chart {
      display: block;
      width: 100%;
      height: auto;
      cursor: crosshair;
      font-size: 12px;
      touch-action: manipulation;
    }
    .line-chart text {
      fill: var(--muted);
    }
    .line-chart .grid {
      stroke: var(--rule);
    }
    .line-chart .mark {
      stroke: var(--ink);
      stroke-opacity: 0.5;
    }
    .line {
      fill: none;
      stroke-width: 2;
      stroke-linejoin: round;
    }
    .line.chosen {
      stroke: var(--accent);
      stroke-width: 2.5;
    }
    .line.baseline {
      stroke: var(--ink);
      stroke-dasharray: 6 4;
      stroke-width: 1.5;
    }
    .line.ceiling {
      stroke: var(--muted);
      stroke-dasharray: 1.5 3;
    }
    .dot {
      stroke: var(--paper);
      stroke-width: 1.5;
    }
    .dot.chosen {
      fill: var(--accent);
    }
    .dot.baseline {
      fill: var(--ink);
    }
    .dot.ceiling {
      fill: var(--muted);
    }
    .keys {
      display: flex;
      flex-wrap: wrap;
      gap: 0.15em 1em;
      color: var(--muted);
      font-size: 0.875em;
    }
    .keys span {
      display: inline-flex;
      align-items: center;
      gap: 0.4em;
    }
    .keys svg {
      width: 26px;
      height: 8px;
    }

    .busy,
    .machine {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.5em 1em;
    }
    .busy p,
    .machine p {
      margin: 0;
      flex: 1 1 22em;
    }
    .busy {
      padding: 0.5em 0.75em;
      border-radius: 8px;
      background: var(--panel);
    }
  `,
];
