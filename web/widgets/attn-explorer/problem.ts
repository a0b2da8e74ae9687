import type { Translate } from "../shared/text.js";
import type { ExplorerText } from "./text.en.js";

/** Something to tell the reader, kept as a function of the language so that it follows a change of it. */
export type Problem = (t: Translate<ExplorerText>) => string;
