/** Computes the same in one thread and in two, cancels a call, and says what came of it. */
import { AttnlabError, createPool, load } from "attnlab";

const numbers = (count, phase) => Float32Array.from({ length: count }, (_, i) => Math.sin(1.7 * i * i + phase));

async function run() {
  const lab = await load();
  const pool = await createPool({ threads: 2 });
  const x = lab.tensor(numbers(4 * 400 * 32, 1), [4, 400, 32]);
  const one = lab.tensor(numbers(1500 * 32, 2), [1500, 32]);
  const largest = (a, b) => a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i])), 0);
  const differences = [
    largest(await pool.attention(x, x, x, { causal: true }), lab.attention(x, x, x, { causal: true })),
    largest(await pool.attention(one, one, one, { window: 50 }), lab.attention(one, one, one, { window: 50 })),
    largest(await pool.softmax(x), lab.softmax(x)),
  ];
  const refused = await pool.attention(x, one, one).catch((error) => error instanceof AttnlabError && error.argument);
  const big = lab.tensor(new Float32Array(8 * 4096 * 64), [8, 4096, 64]);
  const abort = new AbortController();
  const call = pool.attention(big, big, big, { signal: abort.signal }).catch((reason) => reason);
  setTimeout(() => abort.abort("enough"), 20);
  const aborted = await call;
  const after = largest(await pool.softmax(x), lab.softmax(x));
  const { threads, variant } = pool;
  const pending = pool.softmax(x).catch(({ code }) => code);
  await Promise.all([pool.terminate(), pool.terminate()]);
  const ended = [await pending, await pool.softmax(x).catch(({ code }) => code)];
  return { threads, variant, differences: [...differences, after], refused, aborted, ended };
}

run()
  .catch(({ name, message }) => ({ failed: `${name}: ${message}` }))
  .then((outcome) => {
    document.getElementById("result").textContent = JSON.stringify(outcome);
  });
