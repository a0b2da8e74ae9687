import { css, unsafeCSS, type CSSResult } from "lit";

/** `auto` takes the page's own color-scheme; the other two hold against any page. */
export type Theme = "auto" | "light" | "dark";

/**
 * Every color a widget draws with, as [on light, on dark]. Text colors keep 4.5:1 against `paper` and `panel`.
 * A page may set any of them on the element, e.g. `attn-explorer { --attnlab-accent: teal }`.
 */
const colors = {
  paper: ["#ffffff", "#17191d"],
  panel: ["#f5f6f8", "#202329"],
  ink: ["#1b1f24", "#e8eaed"],
  muted: ["#59616b", "#a3abb5"],
  rule: ["#d5d9de", "#3a3f47"],
  control: ["#7b838d", "#7d8691"],
  accent: ["#b3400f", "#ff9d66"],
  warning: ["#a11d2b", "#ff9aa2"],
} as const satisfies Readonly<Record<string, readonly [light: string, dark: string]>>;

export type ColorName = keyof typeof colors;

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function declarations(value: (pair: readonly [string, string]) => string): CSSResult {
  const lines = Object.entries(colors).map(
    ([name, pair]) => `--${kebab(name)}: var(--attnlab-${kebab(name)}, ${value(pair)});`,
  );
  return unsafeCSS(lines.join("\n"));
}

/** Custom properties of all colors on `:host`; engines without light-dark() get the light ones. */
export const themeStyles = css`
  :host {
    ${declarations(([light]) => light)}
  }
  @supports (color: light-dark(red, red)) {
    :host {
      ${declarations(([light, dark]) => `light-dark(${light}, ${dark})`)}
    }
  }
  :host([theme="light"]) {
    color-scheme: light;
  }
  :host([theme="dark"]) {
    color-scheme: dark;
  }
`;

/** The color of `paper`, `ink`, ... as the element sees it now, for drawing on canvas. */
export function colorOf(element: Element, name: ColorName): string {
  const probe = document.createElement("span");
  probe.hidden = true;
  probe.style.setProperty("color", `var(--${kebab(name)})`);
  element.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}
