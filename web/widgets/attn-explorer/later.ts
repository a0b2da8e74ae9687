// What is fetched when a reader asks for it, each in a chunk of its own. The budgets know these chunks by their names.

import type * as reader from "./data/later-own-data.js";
import type * as views from "./later-views.js";

export const laterViews = (): Promise<typeof views> => import("./later-views.js");
export const ownDataReader = (): Promise<typeof reader> => import("./data/later-own-data.js");
