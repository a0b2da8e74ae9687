import { axesOf, axisOf, readRows } from "./axes.js";
import type { Body, Call } from "./engine.js";
import { refuse } from "./errors.js";
import { readOut, readOuts, readShaped, type Operand, type Plans } from "./operand.js";
import {
  checkNumber,
  flag,
  notNegative,
  number,
  optional,
  peek,
  readOptions,
  unread,
  whole,
  type Reader,
} from "./options.js";
import type { NormOperations } from "./norm-types.js";
import { bothWays } from "./row-operation.js";
import { sweepRows } from "./row-sweep.js";
import { sizeOf, type Shape } from "./shape.js";

/** Which rows a norm runs over, of what shape gamma and beta are, and entries, groups and run of them for the kernel. */
interface Geometry {
  /** The shape in which x is seen, and the axes that rows run along. */
  shape: Shape;
  along: readonly number[];
  parameters: Shape;
  layout: readonly [entries: number, groups: number, run: number];
}

/** The option, unchecked. */
const channelAxisIn = (options: unknown): unknown => {
  const given = peek(options, "channelAxis");
  return given === undefined ? 1 : given;
};

/** Rows along the axes of the option `axis`; gamma has an entry for each of a row. */
function alongAxes({ operation }: Call, { shape }: Operand, options: unknown): Geometry {
  const along = axesOf({ shape })(operation, "axis", peek(options, "axis"));
  const parameters = along.map((axis) => shape[axis] ?? 1);
  return { shape, along, parameters, layout: [sizeOf(parameters), 1, 1] };
}

/**
 * Rows along all axes but the channels' and the first `kept`; gamma has an entry for each channel. With groups, channels
 * are split into those axes of groups and of a group's channels, and rows run along the latter too.
 */
function byChannel({ operation }: Call, { shape }: Operand, options: unknown, kept: number): Geometry {
  const given = channelAxisIn(options);
  const channel = axisOf({ shape })(operation, "channelAxis", given);
  if (channel < kept) refuse("RANGE", operation, "channelAxis", String(given), "another axis than the first");
  const channels = shape[channel] ?? 1;
  const groups = (peek(options, "groups") as number | undefined) ?? channels;
  const inGroup = groups === channels ? 1 : channels / groups;
  // A group's channels come first in a row.
  const seen = [...shape.slice(0, channel), groups, inGroup, ...shape.slice(channel + 1)];
  const rest = [...seen.keys()].filter((axis) => axis >= kept && axis !== channel && axis !== channel + 1);
  const run = sizeOf(rest.map((axis) => seen[axis] ?? 1));
  return {
    shape: seen,
    along: [channel + 1, ...rest],
    parameters: [channels],
    layout: [channels, groups, Math.max(1, run)],
  };
}

const groupsOf =
  ({ shape }: Operand, options: unknown): Reader<void> =>
  (operation, key, value) => {
    const groups = checkNumber(operation, key, value, whole(1));
    const given = channelAxisIn(options);
    // A channel axis that is none is refused when its turn comes.
    const channels = (typeof given === "number" ? shape.at(given) : undefined) ?? 0;
    if (channels % groups !== 0) refuse("RANGE", operation, key, String(groups), `a divisor of ${String(channels)}`);
  };

/** What tells the norms apart. */
interface Kind {
  /** By channel, with so many of the first axes kept apart; else along axes. */
  kept?: number;
  leastRank?: number;
  grouped?: true;
  /** `false`: never; otherwise an option. */
  center?: false;
  /** The sum of the squares instead of their mean; no gamma, no beta. */
  sum?: true;
  /** Takes statistics. */
  inference?: true;
  /** Norm of x + f. */
  residual?: true;
}

const KINDS = {
  layerNorm: {},
  rmsNorm: { center: false },
  l2Norm: { center: false, sum: true },
  batchNorm: { kept: 0, inference: true },
  instanceNorm: { kept: 1, leastRank: 3 },
  groupNorm: { kept: 1, leastRank: 2, grouped: true },
  addLayerNorm: { residual: true },
  addRmsNorm: { center: false, residual: true },
} as const satisfies Readonly<Record<string, Kind>>;

const body =
  (backward: boolean) =>
  ({ kept, leastRank, grouped, center, sum, inference, residual }: Kind): Body =>
  (call, xValue, ...rest) => {
    const { engine, operation } = call;
    const x = readRows(call, "x", xValue, leastRank);
    const like = (argument: string, value: unknown, shape = () => x.shape): Operand =>
      readShaped(call, argument, value, shape, "to match x");
    const f = residual && like("f", rest.shift());
    const dOutput = backward ? like("dOutput", rest.shift()) : undefined;
    const [options] = rest;

    // Read when the first option that needs it is: unknown options are refused before.
    let geometry: Geometry | undefined;
    const geometryOf = (): Geometry =>
      (geometry ??= kept === undefined ? alongAxes(call, x, options) : byChannel(call, x, options, kept));
    const parameter = optional((_, key, value) => like(key, value, () => geometryOf().parameters));
    const given = readOptions(operation, options, {
      ...(kept === undefined && { axis: geometryOf }),
      ...(grouped && { groups: groupsOf(x, options) }),
      ...(sum ? {} : { gamma: parameter, beta: parameter }),
      eps: number(notNegative, sum ? 0 : 1e-5),
      ...(kept !== undefined && { channelAxis: geometryOf }),
      ...(center === false ? {} : { center: flag(true) }),
      ...(inference && { mean: parameter, variance: parameter }),
      ...(residual && backward && { dSum: optional((_, key, value) => like(key, value)) }),
      out: unread,
    }) as {
      eps: number;
      center?: boolean;
      out?: unknown;
    } & Partial<Record<"gamma" | "beta" | "mean" | "variance" | "dSum", Operand>>;
    const { gamma, beta, mean, variance, dSum, eps } = given;
    if (!mean !== !variance) {
      refuse("VALUE", operation, mean ? "variance" : "mean", "undefined", `given, as ${mean ? "mean" : "variance"} is`);
    }
    const { shape, along, layout: entries } = geometryOf();
    const part = (operand: Operand | undefined) => operand && { operand };
    const all = (operand: Operand | undefined) => operand && { operand, shared: true };
    const inputs = [{ operand: x }, part(f), all(gamma), all(beta), all(mean), all(variance)] as const;
    const sources = [...inputs, part(dOutput), part(dSum)] as const;
    const several = backward
      ? ([
          ["dx", x],
          ["df", f],
          ["dgamma", gamma],
          ["dbeta", beta],
        ] as const)
      : f &&
        ([
          ["output", x],
          ["sum", f],
        ] as const);
    const [plans, name]: Plans<unknown> = several
      ? readOuts(call, given.out, several, sources)
      : [[readOut(call, given.out, x.shape, sources)], ([output]) => output];
    const sink = (i: number) => plans[i] && { plan: plans[i], shared: i > 1 };
    const sinks = [sink(0), sink(1), sink(2), sink(3)] as const;
    const work = { shape, sources, sinks, scratch: () => 48 * entries[0] } as const;
    const centered = given.center ?? center ?? true;
    return () => {
      return name(
        sweepRows(call, along, work, (at, to, rows) => {
          const { count, length, first, last, scratch } = rows;
          engine.kernels.norm(...at, ...to, count, length, first, ...entries, centered, !sum, last, eps, scratch);
        }),
      );
    };
  };

/** @internal */
export const normBodies = bothWays<Kind>(KINDS, body(false), body(true)) as Readonly<
  Record<keyof NormOperations, Body>
>;
