// Causal attention over two tokens: the first sees itself, the second sees both.
import { load } from "attnlab";

const lab = await load();
const x = lab.tensor([
  [1, 0],
  [0, 1],
]);
const out = lab.attention(x, x, x, { causal: true, scale: 1 });
console.log(JSON.stringify({ shape: out.shape, data: Array.from(out.data), variant: lab.variant }));
