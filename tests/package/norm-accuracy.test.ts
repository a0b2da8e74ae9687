// The worst error of each norm against double, forward and backward, on inputs made to hurt; printed, for the record.
import type { Lab, Tensor, TensorLike } from "attnlab";
import { expect, test } from "vitest";
import { describeBoth } from "./support/labs.js";
import { makeRandom, randomTensor } from "./support/random.js";

const ROWS = 4;
const LENGTHS = [2, 3, 7, 16, 65, 768, 4096];

/** Entries of rows that are hard in one way each; u is uniform in (-1, 1). */
const HARD: Readonly<Record<string, (u: number, j: number) => number>> = {
  "offset 1e8": (u) => 1e8 + 8 * Math.round(20 * u),
  "nearly constant": (u) => 1 + 2 ** -23 * Math.round(u),
  "1e30": (u) => 1e30 * u,
  "1e30 apart by 1e-6": (u) => 1e30 * (1 + 1e-6 * u),
  "largest floats": (u) => 3.4e38 * u,
  "1e-30": (u) => 1e-30 * u,
  denormal: (u) => 1e-42 * u,
  "sixty decades": (u) => u * 10 ** (60 * Math.abs(u) - 30),
  "one-hot": (_, j) => (j === 1 ? 1 : 0),
  plain: (u) => 2 * u,
};

/** How a norm goes over x [ROWS, length]: what it adds to the options, and what the formula in double has to know. */
interface Norm {
  center: boolean;
  /** The sum of the squares in place of their mean. */
  sum?: boolean;
  /** The shape of the same rows for this norm, and options. */
  shape: (length: number) => number[];
  options?: object;
  affine: (length: number) => number[] | undefined;
  residual?: boolean;
}

const along = { shape: (length: number) => [ROWS, length], affine: (length: number) => [length] };
const channels = { center: true, affine: () => [ROWS] };
const NORMS: Readonly<Record<string, Norm>> = {
  layerNorm: { ...along, center: true },
  rmsNorm: { ...along, center: false },
  l2Norm: { ...along, center: false, sum: true, affine: () => undefined },
  batchNorm: { ...channels, shape: (length) => [1, ROWS, length] },
  instanceNorm: { ...channels, shape: (length) => [1, ROWS, length] },
  groupNorm: { ...channels, shape: (length) => [1, ROWS, length], options: { groups: ROWS } },
  addLayerNorm: { ...along, center: true, residual: true },
  addRmsNorm: { ...along, center: false, residual: true },
};

/** The value and the gradient in double, and the size of the terms that each is the sum of. */
function twin(x: readonly number[], g: readonly number[], gamma: number[], beta: number[], eps: number, norm: Norm) {
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  const count = norm.sum ? 1 : x.length;
  const origin = norm.center ? (x[0] ?? 0) : 0;
  const shifted = x.map((value) => value - origin);
  const middle = norm.center ? total(shifted) / x.length : 0;
  const centered = shifted.map((value) => value - middle);
  const root = Math.sqrt(total(centered.map((value) => value ** 2)) / count + eps);
  const z = centered.map((value) => (root === 0 ? 0 : value / root));
  const h = g.map((value, j) => value * (gamma[j] ?? 1));
  const along = total(h.map((value, j) => value * (z[j] ?? 0))) / count;
  const plain = norm.center ? total(h) / count : 0;
  const mean = norm.center ? total(h.map(Math.abs)) / count : 0;
  const size = total(h.map((value, j) => Math.abs(value * (z[j] ?? 0)))) / count;
  return {
    y: z.map((value, j) => [value * (gamma[j] ?? 1) + (beta[j] ?? 0), 1 + Math.abs(beta[j] ?? 0)] as const),
    dx: z.map((value, j) => {
      const of = h[j] ?? 0;
      const gradient = root === 0 ? 0 : (of - plain - value * along) / root;
      const terms = root === 0 ? 0 : (Math.abs(of) + mean + Math.abs(value) * size) / root;
      return [gradient, terms] as const;
    }),
  };
}

/** Units in the last place beyond what double rounding leaves of terms that cancel. */
function ulpsOff(actual: number, [expected, terms]: readonly [number, number]): number {
  if (Math.abs(expected) > 3.4028235e38) return actual === Math.fround(expected) ? 0 : Infinity;
  const ulp = 2 ** Math.max(-149, Math.floor(Math.log2(Math.abs(expected) || 2 ** -149)) - 23);
  return Math.max(0, Math.abs(actual - expected) - 1e-11 * terms) / ulp;
}

/** Of a gradient, which is computed in float32: the error over 2^-21 of the terms that it is the sum of. */
function shareOff(actual: number, [expected, terms]: readonly [number, number]): number {
  if (Math.abs(expected) > 3.4028235e38) return actual === Math.fround(expected) ? 0 : Infinity;
  return Math.abs(actual - expected) / (2 ** -21 * terms + 2 ** -140);
}

type Operation = (...args: readonly unknown[]) => Tensor & { output: Tensor; dx: Tensor };

describeBoth("norms on hard inputs, held to double", (lab: Lab) => {
  test.each(Object.entries(NORMS))("%s", (name, norm) => {
    const random = makeRandom(83);
    const worst = { forward: [0, ""], backward: [0, ""] } as Record<"forward" | "backward", [number, string]>;
    const note = (way: "forward" | "backward", off: number, what: string): void => {
      if (!(off <= worst[way][0])) worst[way] = [off, what];
    };
    const operation = (which: string): Operation => (lab as unknown as Record<string, Operation>)[which] as Operation;
    for (const [kind, entry] of Object.entries(HARD)) {
      for (const length of LENGTHS) {
        for (const eps of [0, 1e-12, 1e-5]) {
          const shape = norm.shape(length);
          const flat = Float32Array.from({ length: ROWS * length }, (_, i) => entry(2 * random() - 1, i % length));
          const [x, zeros] = [flat, new Float32Array(flat.length)].map((data): TensorLike => ({ data, shape }));
          const dOutput = randomTensor(random, shape);
          const affine = norm.affine(length);
          const gamma = affine && randomTensor(random, affine);
          const beta = affine && randomTensor(random, affine);
          const options = { eps, ...norm.options, ...(affine && { gamma, beta }) };
          const inputs = norm.residual ? [x, zeros] : [x];
          const result = operation(name)(...inputs, options);
          const y = norm.residual ? result.output : result;
          const { dx } = operation(`${name}Backward`)(...inputs, dOutput, options);
          for (let row = 0; row < ROWS; row++) {
            const of = ({ data }: TensorLike): number[] => Array.from(data.subarray(row * length, (row + 1) * length));
            const factors = (tensor: TensorLike | undefined): number[] => {
              if (norm.affine === along.affine) return Array.from(tensor?.data ?? []);
              return tensor ? new Array<number>(length).fill(tensor.data[row] ?? NaN) : [];
            };
            const expected = twin(of({ data: flat, shape }), of(dOutput), factors(gamma), factors(beta), eps, norm);
            const what = `${kind}, ${length} entries, eps ${eps}`;
            of(y).forEach((value, j) => note("forward", ulpsOff(value, expected.y[j] ?? [NaN, 0]), what));
            of(dx).forEach((value, j) => note("backward", shareOff(value, expected.dx[j] ?? [NaN, 0]), what));
          }
        }
      }
    }
    const told = (way: "forward" | "backward", unit: string): string =>
      `${way} ${worst[way][0].toFixed(3)} ${unit} (${worst[way][1]})`;
    const [forward, backward] = [told("forward", "ulp"), told("backward", "x 2^-21 of the terms")];
    console.log(`${name} [${lab.variant}], worst error against double: ${forward}; ${backward}`);
    expect(worst.forward[0]).toBeLessThanOrEqual(1);
    expect(worst.backward[0]).toBeLessThanOrEqual(1);
  });
});
