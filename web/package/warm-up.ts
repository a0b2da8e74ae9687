import type { Lab } from "./lab.js";

/**
 * Few columns: then the exponentials, of which there are few beside the products in a usual call, are busy enough too.
 * With these sizes each inner function of the two kernels is just past the point where Chromium's engine compiles it well.
 */
const ROWS = 288;
const COLUMNS = 16;
const ROUNDS = 4;

/**
 * Keeps the heavy kernels busy for about 3 ms. Engines compile WebAssembly quickly first and well once it is busy: without
 * this the first large call would run in quickly compiled code to its end.
 */
export function warmUp(lab: Lab): void {
  const x = lab.tensor(new Float32Array(ROWS * COLUMNS), [ROWS, COLUMNS]);
  for (let round = 0; round < ROUNDS; round++) lab.attention(x, x, x);
  lab.matmul(x, x, { transposeB: true });
}
