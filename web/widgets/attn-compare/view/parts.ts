import type { ViewProps as Shared } from "../../shared/figure-parts.js";
import type { Pointing } from "../../shared/matrices/linked.js";
import type { Translate } from "../../shared/text.js";
import { methodNames, type MethodName } from "../methods.js";
import type { CompareText } from "../text.en.js";

export type ViewProps = Shared<CompareText> & Pointing;

export const allNames = [...methodNames, "uniform"] as const;

/** A method's name with its budget. */
export const nameOf = (t: Translate<CompareText>, method: MethodName | "uniform" | "best", budget: number): string =>
  method === "linear" || method === "uniform" ? t(method) : t(method, { budget });

const shortNames = {
  performer: "shortPerformer",
  nystrom: "shortNystrom",
  linear: "shortLinear",
  sparse: "shortSparse",
  uniform: "shortUniform",
} as const satisfies Record<MethodName | "uniform", keyof CompareText>;

/** A method's name as the head of a narrow column. */
export const shortName = (t: Translate<CompareText>, method: MethodName | "uniform"): string => t(shortNames[method]);
