/**
 * Options of the local search, used twice: when the index is built (Node) and when it is searched (browser).
 *
 * They hold functions. VitePress would send functions to the browser as text and revive them with `new Function`, which a
 * content security policy without 'unsafe-eval' refuses. So the build sees them through a property that is not enumerable
 * (and thus not sent), and the theme puts the same module's functions back in the browser.
 */
import type { DefaultTheme } from "vitepress";
import { isUnspaced, tokenizeQuery, tokenizeText } from "./tokenize.js";

type LocalSearchOptions = NonNullable<DefaultTheme.LocalSearchOptions>;
type MiniSearchOptions = NonNullable<LocalSearchOptions["miniSearch"]>;

export const miniSearch: MiniSearchOptions = {
  options: { tokenize: tokenizeText },
  searchOptions: {
    tokenize: tokenizeQuery,
    // A wrong letter in a Latin word is a slip; a different character is a different word.
    fuzzy: (term) => (isUnspaced(term) ? false : 0.2),
    prefix: (term) => !isUnspaced(term),
    boost: { title: 4, text: 2, titles: 1 },
  },
};

/** The options with the functions kept out of everything that enumerates properties. */
export function withHiddenFunctions(options: LocalSearchOptions): LocalSearchOptions {
  return Object.defineProperty({ ...options }, "miniSearch", { value: miniSearch, enumerable: false });
}
