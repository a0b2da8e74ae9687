import { survey } from "./survey.js";

/** What the widget's worker can do; the page runs the same function where there is no worker. */
export const tasks = { survey };
