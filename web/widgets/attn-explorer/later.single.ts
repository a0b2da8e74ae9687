// The single-file build has everything from the start.

import * as reader from "./data/later-own-data.js";
import * as views from "./later-views.js";

export const laterViews = (): Promise<typeof views> => Promise.resolve(views);
export const ownDataReader = (): Promise<typeof reader> => Promise.resolve(reader);
