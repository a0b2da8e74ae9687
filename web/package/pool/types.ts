import type { Lab } from "../lab.js";
import type { AnyTensor, MaybeOut, Outs, Resident, Result, WithOuts } from "../resident.js";
import type { LoadOptions } from "../source.js";

/** Options of {@link createPool}: how many threads, and where the kernels come from. */
export interface PoolOptions extends LoadOptions {
  /** How many workers; a whole number >= 1. Default: as many as the machine has cores, 8 at most. */
  threads?: number | undefined;
}

/** What every call of a pool takes besides the options of the operation. */
export interface CallOptions {
  /** Gives the call up: its promise rejects with the signal's reason, and its threads go on with other calls. */
  signal?: AbortSignal | undefined;
}

/** The same options, with those of a call. */
type WithCallOptions<Options, Out> = Omit<Options, "out"> &
  CallOptions &
  ("out" extends keyof Options ? { out?: Out | undefined } : unknown);

/** The same arguments; the last is options, if it is an object and no tensor. */
type CallArguments<Arguments extends unknown[], Out> = Arguments extends [...infer Others, (infer Last)?]
  ? NonNullable<Last> extends AnyTensor | readonly unknown[] | number
    ? Arguments
    : undefined extends Last
      ? [...Others, options?: WithCallOptions<NonNullable<Last>, Out>]
      : [...Others, options: WithCallOptions<Last, Out>]
  : Arguments;

/** The same operation, with a promise of its result. */
type Promised<Operation> = Operation extends (...args: infer Arguments) => infer Value
  ? [Value] extends [Resident]
    ? (...args: CallArguments<Arguments, undefined>) => Promise<Value>
    : Resident extends Value
      ? <Out extends MaybeOut = undefined>(...args: CallArguments<Arguments, Out>) => Promise<Result<Out>>
      : <Out extends Outs<Value> = object>(...args: CallArguments<Arguments, Out>) => Promise<WithOuts<Value, Out>>
  : never;

/**
 * The operations of a {@link Lab}, each computed in several threads, with a promise of the result.
 *
 * Every operation takes what it takes there, and `signal`. Inputs are copied when the call is made: they are not
 * detached, and may be changed at once. A call is refused for the same reasons with the same errors, before anything is
 * sent. Residents belong to the thread that made them: their values are copied, and an `out` is filled when all is
 * done.
 */
export type Pool = {
  readonly [Name in keyof Lab as Lab[Name] extends (...args: never) => unknown ? Name : never]: Promised<Lab[Name]>;
} & {
  /** Version of the package, as in its package.json. */
  readonly version: Lab["version"];
  /** Which build runs. */
  readonly variant: Lab["variant"];
  /** How many threads compute: as many as were asked for, or 1 where the page or the platform allows no workers. */
  readonly threads: number;
  /** Ends the threads. Calls that are pending or made later reject with DISPOSED. May be called again. */
  readonly terminate: () => Promise<void>;
};
