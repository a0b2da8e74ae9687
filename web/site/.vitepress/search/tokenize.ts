/**
 * Words for the site's search. MiniSearch splits at spaces and punctuation, which makes one unfindable "word" of a Chinese
 * clause. Here a run of Chinese becomes the words that `Intl.Segmenter` sees plus all its pairs of neighbors: the words rank
 * well, the pairs make a query match wherever the segmenter cuts the page differently from the query (it often does:
 * 熵不变性 alone and 熵不变性缩放 are cut in different places, and engines disagree with one another).
 */

const RUN =
  /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+)|((?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}_])+)/gu;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
/** attentionWeights → attention, Weights; readNpy → read, Npy. */
const HUMP = /(?<=\p{Ll})(?=\p{Lu})/u;

/** Undefined where the engine has no segmenter: the pairs alone still find everything. */
const segmenter =
  typeof Intl !== "undefined" && "Segmenter" in Intl ? new Intl.Segmenter("zh", { granularity: "word" }) : undefined;

/** Is this term written in a script without spaces between words? */
export function isUnspaced(term: string): boolean {
  return UNSPACED.test(term);
}

function words(run: string): string[] {
  return segmenter ? [...segmenter.segment(run)].map((part) => part.segment) : [];
}

function pairs(characters: readonly string[]): string[] {
  return characters.slice(1).map((character, i) => `${characters[i] ?? ""}${character}`);
}

function spacedTerms(run: string): string[] {
  const parts = run.split(HUMP);
  return parts.length > 1 ? [run, ...parts] : [run];
}

function terms(text: string, unspacedTerms: (run: string, characters: readonly string[]) => string[]): string[] {
  return [...text.matchAll(RUN)].flatMap(([, unspaced, spaced]) =>
    unspaced === undefined ? spacedTerms(spaced ?? "") : [...new Set(unspacedTerms(unspaced, Array.from(unspaced)))],
  );
}

/** Terms under which a text is filed: words, pairs, and single characters (so that 熵 alone finds 信息熵). */
export function tokenizeText(text: string): string[] {
  return terms(text, (run, characters) => [...words(run), ...pairs(characters), ...characters]);
}

/** Terms of a query: words of two characters or more and pairs; a lone character stands for itself. */
export function tokenizeQuery(query: string): string[] {
  return terms(query, (run, characters) =>
    characters.length === 1
      ? [run]
      : [...words(run).filter((word) => Array.from(word).length > 1), ...pairs(characters)],
  );
}
