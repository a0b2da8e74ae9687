import type { Translate } from "../shared/text.js";
import type { ExplorerText } from "./text.en.js";

/** A query by its number, counted from 1, and its token where the data have tokens: `27, “see”`. */
export function who(t: Translate<ExplorerText>, tokens: readonly string[] | undefined, index: number): string {
  const token = tokens?.[index];
  return token === undefined ? String(index + 1) : t("who", { position: index + 1, token });
}
