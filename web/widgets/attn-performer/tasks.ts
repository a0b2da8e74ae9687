import { sliceOf } from "./estimators.js";
import { rangeOf } from "./range.js";
import { timeSpeed } from "./speed.js";
import { sweepFeatures, sweepNorms } from "./sweeps.js";

/** What the widget's worker can do; the page runs the same functions where there is no worker. */
export const tasks = { sweepFeatures, sweepNorms, sliceOf, rangeOf, timeSpeed };
