import { factorCode, rowCode, type CodeInput } from "../copy-as-javascript.js";
import type { StepsOptions } from "./steps.js";

/** A module for Node that takes the shown row through the online softmax and prints where it stands after every tile. */
export function stepsCode(input: CodeInput, { tile, sharpness, forget, raw }: StepsOptions): string {
  const options = [`tile: ${tile}`, ...(forget ? ["rescale: false"] : []), ...(raw ? ["subtractMaximum: false"] : [])];
  return rowCode(input, [
    `const factor = ${sharpness === 1 ? "" : `${sharpness} * `}${factorCode(input.scale)};`,
    "const products = lab.matmul(q, k, { transposeB: true });",
    "const logits = lab.tensor(products.data.map((product) => product * factor), [k.shape[0]]);",
    `const { maximum, denominator, accumulated } = lab.onlineSoftmax(logits, { ${options.join(", ")} });`,
    "for (const [i, m] of maximum.data.entries()) {",
    "  console.log(`tile ${i + 1}: m = ${m.toFixed(4)}, l = ${denominator.data[i].toPrecision(6)}`);",
    "}",
    "const l = denominator.data.at(-1);",
    "for (const [j, factor] of accumulated.data.subarray(-tokens.length).entries()) {",
    "  console.log(`${tokens[j]}\\t${(factor / l).toFixed(6)}`);",
    "}",
  ]);
}
