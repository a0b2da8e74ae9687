import type { Language } from "./language.js";

/** Texts of one widget in one language: key to sentence, `{name}` marks a value to be filled in. */
export type TextTable = Readonly<Record<string, string>>;

/** The same table in another language: tsc refuses a missing key and an invented one. */
export type Translation<T extends TextTable> = Readonly<Record<keyof T, string>>;

/** Names in braces: `Placeholders<"{a} of {b}">` is `"a" | "b"`. */
export type Placeholders<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

type ValuesOf<S extends string> = Readonly<Record<Placeholders<S>, string | number>>;
type Arguments<S extends string> = [Placeholders<S>] extends [never] ? [] : [values: ValuesOf<S>];

/** Text of `key` with its placeholders filled; forgetting a value, or giving an unknown one, fails tsc. */
export type Translate<T extends TextTable> = <Key extends keyof T & string>(
  key: Key,
  ...values: Arguments<T[Key]>
) => string;

/** Replaces every `{name}` of `text` that `values` knows. */
export function fill(text: string, values: Readonly<Record<string, string | number>> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Names in braces, in order of first appearance. */
export function placeholders(text: string): string[] {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ""))];
}

/**
 * The look-up function of one widget in one language.
 *
 * @example
 * const t = translator({ en, zh }, "zh");
 * t("layerOf", { layer: 3, layers: 6 });
 */
export function translator<T extends TextTable>(
  tables: { readonly en: T; readonly zh: Translation<T> },
  language: Language,
): Translate<T> {
  const table: Translation<T> = tables[language];
  return (key, ...values) => fill(table[key], values[0]);
}

/** "What: more", with the colon of the language. */
export const labeled = (language: Language, what: string, more: string): string =>
  `${what}${language === "zh" ? "：" : ": "}${more}`;

/** Sentences side by side: with a space in English, without one in Chinese. */
export const joinSentences = (language: Language, sentences: readonly string[]): string =>
  sentences.join(language === "zh" ? "" : " ");
