import type { Lab } from "../../package/index.js";
import { openCeiling } from "./ceiling.js";
import { measureCrossovers, type CrossoverInput, type Crossovers } from "./crossover.js";
import { measure, type MeasureInput, type Measured } from "./measure.js";

/** What the widget's worker can do; the page runs the same function where there is no worker. */
export const tasks = {
  measure: (lab: Lab, input: MeasureInput): Generator<number, Measured, void> =>
    measure(lab, input, openCeiling(lab.variant)),
  crossovers: (lab: Lab, input: CrossoverInput): Generator<number, Crossovers, void> =>
    measureCrossovers(lab, input, openCeiling(lab.variant)),
};
