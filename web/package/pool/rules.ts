import { readAxes } from "../axes.js";
import { isOptionsObject } from "../options.js";
import { ResidentTensor } from "../resident.js";
import { broadcastIndex, sizeOf, type Shape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { KEY_BLOCK, type Place, type Problem } from "./cut.js";
import { copyOf } from "./message.js";
import { take, type Entries, type Layout, type Part, type Range } from "./parts.js";

/** Sees a call as something that can be cut. Its arguments are known to be right. */
export type Rule = (args: readonly unknown[]) => Problem;

type Options = Readonly<Record<string, unknown>>;

const isTensor = (value: unknown): value is Tensor =>
  value instanceof ResidentTensor || (isOptionsObject(value) && "data" in value);

/** The entries and the shape of a tensor or a resident. */
function tensorOf(value: unknown): { data: Entries; shape: Shape } {
  return value instanceof ResidentTensor ? { data: value.view, shape: value.shape } : (value as Tensor);
}

/** The tensors of a call, and its options without those that only the whole call knows. */
function split(args: readonly unknown[]): { tensors: { data: Entries; shape: Shape }[]; options: Options } {
  const tensors = args.filter(isTensor).map(tensorOf);
  return { tensors, options: { ...(args[tensors.length] as Options), out: undefined, groupedHeads: undefined } };
}

const same = (matrix: number): number => matrix;
const first = (): number => 0;

/** Every part has all of it. */
const whole = (inner: Shape, matrixOf = same): Layout => ({ matrixOf, inner, rows: "", columns: "" });

/** One entry of the result for each matrix, or one inner tensor. */
const perMatrix =
  (leading: Shape) =>
  ({ shape }: Tensor): Place => {
    const inner = shape.slice(1);
    return { shape: [...leading, ...inner], layout: whole(inner) };
  };

/** All parts add to the same tensor. */
const summed = ({ shape }: Tensor): Place => ({ shape, layout: whole(shape, first), adds: true, once: true });

/** What a tensor of an attention has rows of: queries or keys; or both, queries by keys. */
type Kind = "q" | "k" | "qk";

/**
 * Attention and its kin: positional tensors of the given kinds, queries first, keys second, and results by name ("" where
 * there is one alone). Matrices are cut apart, and where an operation allows it the queries of one matrix.
 */
function attentionRule(kinds: readonly Kind[], results: Readonly<Record<string, Kind>>, cutsQueries: boolean): Rule {
  return (args) => {
    const { tensors, options } = split(args);
    const [q = tensorOf(undefined), k = q] = tensors;
    const [leading, keyLeading] = [q.shape.slice(0, -2), k.shape.slice(0, -2)];
    const [queries = 0, d = 0] = q.shape.slice(-2);
    const [keys = 0] = k.shape.slice(-2);
    const matrices = sizeOf(leading);
    const group = matrices / sizeOf(keyLeading) || 1;
    const { mask, bias, scale, window, convKernel, ...others } = options;

    // How far a query sees to both sides of its own position.
    const sides = (cutsQueries ? window : undefined) ?? Infinity;
    const [left, wide] = (Array.isArray(sides) ? sides : [sides, sides]) as [number, number];
    const right = options.causal === true && cutsQueries ? 0 : wide;
    const keysOf = ([begin, end]: Range): Range => {
      const clamp = (key: number, low: number): number => Math.max(low, Math.min(key, keys));
      const to = clamp(end + keys - queries + right, 0);
      const from = clamp(Math.floor((begin + keys - queries - left) / KEY_BLOCK) * KEY_BLOCK, 0);
      return [Math.min(from, to), to];
    };

    const layoutOf = (kind: Kind, shape: Shape): Layout => {
      const inner = shape.slice(-2);
      if (kind === "q") return { matrixOf: same, inner, rows: "q", columns: "" };
      if (kind === "k") return { matrixOf: (matrix) => Math.floor(matrix / group), inner, rows: "k", columns: "" };
      const matrixOf = broadcastIndex(leading, shape.slice(0, -2));
      const [rows, columns] = [inner[0] === queries ? "q" : "", inner[1] === keys ? "k" : ""] as const;
      return { matrixOf, inner, rows, columns };
    };
    const taken = (kind: Kind, { data, shape }: { data: Entries; shape: Shape }, part: Part): unknown =>
      take(data, layoutOf(kind, shape), part);

    const optionsFor = (part: Part): Options => {
      const own = copyOf(others) as Record<string, unknown>;
      own.scale = isOptionsObject(scale) && scale.n === "global" ? { ...scale, n: Math.max(1, keys) } : scale;
      own.window = window;
      if (window !== undefined && cutsQueries) {
        // The part's last query stands at its last key; there may be more keys than that in the whole.
        const beyond = part.k[1] - (part.q[1] + keys - queries);
        own.window = [left + beyond, Math.max(0, right - beyond)];
      }
      if (mask !== undefined) own.mask = takeMask(mask, leading, keys, part);
      if (bias !== undefined) own.bias = taken("qk", tensorOf(bias), part);
      if (convKernel !== undefined) own.convKernel = takePerHead(tensorOf(convKernel), part);
      return own;
    };

    const shapes: Record<Kind, (own: Tensor) => number[]> = {
      q: ({ shape }) => [...leading, queries, ...shape.slice(2)],
      k: ({ shape }) => [...keyLeading, keys, ...shape.slice(2)],
      qk: () => [...leading, queries, keys],
    };
    const place =
      (name: string, kind: Kind) =>
      (own: Tensor): Place => {
        const shape = name === "dbias" ? [...tensorOf(bias).shape] : shapes[kind](own);
        return { shape, layout: layoutOf(kind, shape), adds: kind !== "q" };
      };
    return {
      matrices,
      queries,
      keysOf: cutsQueries ? keysOf : () => [0, keys],
      cost: 2 * kinds.length * d,
      cutsQueries,
      argumentsOf: (part) => [...tensors.map((tensor, i) => taken(kinds[i] ?? "q", tensor, part)), optionsFor(part)],
      results: Object.fromEntries(Object.entries(results).map(([name, kind]) => [name, place(name, kind)])),
    };
  };
}

/** The mask's entries for a part, as bytes. */
function takeMask(mask: unknown, leading: Shape, keys: number, part: Part): unknown {
  const shaped = isTensor(mask) ? mask : undefined;
  const data = (shaped?.data ?? mask) as ArrayLike<boolean | number>;
  const outer = shaped ? shaped.shape.slice(0, -1) : data.length === keys ? [] : leading;
  const layout: Layout = { matrixOf: broadcastIndex(leading, outer), inner: [1, keys], rows: "", columns: "k" };
  const { data: own, shape } = take(Uint8Array.from(data as ArrayLike<number>), layout, part);
  return { data: own, shape: [shape[0], shape[2]] };
}

/** A tensor for all heads, or with an axis for the heads, which are the last of the leading axes. */
function takePerHead({ data, shape }: { data: Entries; shape: Shape }, part: Part): unknown {
  const [heads = 1] = shape;
  if (shape.length < 2) return { data: data.slice(), shape };
  return take(
    data,
    whole(shape.slice(1), (matrix) => matrix % heads),
    part,
  );
}

/** Operations along axes of their first tensors: what lies before the first such axis is cut apart. */
function axisRule(results: Readonly<Record<string, "each" | "sum">>): Rule {
  return (args) => {
    const { tensors, options } = split(args);
    const { shape } = tensors[0] ?? tensorOf(undefined);
    const axes = readAxes("", options.axis, shape.length);
    const leading = shape.slice(0, axes[0]);
    const inner = shape.slice(axes[0]);
    const ends = axes.map((axis) => axis - shape.length);
    const own = { ...options, axis: Array.isArray(options.axis) ? ends : ends[0] };
    return {
      matrices: sizeOf(leading),
      queries: 1,
      keysOf: () => [0, 1],
      cost: 16 * sizeOf(inner),
      cutsQueries: false,
      argumentsOf: (part) => [...tensors.map(({ data }) => take(data, whole(inner), part)), copyOf(own)],
      results: Object.fromEntries(
        Object.entries(results).map(([name, how]) => [name, how === "sum" ? summed : perMatrix(leading)]),
      ),
    };
  };
}

/** Products: matrices of a are cut apart, and the rows of one. b has as many matrices, or one for all of them. */
const matmulRule: Rule = (args) => {
  const { tensors, options } = split(args);
  const [a = tensorOf(undefined), b = a, dOutput] = tensors;
  const leading = a.shape.slice(0, -2);
  const inner = a.shape.slice(-2);
  const [rows = 0] = options.transposeA === true ? [...inner].reverse() : inner;
  const shared = b.shape.length === 2;
  const turned = options.transposeA === true;
  const layouts: Layout[] = [
    { matrixOf: same, inner, rows: turned ? "" : "q", columns: turned ? "q" : "" },
    whole(b.shape.slice(-2)),
    { matrixOf: same, inner: dOutput?.shape.slice(-2) ?? [], rows: "q", columns: "" },
  ];
  return {
    matrices: sizeOf(leading),
    queries: rows,
    keysOf: () => [0, 1],
    cost: 2 * sizeOf(b.shape.slice(-2)),
    cutsQueries: true,
    argumentsOf: (part) => [
      ...tensors.map((tensor, i) =>
        i === 1 && shared ? copyOf(tensor) : take(tensor.data, layouts[i] ?? whole(inner), part),
      ),
      options,
    ],
    results: {
      "": ({ shape }) => {
        const product = [rows, shape[2] ?? 0];
        return { shape: [...leading, ...product], layout: { matrixOf: same, inner: product, rows: "q", columns: "" } };
      },
      da: () => ({ shape: [...a.shape], layout: layouts[0] as Layout }),
      db: shared ? summed : () => ({ shape: [...b.shape], layout: layouts[1] as Layout, adds: true }),
    },
  };
};

/**
 * How each operation is cut. One that is not named runs whole, in one thread. To add an operation: one line, and its name in
 * the list of tests/package/pool-cutting.test.ts.
 */
export const rules: Readonly<Record<string, Rule>> = {
  attention: attentionRule(["q", "k", "k"], { "": "q" }, true),
  attentionWeights: attentionRule(["q", "k"], { "": "qk" }, true),
  matmul: matmulRule,
  softmax: axisRule({ "": "each" }),
  logSoftmax: axisRule({ "": "each" }),
  layerNorm: axisRule({ "": "each" }),
  rmsNorm: axisRule({ "": "each" }),
};
