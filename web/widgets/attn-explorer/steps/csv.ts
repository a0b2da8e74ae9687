import { csv } from "../../shared/csv.js";
import { tokenAt } from "../data/attention-data.js";
import type { Steps } from "./steps.js";

/** The keys taken up so far: logit, weight in the kernels' arithmetic, weight in double precision. */
export function stepsCsv({ logits, weights, exact, seen }: Steps, keyTokens: readonly string[] | undefined): string {
  const lines = Array.from({ length: seen }, (_, j) => [
    String(j + 1),
    tokenAt(keyTokens, j),
    ...[logits[j], weights[j], exact[j]].map((value) => String(Number((value ?? Number.NaN).toPrecision(9)))),
  ]);
  return csv([["position", "key", "logit", "weight", "weight (double)"], ...lines]);
}
