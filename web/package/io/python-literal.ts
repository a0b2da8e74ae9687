/** A value that a Python literal can write, as far as .npy headers go. Tuples and lists are arrays, a dict is a Map. */
export type PythonValue = string | number | boolean | null | PythonValue[] | Map<PythonValue, PythonValue>;

const TOKEN = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d*)?)L?|(True|False|None)|([()[\]{},:]))/y;
const WORDS: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null };
const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** More nesting than any header has. */
const DEEPEST = 16;

type Token = { value: string | number | boolean | null } | { mark: string };

/** Parses a Python literal; `undefined` if the text is none. */
export function parsePythonLiteral(text: string): PythonValue | undefined {
  const tokens = tokenize(text);
  if (tokens === undefined) return undefined;
  let next = 0;
  const take = (mark: string): boolean => {
    const token = tokens[next];
    if (token === undefined || !("mark" in token) || token.mark !== mark) return false;
    next++;
    return true;
  };
  const parse = (depth: number): PythonValue | undefined => {
    const token = tokens[next++];
    if (token === undefined || depth > DEEPEST) return undefined;
    if ("value" in token) return token.value;
    const closing = CLOSING[token.mark];
    if (closing === undefined) return undefined;
    const items: PythonValue[] = [];
    const entries = new Map<PythonValue, PythonValue>();
    for (let first = true; !take(closing); first = false) {
      if (!first && !take(",")) return undefined;
      if (!first && take(closing)) break;
      const item = parse(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      if (token.mark !== "{") continue;
      const value = take(":") ? parse(depth + 1) : undefined;
      if (value === undefined) return undefined;
      entries.set(item, value);
    }
    return token.mark === "{" ? entries : items;
  };
  const value = parse(0);
  return next === tokens.length ? value : undefined;
}

function tokenize(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < end;) {
    const match = TOKEN.exec(text);
    if (match === null) return undefined;
    const [, single, double, number, word, mark] = match;
    if (mark !== undefined) tokens.push({ mark });
    else if (word !== undefined) tokens.push({ value: WORDS[word] ?? null });
    else tokens.push({ value: number === undefined ? (single ?? double ?? "") : Number(number) });
  }
  return tokens;
}
