import type { StepName } from "../schema.js";
import type { NystromText } from "../text.en.js";

export const stepLabels = {
  softmaxes: "stepSoftmaxes",
  landmarks: "stepLandmarks",
  middle: "stepMiddle",
  iteration: "stepIteration",
} as const satisfies Record<StepName, keyof NystromText>;

/** What stands in the place of softmax(Q Kᵀ). */
export const formulas: Readonly<Record<StepName, string>> = {
  softmaxes: "softmax(Q) softmax(Kᵀ)",
  landmarks: "F B",
  middle: "F A⁺ B",
  iteration: "F V B, V ≈ A⁺",
};
