import type { Lab } from "./lab.js";

/**
 * Few columns: then the exponentials, of which there are few beside the products in a usual call, are busy enough too.
 * With these sizes each inner function of the two kernels is past the point where Chromium's engine compiles it well; with a
 * round less, some are not in one page of three.
 */
const ROWS = 288;
const COLUMNS = 16;
const ROUNDS = 5;

/**
 * Keeps the heavy kernels busy for about 4 ms. Engines compile WebAssembly quickly first and well once it is busy: without
 * this the first large call would run in quickly compiled code to its end.
 */
export function warmUp(lab: Lab): void {
  const x = lab.tensor(new Float32Array(ROWS * COLUMNS), [ROWS, COLUMNS]);
  for (let round = 0; round < ROUNDS; round++) lab.attention(x, x, x);
  lab.matmul(x, x, { transposeB: true });
}
