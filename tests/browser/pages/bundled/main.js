import { load } from "attnlab";
import { readNpy, writeNpy } from "attnlab/io";
import "attnlab/widgets/attn-explorer";

const numbers = Float32Array.from({ length: 12 }, (_, i) => Math.cos(i));

load().then((lab) => {
  const x = readNpy(writeNpy(lab.tensor(numbers, [3, 4])));
  const result = lab.attention(x, x, x, { causal: true });
  document.getElementById("result").textContent = JSON.stringify({ variant: lab.variant, values: [...result.data] });
});
