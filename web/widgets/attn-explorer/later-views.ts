// What the first view does without, in a chunk of its own that is fetched when a reader asks for it: the other two views, and
// the writing of files.

import type { Scene } from "./scene.js";
import { speedCode } from "./speed/code.js";
import { captionOfSpeed } from "./speed/picture.js";
import { stepsCode } from "./steps/code.js";
import { captionOfSteps, stepsIn } from "./steps/picture.js";

export { saveAs } from "./save.js";
export { speedPicture } from "./speed/picture.js";
export { stepsPicture } from "./steps/picture.js";

/** A program that computes the numbers of either view anew; empty while there are none. */
export function laterCode(scene: Scene): string {
  if (scene.state.view === "speed") return speedCode(captionOfSpeed(scene));
  const [steps, { shown, state }] = [stepsIn(scene), scene];
  if (steps === undefined || shown === undefined) return "";
  return stepsCode({ ...shown, title: captionOfSteps(scene, steps) }, state);
}
