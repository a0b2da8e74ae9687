import type { AttentionOptions, Mask, Scale, Tensor, Window } from "attnlab";
import type { TwinOptions } from "../twin/attention.js";
import { makeRandom, pick, randomInt, randomTensor } from "./random.js";

const SIZES = [0, 1, 2, 3, 7, 15, 16, 17, 31, 33, 63, 64, 65];

/** One random call of attention: what attnlab gets, and the same in the twin's terms. */
export interface DrawnCall {
  q: Tensor;
  k: Tensor;
  v: Tensor;
  options: AttentionOptions;
  twin: TwinOptions;
}

function drawScale(random: () => number, d: number, nK: number): [Scale | undefined, (n: number) => number] {
  const root = Math.sqrt(d);
  const base = 2 + random() * 100;
  const n = randomInt(random, 1, 300);
  return pick<[Scale | undefined, (n: number) => number]>(random, [
    [undefined, () => 1 / root],
    ["sqrt", () => 1 / root],
    [0.3, () => 0.3],
    [-0.2, () => -0.2],
    [0, () => 0],
    ["entropy", (seen) => Math.log(seen) / (Math.log(512) * root)],
    [{ kind: "sqrt" }, () => 1 / root],
    [{ kind: "log" }, (seen) => Math.log(seen) / root],
    [{ kind: "log", n: "visible" }, (seen) => Math.log(seen) / root],
    [{ kind: "entropy", base }, (seen) => Math.log(seen) / Math.log(base) / root],
    [{ kind: "entropy", kappa: 1.7 }, (seen) => (1.7 * Math.log(seen)) / d],
    [{ kind: "entropy", n }, () => Math.log(n) / (Math.log(512) * root)],
    [{ kind: "log", n: "global" }, () => Math.log(nK) / root],
  ]);
}

function drawMask(
  random: () => number,
  leading: readonly number[],
  nK: number,
): [Mask, TwinOptions["mask"]] | undefined {
  const form = randomInt(random, 0, 4);
  if (form === 0) return undefined;
  const full = leading.reduce((product, size) => product * size, 1) * nK;
  const bytes = (length: number): Uint8Array =>
    Uint8Array.from({ length }, () => (random() < 0.7 ? randomInt(random, 1, 255) : 0));
  if (form === 1) {
    const data = bytes(nK);
    return [data, { data, shape: [nK] }];
  }
  if (form === 2) {
    const data = bytes(full);
    return [Array.from(data, (byte) => byte !== 0), { data, shape: [...leading, nK] }];
  }
  const shape = form === 3 ? [nK] : [...leading.map((size) => (random() < 0.5 ? 1 : size)), nK];
  const data = bytes(shape.reduce((product, size) => product * size, 1));
  return [
    { data: random() < 0.5 ? data : Array.from(data, (byte) => byte !== 0), shape },
    { data, shape },
  ];
}

export function drawCall(seed: number): DrawnCall {
  const random = makeRandom(seed);
  const leading = pick(random, [[], [1], [3], [2, 4], [0], [2, 1, 3]]);
  const [nQ, nK, dV] = [pick(random, SIZES), pick(random, SIZES), pick(random, SIZES)];
  const d = pick(random, SIZES.slice(1));
  const heads = leading[leading.length - 1] ?? 1;
  const group =
    leading.length > 0 && random() < 0.3
      ? pick(
          random,
          [1, 2, 3, 4].filter((size) => heads % size === 0),
        )
      : 1;
  const keyLeading = leading.length > 0 ? [...leading.slice(0, -1), heads / group] : [];
  const q = randomTensor(random, [...leading, nQ, d]);
  const k = randomTensor(random, [...keyLeading, nK, d]);
  const v = randomTensor(random, [...keyLeading, nK, dV]);

  const [scale, twinScale] = drawScale(random, d, nK);
  const options: AttentionOptions = { scale };
  const twin: TwinOptions = { scale: twinScale, group };
  if (group > 1 || random() < 0.2) options.groupedHeads = true;
  if (random() < 0.4) options.causal = twin.causal = true;
  if (random() < 0.3) {
    const [left, right] = [randomInt(random, 0, 20), randomInt(random, 0, 20)];
    const window: Window = random() < 0.5 ? left : [left, right];
    options.window = window;
    twin.window = typeof window === "number" ? [left, left] : window;
  }
  const mask = drawMask(random, leading, nK);
  if (mask) [options.mask, twin.mask] = [mask[0], mask[1]] as [Mask, NonNullable<TwinOptions["mask"]>];
  if (random() < 0.4) {
    const outer = random() < 0.5 ? [] : leading.map((size) => (random() < 0.5 ? 1 : size));
    const shape = [...outer, random() < 0.3 ? 1 : nQ, random() < 0.3 ? 1 : nK];
    const bias = randomTensor(random, shape);
    bias.data.forEach((_, i) => {
      if (random() < 0.1) bias.data[i] = -Infinity;
    });
    options.bias = twin.bias = bias;
  }
  return { q, k, v, options, twin };
}
