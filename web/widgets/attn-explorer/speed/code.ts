import { lengths, width } from "./crossover.js";

/** A module for Node that times attention at the lengths of the chart, on the machine that runs it. */
export const speedCode = (title: string): string =>
  [
    `// ${title.replace(/\s+/g, " ")}`,
    "// npm install attnlab, save this as time.mjs, then: node time.mjs",
    'import { load } from "attnlab";',
    "",
    "const lab = await load();",
    `const d = ${width};`,
    `for (const n of [${lengths.join(", ")}]) {`,
    "  const [q, k, v] = [1, 2, 3].map((step) => {",
    "    const data = Float32Array.from({ length: n * d }, (_, i) => Math.sin(step * i));",
    "    return lab.tensor(data, [n, d]);",
    "  });",
    "  const times = Array.from({ length: 9 }, () => {",
    "    const start = performance.now();",
    "    lab.attention(q, k, v);",
    "    return performance.now() - start;",
    "  });",
    "  console.log(`n = ${n}: ${times.sort((a, b) => a - b)[4].toFixed(3)} ms`);",
    "}",
    "",
  ].join("\n");
