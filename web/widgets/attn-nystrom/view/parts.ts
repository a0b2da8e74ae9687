import type { CaptionedProps } from "../../shared/figure-parts.js";
import type { NystromText } from "../text.en.js";

export type ViewProps = CaptionedProps<NystromText>;
