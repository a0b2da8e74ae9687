import { speedCaption } from "./caption.js";
import { speedCsv } from "./exports.js";
import { usualCourse, type Race } from "./race.js";
import type { SpeedShown } from "./shown.js";
import { speedView, type SpeedViewProps } from "./view.js";

/** What a view of times over the usual course shows, says, and gives away. */
export function speedPicture<Method extends string>(
  given: Omit<SpeedViewProps, "caption">,
  methods: readonly Method[],
  { points, variant, samples }: Race<Method>,
  lines: SpeedShown["lines"],
  onAgain: () => void,
) {
  const shown: SpeedShown = { lines, width: usualCourse.width, variant, samples };
  const caption = speedCaption(given.numbers, shown);
  return {
    caption,
    view: speedView({ ...given, caption }, shown, onAgain),
    csv: () => speedCsv(methods, points),
  };
}
