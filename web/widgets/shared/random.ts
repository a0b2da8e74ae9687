/** Random numbers that are the same everywhere for a seed: uniform in [0, 1), and normal. */
export interface Random {
  readonly uniform: () => number;
  readonly normal: () => number;
}

/** Tommy Ettinger's mulberry32, and Box and Muller's normal numbers. {@link randomCode} is the same as text. */
export function randomNumbers(seed: number): Random {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (): number => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  };
  return { uniform, normal };
}

/** For programs that readers copy: `uniform` and `normal` from this seed on. */
export const randomCode = (seed: number): string => `// mulberry32, and normal numbers by Box and Muller
let state = ${seed};
const uniform = () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};
const normal = () => {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
  return radius * Math.cos(2 * Math.PI * uniform());
};
`;
