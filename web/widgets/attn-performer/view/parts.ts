import type { ViewProps as Shared } from "../../shared/figure-parts.js";
import type { PerformerText } from "../text.en.js";

export type ViewProps = Shared<PerformerText>;
