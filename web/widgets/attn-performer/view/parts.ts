import type { CaptionedProps } from "../../shared/figure-parts.js";
import type { PerformerText } from "../text.en.js";

export type ViewProps = CaptionedProps<PerformerText>;
