import { escapeXml } from "./escape-xml.js";
import type { Schema, StateOf } from "./state.js";

export interface EmbedInput<S extends Schema> {
  readonly tag: string;
  readonly schema: S;
  readonly state: StateOf<S>;
  /** Address of the script that registers the element. */
  readonly script: string;
  /** What readers without JavaScript see. */
  readonly fallback: string;
  readonly permalink: string;
}

/** HTML that shows the widget in its present state: a script, the element with its attributes, a sentence without it. */
export function embedCode<S extends Schema>(input: EmbedInput<S>): string {
  const attributes = Object.entries(input.schema).flatMap(([key, field]) => {
    const value = input.state[key as keyof S];
    if (value === field.initial) return [];
    return [value === true ? ` ${key}` : ` ${key}="${escapeXml(field.format(value))}"`];
  });
  return [
    `<script type="module" src="${escapeXml(input.script)}"></script>`,
    `<${input.tag}${attributes.join("")}>`,
    `  <p><a href="${escapeXml(input.permalink)}">${escapeXml(input.fallback)}</a></p>`,
    `</${input.tag}>`,
    "",
  ].join("\n");
}
