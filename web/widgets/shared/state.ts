/** What a control can hold. */
export type StateValue = string | number | boolean;

/** One entry of a widget's state: its default, and how it is read from and written to an attribute or a permalink. */
export interface Field<T extends StateValue = StateValue> {
  readonly initial: T;
  /** undefined when the text means nothing here: a wrong permalink is ignored, it never breaks a page. */
  parse(text: string): T | undefined;
  format(value: T): string;
}

export type Schema = Readonly<Record<string, Field>>;
export type StateOf<S extends Schema> = { [Key in keyof S]: S[Key] extends Field<infer T> ? T : never };

/** One of a list of words. */
export function choice<const Words extends readonly string[]>(
  words: Words,
  initial: Words[number],
): Field<Words[number]> {
  return {
    initial,
    parse: (text) => words.find((word) => word === text),
    format: (value) => value,
  };
}

/** A whole number of at least `least`. */
export function whole(initial: number, least = 0): Field<number> {
  return {
    initial,
    parse(text) {
      const value = Number(text);
      return /^\d{1,9}$/.test(text) && value >= least ? value : undefined;
    },
    format: String,
  };
}

/** A number from `least` to `most`, written with so many significant digits at most. */
export function decimal(initial: number, least: number, most: number, digits = 6): Field<number> {
  return {
    initial,
    parse(text) {
      const value = Number(text);
      return /^\d*\.?\d+$/.test(text) && value >= least && value <= most ? value : undefined;
    },
    format: (value) => String(Number(value.toPrecision(digits))),
  };
}

/** Yes or no; as an attribute it is present or absent, as in HTML. */
export function flag(initial = false): Field<boolean> {
  return {
    initial,
    parse: (text) => (["", "1", "true"].includes(text) ? true : ["0", "false"].includes(text) ? false : undefined),
    format: (value) => (value ? "1" : "0"),
  };
}

/** `layer:3;head:5;causal:1`, every entry in the schema's order. */
export function encodeState<S extends Schema>(schema: S, state: StateOf<S>): string {
  return Object.entries(schema)
    .map(([key, field]) => `${key}:${encodeURIComponent(field.format(state[key as keyof S]))}`)
    .join(";");
}

/** The entries of `text` that the schema knows and can read; the rest is left out. */
export function decodeState<S extends Schema>(schema: S, text: string): Partial<StateOf<S>> {
  const state: Partial<Record<string, StateValue>> = {};
  for (const part of text.split(";")) {
    const [key = "", raw = ""] = part.split(":", 2);
    const field = Object.hasOwn(schema, key) ? schema[key] : undefined;
    const value = field?.parse(decodeText(raw));
    if (value !== undefined) state[key] = value;
  }
  return state as Partial<StateOf<S>>;
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % sign: the field's own parser decides
  }
}
