import { randomCode, randomNumbers, type Random } from "../shared/random.js";
import type { StartName } from "./schema.js";

interface Start {
  /** The entropy in nats that is asked for by default. */
  readonly target: number;
  /** Positive numbers, in any order and of any sum. */
  make(random: Random): number[];
  /** The same as an expression of a program. */
  readonly code: string;
  /** Whether the seed matters. */
  readonly seeded: boolean;
}

const list = (length: number, make: (i: number) => number): number[] => Array.from({ length }, (_, i) => make(i));

/**
 * "random" is the article's own sample; "peaked" to "tie" are those that its iteration fails on; of "bounded" not every entropy
 * can be had.
 */
export const starts: Readonly<Record<StartName, Start>> = {
  random: {
    target: Math.log(30),
    make: ({ uniform }) => list(100, uniform),
    code: "Array.from({ length: 100 }, uniform)",
    seeded: true,
  },
  ramp: { target: Math.log(3), make: () => [1, 2, 3, 4, 5], code: "[1, 2, 3, 4, 5]", seeded: false },
  peaked: {
    target: 2,
    make: () => [0.99, ...list(9, () => 0.01 / 9)],
    code: "[0.99, ...Array(9).fill(0.01 / 9)]",
    seeded: false,
  },
  geometric: {
    target: 2.9,
    make: () => list(20, (i) => 0.5 ** i),
    code: "Array.from({ length: 20 }, (_, i) => 0.5 ** i)",
    seeded: false,
  },
  flat: {
    target: Math.log(30),
    make: ({ normal }) => list(100, () => 1 + 1e-3 * normal()),
    code: "Array.from({ length: 100 }, () => 1 + 1e-3 * normal())",
    seeded: true,
  },
  tie: {
    target: 0.1,
    make: () => [1, 0.98, ...list(28, (i) => 0.5 ** (i + 2))],
    code: "[1, 0.98, ...Array.from({ length: 28 }, (_, i) => 0.5 ** (i + 2))]",
    seeded: false,
  },
  bounded: {
    target: 1.2,
    make: () => [3, 3, 2, 1, 1, 0, 0, 0],
    code: "[3, 3, 2, 1, 1, 0, 0, 0]",
    seeded: false,
  },
};

/** The distribution in float32, its largest entry first: order is what a power keeps. */
export function distributionOf(name: StartName, seed: number): Float32Array {
  const values = starts[name].make(randomNumbers(seed)).sort((a, b) => b - a);
  const sum = values.reduce((total, value) => total + value, 0);
  return Float32Array.from(values, (value) => value / sum);
}

/** A program's lines that make the same array, `p`. */
export function distributionCode(name: StartName, seed: number): string {
  const { seeded, code } = starts[name];
  return `${seeded ? randomCode(seed) : ""}const values = ${code}.sort((a, b) => b - a);
const sum = values.reduce((total, value) => total + value, 0);
const p = lab.tensor(values.map((value) => value / sum));
`;
}
