import { measureHead, measureHeads, measureLayers } from "./measure.js";

/** What the widget's worker can do; the page runs the same functions where there is no worker. */
export const tasks = { measureHead, measureHeads, measureLayers };
