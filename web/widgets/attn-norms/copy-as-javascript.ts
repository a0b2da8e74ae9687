import { shortest } from "../shared/csv.js";
import { functionNames, problemOf, type Run } from "./norms.js";
import type { NormsState } from "./schema.js";
import { textbookCode } from "./textbook.js";

const list = (values: ArrayLike<number>): string => Array.from(values, shortest).join(", ");

function optionsCode({ options }: Run): string {
  const { mean, variance, ...plain } = options;
  const stored = Object.entries({ mean, variance }).flatMap(([name, tensor]) =>
    tensor === undefined ? [] : [`${name}: lab.tensor([${list(tensor.data)}])`],
  );
  const entries = Object.entries(plain).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `{ ${[...entries, ...stored].join(", ")} }`;
}

/** The kernels, and the batch `x`. */
const head = (
  title: string,
  { place: { samples, tokens, channels }, x }: Run,
): string => `// ${title.replace(/\s+/g, " ")}
// npm install attnlab, save this as norms.mjs, then: node norms.mjs
import { load } from "attnlab";

const lab = await load();
const shape = [${samples}, ${tokens}, ${channels}]; // samples, tokens, channels
const x = lab.tensor(Float32Array.from([${list(x)}]), shape);
`;

/** A module for Node that prints every entry's x, and its y by the textbook's program and by the kernel. */
export function precisionCode(title: string, run: Run, state: NormsState): string {
  return `${head(title, run)}${textbookCode(problemOf(run, state), state.program)}
// Entries of the same slice are normalized together.
const slices = [${run.slices.join(", ")}];
const slice = (i) => statistics(Array.from(x.data).filter((_, j) => slices[j] === slices[i]));
const y = lab.${functionNames[run.norm]}(x, ${optionsCode(run)});
x.data.forEach((value, i) => {
  const { mean, divisor } = slice(i);
  console.log(i + 1, value, f(f(value - mean) / divisor).toPrecision(6), y.data[i].toPrecision(6));
});
`;
}

/** A module for Node that prints, for every entry under every norm given: sample, token, channel, x, y and dx. */
export function normsCode(title: string, runs: readonly Run[]): string {
  const [first] = runs;
  if (first === undefined) return "";
  return `${head(title, first)}

/** Prints every entry before and after, and the gradient with respect to it. */
function show(name, y, { dx }) {
  x.data.forEach((value, i) => {
    const row = Math.floor(i / shape[2]);
    const entry = [Math.floor(row / shape[1]) + 1, (row % shape[1]) + 1, (i % shape[2]) + 1];
    console.log(name, ...entry, value, y.data[i].toPrecision(6), dx.data[i].toPrecision(6));
  });
}
${runs
  .map(
    (each) => `{
  const dOutput = lab.tensor(Float32Array.from([${list(each.dy)}]), shape);
  const options = ${optionsCode(each)};
  show("${each.norm}", lab.${functionNames[each.norm]}(x, options), lab.${functionNames[each.norm]}Backward(x, dOutput, options));
}
`,
  )
  .join("")}`;
}
