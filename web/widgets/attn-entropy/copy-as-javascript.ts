import { logitsCode, ruleNames, ruleOptions, type SamplingOptions } from "./sampling.js";
import { articleRounds, type Solution } from "./solve.js";
import { distributionCode } from "./starts.js";

const head = (title: string): string => `// ${title.replace(/\s+/g, " ")}
// npm install attnlab, save this as entropy.mjs, then: node entropy.mjs
import { load } from "attnlab";

const lab = await load();
`;

/** A module for Node that prints, for each start, both solvers' rounds (exponent, entropy) and how they ended. */
export function solverCode(title: string, solutions: readonly Solution[]): string {
  const blocks = solutions.map(
    ({ start, seed, target }) => `{
${distributionCode(start, seed)}compare("${start}", p, ${String(target)});
}
`,
  );
  return `${head(title)}
/** Prints the rounds of both solvers, and how they ended. */
function compare(name, p, target) {
  console.log(name, "start", lab.entropy(p).data[0].toFixed(6));
  for (const [method, maxIterations] of [["robust", 100], ["article", ${articleRounds}]]) {
    const result = lab.entropyNormalize(p, { entropy: target, method, maxIterations, trace: true });
    const { exponent, entropy } = result.trace[0];
    exponent.forEach((value, i) => console.log(name, method, i + 1, value.toPrecision(8), entropy[i].toFixed(6)));
    console.log(name, method, result.status[0], result.exponent.data[0].toPrecision(6), result.entropy.data[0].toFixed(6));
  }
}
${blocks.join("")}`;
}

/** A module for Node that prints, for every rule, entropy, number of tokens kept and rank drawn at one step. */
export function samplingCode(title: string, step: number, options: SamplingOptions): string {
  const rules = Object.fromEntries(ruleNames.map((name) => [name, ruleOptions(name, options)]));
  return `${head(title)}${logitsCode(options.seed)}
const rules = ${JSON.stringify(rules, undefined, 2)};
const step = ${step};
for (const [name, options] of Object.entries(rules)) {
  const { token, probabilities } = lab.sampleToken(logits, options);
  const entropy = lab.entropy(probabilities).data[step - 1];
  const row = probabilities.data.subarray((step - 1) * rows[0].length, step * rows[0].length);
  console.log(name, entropy.toFixed(6), row.filter((value) => value > 0).length, token[step - 1] + 1);
}
`;
}
