// The same attention in one thread and in two; the process ends by itself.
import { createPool, load } from "attnlab";

const lab = await load();
const pool = await createPool({ threads: 2 });
const x = lab.tensor(
  Float32Array.from({ length: 4 * 400 * 32 }, (_, i) => Math.sin(i * i)),
  [4, 400, 32],
);
const [one, two] = [lab.attention(x, x, x, { causal: true }), await pool.attention(x, x, x, { causal: true })];
const same = one.data.every((value, i) => Math.abs(value - two.data[i]) < 5e-6);
console.log(JSON.stringify({ threads: pool.threads, shape: two.shape, same }));
