/** A worker that keeps its operands as residents: the first message has them; "run" computes, "result" asks for the result. */
import * as attnlab from "/attnlab/dist/index.js";

let run;
let result;

async function prepare({ variant, causal, operands }) {
  const lab = await attnlab.load({ variant });
  const held = operands.map((operand) => lab.resident(operand));
  const out = lab.resident(operands[0].shape);
  run = () => void lab.attention(...held, { causal, out });
  result = () => out.tensor().data;
}

onmessage = async ({ data }) => {
  try {
    if (data === "run") postMessage(run());
    else if (data === "result") postMessage(result());
    else postMessage(await prepare(data));
  } catch (error) {
    postMessage({ failure: String(error) });
  }
};
