import type { Lab } from "./lab.js";

/** Small enough to be done in a few milliseconds, large enough for an engine to see that the loops are worth compiling well. */
const SIZE = 64;
const ROUNDS = 6;

/**
 * Runs the heavy kernels a few times. Engines compile WebAssembly quickly first and well later, and a kernel is one long
 * call: without this the first large call would run in quickly compiled code to its end.
 */
export function warmUp(lab: Lab): void {
  const x = lab.tensor(new Float32Array(SIZE * SIZE), [SIZE, SIZE]);
  for (let round = 0; round < ROUNDS; round++) {
    lab.attention(x, x, x);
    lab.matmul(x, x);
  }
}
