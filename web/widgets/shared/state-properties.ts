import type { PropertyDeclaration, PropertyDeclarations } from "lit";
import type { Field, Schema } from "./state.js";

/**
 * Lit properties for a schema: each entry is an attribute of the same name and back again. An entry at its default has
 * no attribute, so that a widget in its first state is a bare tag.
 */
export function stateProperties(schema: Schema): PropertyDeclarations {
  return Object.fromEntries(Object.entries(schema).map(([key, field]) => [key, declaration(field)]));
}

function declaration(field: Field): PropertyDeclaration {
  return {
    reflect: true,
    converter: {
      fromAttribute: (text: string | null) => (text === null ? field.initial : (field.parse(text) ?? field.initial)),
      toAttribute: (value: unknown) => attribute(field, value),
    },
  };
}

function attribute(field: Field, value: unknown): string | null {
  if (value === field.initial || value === undefined) return null;
  return value === true ? "" : field.format(value as Field["initial"]);
}
