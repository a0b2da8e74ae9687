/**
 * Reproducible inputs: mulberry32 (a 32-bit generator by Tommy Ettinger, public domain) and the Box-Muller transform.
 * Not for statistics; it only has to be the same on every machine so that figures can be compared.
 */

/** @param {number} seed  a 32-bit integer @returns {() => number} uniform numbers in [0, 1) */
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @returns {Float32Array} `count` independent standard normal numbers */
export function normals(count, seed) {
  const next = uniform(seed);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}
