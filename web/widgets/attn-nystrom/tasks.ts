import { timeSpeed } from "./speed.js";
import { sweepLandmarks } from "./sweep.js";

/** What the widget's worker can do; the page runs the same functions where there is no worker. */
export const tasks = { sweepLandmarks, timeSpeed };
