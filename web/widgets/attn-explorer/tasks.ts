import { analyze } from "./analysis.js";
import { timeAttention, timeFairSize } from "./benchmark.js";
import { timeCrossover } from "./speed/crossover.js";
import { thumbnailsOf } from "./thumbnails.js";

/** What the widget's worker can do; the page runs the same functions where there is no worker. */
export const tasks = { analyze, thumbnailsOf, timeAttention, timeCrossover, timeFairSize };
