import { axesOf, axisOf, readRows, type Axes, type Axis } from "./axes.js";
import type { Body, Call } from "./engine.js";
import { refuse, refuseShape } from "./errors.js";
import { readOperand, readOut, type Operand } from "./operand.js";
import { flag, notNegative, number, optional, peek, readOptions, unread, whole as wholeNumber } from "./options.js";
import type { NormOperations } from "./norm-types.js";
import { sizeOf, type Shape } from "./shape.js";
import { runSlices, slicesOf, whole, type NormBlock, type Slices } from "./slices.js";
import { requireShape } from "./tensor.js";

/** Which slices a norm runs over, of what shape gamma and beta are, and the layout of them that the kernel is told. */
interface Geometry {
  slices: Slices;
  parameters: Shape;
  layout: NormBlock;
}

type Layout = (call: Call, x: Operand, options: unknown) => Geometry;

/** Slices along the axes of the option `axis`; gamma has an entry for each of a slice. */
const alongAxes: Layout = ({ operation }, x, options) => {
  const axes = axesOf(x)(operation, "axis", peek(options, "axis"));
  const parameters = axes.map((axis) => x.shape[axis] ?? 1);
  return { slices: slicesOf(x.shape, axes), parameters, layout: [sizeOf(parameters), 1, 1] };
};

/**
 * Slices along all axes but the channels' and the first `kept`; gamma has an entry for each channel. With groups, channels
 * are split into those axes of groups and of a group's channels, and slices run along the latter too.
 */
const byChannel =
  (kept: number, leastRank: number, grouped = false): Layout =>
  ({ operation }, x, options) => {
    const { shape } = x;
    if (shape.length < leastRank) refuseShape(operation, "x", shape, `a rank of ${String(leastRank)} or more`);
    const given = peek(options, "channelAxis");
    const channel = axisOf(x)(operation, "channelAxis", given === undefined ? 1 : given);
    if (channel < kept) refuse("RANGE", operation, "channelAxis", String(given), "another axis than the first");
    const channels = shape[channel] ?? 1;
    let groups = channels;
    if (grouped) groups = wholeGroups(operation, peek(options, "groups"), channels);
    const split = grouped ? [groups, channels / groups] : [channels];
    const seen = [...shape.slice(0, channel), ...split, ...shape.slice(channel + 1)];
    const rest = [...seen.keys()].filter(
      (axis) => axis >= kept && axis !== channel && !(grouped && axis === channel + 1),
    );
    const along = grouped ? [channel + 1, ...rest] : rest;
    const run = sizeOf(rest.map((axis) => seen[axis] ?? 1));
    // With one axis alone a slice is a single entry, which an axis of its own stands for.
    const slices = along.length > 0 ? slicesOf(seen, along) : slicesOf([...seen, 1], [seen.length]);
    return { slices, parameters: [channels], layout: [channels, groups, Math.max(1, run)] };
  };

const wholeGroups = (operation: string, value: unknown, channels: number): number => {
  const groups = number(wholeNumber(1))(operation, "groups", value);
  if (channels % groups !== 0) refuse("RANGE", operation, "groups", String(groups), `a divisor of ${String(channels)}`);
  return groups;
};

/** What tells the norms apart. */
interface Kind {
  layout: Layout;
  /** Options that the layout reads. */
  keys: readonly string[];
  /** `false`: never; otherwise an option. */
  center?: false;
  /** The sum of the squares instead of their mean; no gamma, no beta. */
  sum?: true;
  /** Takes statistics. */
  inference?: true;
  /** Norm of x + f. */
  residual?: true;
}

const axis = { layout: alongAxes, keys: ["axis"] };

const KINDS = {
  layerNorm: axis,
  rmsNorm: { ...axis, center: false },
  l2Norm: { ...axis, center: false, sum: true },
  batchNorm: { layout: byChannel(0, 1), keys: ["channelAxis"], inference: true },
  instanceNorm: { layout: byChannel(1, 3), keys: ["channelAxis"] },
  groupNorm: { layout: byChannel(1, 2, true), keys: ["groups", "channelAxis"] },
  addLayerNorm: { ...axis, residual: true },
  addRmsNorm: { ...axis, center: false, residual: true },
} as const satisfies Readonly<Record<string, Kind>>;

const body =
  ({ layout, keys, center, sum, inference, residual }: Kind, backward: boolean): Body =>
  (call, xValue, ...rest) => {
    const { engine, operation } = call;
    const x = readRows(call, "x", xValue);
    const like = (argument: string, value: unknown): Operand => {
      const operand = readOperand(call, argument, value);
      requireShape(operation, argument, operand.shape, x.shape, "to match x");
      return operand;
    };
    const f = residual && like("f", rest.shift());
    const dOutput = backward ? like("dOutput", rest.shift()) : undefined;
    const [options] = rest;

    // Read when the first option that needs it is: unknown options are refused before.
    let geometry: Geometry | undefined;
    const geometryOf = (): Geometry => (geometry ??= layout(call, x, options));
    const parameter = optional((_, key, value) => {
      const operand = readOperand(call, key, value);
      requireShape(operation, key, operand.shape, geometryOf().parameters, "to match x");
      return operand;
    });
    const given = readOptions(operation, options, {
      ...Object.fromEntries(keys.map((key) => [key, geometryOf])),
      ...(sum ? {} : { gamma: parameter, beta: parameter }),
      eps: number(notNegative, sum ? 0 : 1e-5),
      ...(center === false ? {} : { center: flag(true) }),
      ...(inference && { mean: parameter, variance: parameter }),
      ...(residual && backward && { dSum: optional((_, key, value) => like(key, value)) }),
      ...(residual || backward ? {} : { out: unread }),
    }) as {
      eps: number;
      center?: boolean;
      out?: unknown;
    } & Partial<Record<"gamma" | "beta" | "mean" | "variance" | "dSum", Operand>>;
    const { gamma, beta, mean, variance, dSum, eps } = given;
    if (!mean !== !variance) {
      refuse("VALUE", operation, mean ? "variance" : "mean", "undefined", `given, as ${mean ? "mean" : "variance"} is`);
    }
    const { slices, parameters, layout: entries } = geometryOf();
    const part = (operand: Operand | undefined) => operand && { operand, length: slices.size };
    const all = (operand: Operand | undefined) => operand && whole({ operand });
    const inputs = [part(x), part(f), all(gamma), all(beta), all(mean), all(variance)];
    const plan = readOut(call, given.out, x.shape, inputs);
    const like_x = { plan: { shape: x.shape }, length: slices.size };
    const ofParameters = (operand: Operand | undefined) =>
      operand && { plan: { shape: parameters }, length: sizeOf(parameters), itemOf: () => 0 };
    const block = [...entries, Number(given.center ?? center ?? true), Number(!sum)];

    if (!backward) {
      const sinks = [{ plan, length: slices.size }, f && like_x] as const;
      return () => {
        const [output, total] = runSlices(call, slices, block, inputs, sinks, (slab, at) => {
          const run = engine.kernels.norm as (...args: number[]) => void;
          run(slab.block, slab.count, slab.first, ...at, eps, slab.scratch);
        });
        return f ? { output, sum: total } : output;
      };
    }
    const sources = [...inputs, part(dOutput), part(dSum)];
    const sinks = [like_x, f && like_x, ofParameters(gamma), ofParameters(beta)] as const;
    return () => {
      const [dx, df, dgamma, dbeta] = runSlices(call, slices, block, sources, sinks, (slab, at) => {
        const run = engine.kernels.normBackward as (...args: (number | boolean)[]) => void;
        run(slab.block, slab.count, slab.first, slab.last, ...at, eps, slab.scratch);
      });
      return { dx, ...(f && { df }), ...(gamma && { dgamma }), ...(beta && { dbeta }) };
    };
  };

/** @internal */
export const normBodies = Object.fromEntries(
  Object.entries<Kind>(KINDS).flatMap(([name, kind]) => [
    [name, body(kind, false)],
    [`${name}Backward`, body(kind, true)],
  ]),
) as Readonly<Record<keyof NormOperations, Body>>;
