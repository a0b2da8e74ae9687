import { readSafetensors } from "../../package/io.js";
import type { TensorLike } from "../../package/index.js";
import { randomCode, randomNumbers } from "../shared/random.js";
import type { SourceName } from "./schema.js";

/** Queries, keys and values of some heads, `[heads, n, d]`. */
export interface Heads {
  /** Equal names are the same numbers. */
  readonly name: string;
  readonly source: SourceName;
  /** Of the model, from 1; 0 for what is no layer of it. */
  readonly layer: number;
  readonly q: TensorLike;
  readonly k: TensorLike;
  readonly v: TensorLike;
}

export const shapeOf = ({ q, v }: Heads): { heads: number; n: number; d: number; dV: number } => {
  const [heads = 0, n = 0, d = 0] = q.shape;
  return { heads, n, d, dV: v.shape[2] ?? d };
};

/** Most heads and tokens of a reader's own file: the rest is left out. */
export const [mostHeads, mostTokens] = [16, 256] as const;

/** Why a file cannot be taken: something is missing, has no three axes, or does not fit the rest. */
export class HeadsProblem extends Error {
  constructor(
    readonly kind: "fileMissing" | "fileShape" | "fileDiffers",
    readonly found: string,
  ) {
    super(found);
  }
}

const shapeText = (name: string, { shape }: TensorLike): string => `${name} [${shape.join(", ")}]`;

/** q, k and v of a safetensors file, `[heads, n, d]`. Throws a {@link HeadsProblem} that says what is wrong. */
export function headsOfFile(name: string, bytes: Uint8Array, source: SourceName = "own", layer = 0): Heads {
  const { tensors } = readSafetensors(bytes);
  const { q, k, v } = tensors;
  if (q === undefined || k === undefined || v === undefined) {
    throw new HeadsProblem("fileMissing", Object.keys(tensors).slice(0, 6).join(", "));
  }
  const cut = (what: string, tensor: TensorLike): TensorLike => {
    const { data, shape } = tensor;
    const [heads = 0, n = 0, d = 0] = shape;
    const [h, t] = [Math.min(heads, mostHeads), Math.min(n, mostTokens)];
    if (shape.length !== 3 || h * t * d === 0) throw new HeadsProblem("fileShape", shapeText(what, tensor));
    const rows = Array.from({ length: h }, (_, i) => data.subarray(i * n * d, (i * n + t) * d));
    const kept = new Float32Array(h * t * d);
    rows.forEach((row, i) => kept.set(row, i * t * d));
    return { data: kept, shape: [h, t, d] };
  };
  const heads = { name, source, layer, q: cut("q", q), k: cut("k", k), v: cut("v", v) };
  const same = (a: TensorLike, b: TensorLike, axes: number): boolean =>
    a.shape.slice(0, axes).join() === b.shape.slice(0, axes).join();
  if (!same(q, k, 3) || !same(q, v, 2)) {
    throw new HeadsProblem("fileDiffers", [shapeText("q", q), shapeText("k", k), shapeText("v", v)].join(", "));
  }
  return heads;
}

/** Correlation of neighboring tokens in each synthetic head: from none to almost equal. */
export const drifts = [0, 0.7, 0.9, 0.97, 0.99, 0.999] as const;
const [tokens, width] = [64, 32] as const;

/** Six made-up heads, smoother and smoother along the sequence; a key resembles its own token's query. */
export function syntheticHeads(seed: number): Heads {
  const { normal } = randomNumbers(seed);
  const [q, k, v] = [0, 1, 2].map(() => new Float32Array(drifts.length * tokens * width)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  drifts.forEach((drift, head) => {
    const state = new Float64Array(3 * width);
    for (let i = 0; i < tokens; i++) {
      for (let c = 0; c < 3 * width; c++) {
        const noise = normal();
        state[c] = i === 0 ? noise : drift * (state[c] ?? 0) + Math.sqrt(1 - drift * drift) * noise;
      }
      for (let c = 0; c < width; c++) {
        const at = (head * tokens + i) * width + c;
        const [x = 0, y = 0, z = 0] = [state[c], state[width + c], state[2 * width + c]];
        q[at] = x;
        k[at] = 0.8 * x + 0.6 * y;
        v[at] = z;
      }
    }
  });
  const shape = [drifts.length, tokens, width];
  return {
    name: `synthetic ${seed}`,
    source: "synthetic",
    layer: 0,
    q: { data: q, shape },
    k: { data: k, shape },
    v: { data: v, shape },
  };
}

/** A program's lines that make the same `q`, `k` and `v`. */
export const syntheticCode = (seed: number): string => `${randomCode(seed)}
const drifts = [${drifts.join(", ")}];
const shape = [${drifts.length}, ${tokens}, ${width}];
const [, n, d] = shape;
const [qs, ks, vs] = [0, 1, 2].map(() => new Float32Array(${drifts.length * tokens * width}));
drifts.forEach((drift, head) => {
  const state = new Float64Array(3 * d);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < 3 * d; c++) {
      const noise = normal();
      state[c] = i === 0 ? noise : drift * state[c] + Math.sqrt(1 - drift * drift) * noise;
    }
    for (let c = 0; c < d; c++) {
      const at = (head * n + i) * d + c;
      qs[at] = state[c];
      ks[at] = 0.8 * state[c] + 0.6 * state[d + c];
      vs[at] = state[2 * d + c];
    }
  }
});
const [q, k, v] = [qs, ks, vs].map((data) => ({ data, shape }));
`;
