import type { ViewProps as Shared } from "../../shared/figure-parts.js";
import type { NystromText } from "../text.en.js";

export type ViewProps = Shared<NystromText>;
