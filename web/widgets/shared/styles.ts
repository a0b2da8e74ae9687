import { css } from "lit";
import { schemeProbeStyles } from "./scheme-watcher.js";
import { themeStyles } from "./theme.js";

/** Host box, type, controls: what all widgets look like. A widget adds its own layout. */
export const widgetStyles = [
  themeStyles,
  schemeProbeStyles,
  css`
    :host {
      display: block;
      container-type: inline-size;
      margin-block: 1.5em;
      color: var(--ink);
      /* Never below 16px, whatever the page made of its root; everything inside is relative to this. */
      font-size: max(1rem, 16px);
      line-height: 1.45;
      text-align: start;
      font-variant-numeric: tabular-nums;
      -webkit-text-size-adjust: 100%;
    }
    :host {
      --target: 40px; /* least height and width of what can be pressed */
    }
    @media (pointer: coarse) {
      :host {
        --target: 44px;
      }
    }
    :host([hidden]) {
      display: none;
    }
    *,
    *::before,
    *::after {
      box-sizing: border-box;
    }
    .widget {
      position: relative;
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 1em;
      padding: clamp(0.75em, 2.5cqi, 1.5em);
      border: 1px solid var(--rule);
      border-radius: 12px;
      background: var(--paper);
    }
    .title {
      margin: 0;
      font-size: clamp(1.1em, 3.4cqi, 1.4em);
      font-weight: 650;
      line-height: 1.3;
      text-wrap: balance;
      word-break: keep-all; /* Chinese: at punctuation, not inside a word */
      overflow-wrap: anywhere;
    }
    .controls {
      display: flex;
      flex-wrap: wrap;
      align-items: flex-end;
      gap: 0.75em 1.25em;
    }
    .caption,
    .note {
      margin: 0;
      max-width: 75ch;
    }
    .keep {
      white-space: nowrap;
    }
    .note {
      color: var(--muted);
      font-size: 0.875em;
    }
    .warning {
      margin: 0;
      padding: 0.5em 0.75em;
      border-inline-start: 3px solid var(--warning);
      background: var(--panel);
      color: var(--ink);
    }
    .visually-hidden {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
      white-space: nowrap;
    }
    a {
      color: inherit;
      text-decoration-color: var(--accent);
      text-underline-offset: 0.2em;
    }
    button,
    select,
    input,
    summary {
      font: inherit;
      font-variant-numeric: inherit;
      color: inherit;
      letter-spacing: inherit;
    }
    button,
    select,
    .switch {
      min-height: var(--target);
      min-width: var(--target);
      padding: 0.25em 0.75em;
      border: 1px solid var(--control);
      border-radius: 8px;
      background: var(--paper);
      cursor: pointer;
      touch-action: manipulation;
      text-wrap: balance;
    }
    button:hover,
    select:hover,
    .switch:hover,
    .segments label:hover {
      background: var(--panel);
    }
    button:disabled {
      cursor: default;
      opacity: 0.6;
    }
    button.quiet {
      border-color: transparent;
      background: none;
      text-decoration: underline;
      text-decoration-color: var(--accent);
      text-underline-offset: 0.25em;
      padding-inline: 0.4em;
    }
    :is(button, select, input, summary, a, [tabindex]):focus-visible,
    .segments label:has(:focus-visible) {
      outline: 2px solid var(--accent);
      outline-offset: 2px;
    }
    .switch {
      display: inline-flex;
      align-items: center;
      gap: 0.5em;
    }
    input[type="checkbox"],
    input[type="radio"] {
      accent-color: var(--accent);
      width: 1.1em;
      height: 1.1em;
      margin: 0;
      flex: none;
    }
    fieldset {
      min-width: 0;
      margin: 0;
      padding: 0;
      border: 0;
    }
    legend,
    .label {
      padding: 0;
      margin-block-end: 0.25em;
      color: var(--muted);
      font-size: 0.875em;
    }
    .segments {
      display: flex;
      flex-wrap: wrap;
      gap: 0.25em;
    }
    .segments label {
      display: inline-flex;
      align-items: center;
      gap: 0.5em;
      min-height: var(--target);
      padding: 0.25em 0.75em 0.25em 0.6em;
      border: 1px solid var(--control);
      border-radius: 8px;
      cursor: pointer;
    }
    .segments label:has(:checked) {
      border-color: var(--accent);
      box-shadow: inset 0 0 0 1px var(--accent);
    }
    /* The names of the views stand above the picture: on a phone in few rows, told apart by frame and ground, not by rings. */
    @container (max-width: 30em) {
      fieldset:has([name="view"]) legend {
        position: absolute;
        clip-path: inset(50%);
      }
      .segments label:has([name="view"]) {
        position: relative;
        padding-inline: 0.6em;
        font-size: 0.9375em;
      }
      .segments label:has([name="view"]:checked) {
        background: var(--panel);
      }
      .segments [name="view"] {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        opacity: 0;
        cursor: pointer;
      }
    }
    progress {
      accent-color: var(--accent);
      height: 0.5em;
      width: min(16em, 100%);
    }
    @media (prefers-reduced-motion: no-preference) {
      .segments label,
      button {
        transition:
          background-color 120ms,
          border-color 120ms;
      }
    }
    @media (forced-colors: active) {
      .segments label:has(:checked) {
        outline: 2px solid Highlight;
      }
    }
  `,
];
