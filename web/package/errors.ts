/**
 * What went wrong, as a word to branch on.
 *
 * | code | meaning |
 * |---|---|
 * | `SHAPE` | rank, sizes or data length (negative and fractional sizes too) |
 * | `TYPE` | a value of the wrong JavaScript type |
 * | `VALUE` | a string outside its list, an unknown option, options that exclude one another, a malformed file |
 * | `RANGE` | a number outside its interval, NaN or infinite where a finite number is wanted |
 * | `MEMORY` | more memory than can be had |
 * | `DISPOSED` | a resident that was disposed of |
 * | `UNSUPPORTED` | meaningful, but impossible here |
 * | `LOAD` | the kernels cannot be fetched, compiled, or trusted |
 */
export type Code = "SHAPE" | "TYPE" | "VALUE" | "RANGE" | "MEMORY" | "DISPOSED" | "UNSUPPORTED" | "LOAD";

/** The parts of an {@link AttnlabError}. */
export interface Fault {
  code: Code;
  operation: string;
  argument: string;
  expected: string;
  actual: string;
  /** The whole message; by default it is made of the other parts. */
  message?: string;
  /** What caused this, if it was caught. */
  cause?: unknown;
}

/** Shared by every copy of attnlab in a page, so that `instanceof` does not depend on which copy threw. */
const brand = Symbol.for("attnlab.AttnlabError");

/**
 * The one error class of attnlab. Every call is checked before anything is written: a call that throws it has changed
 * nothing.
 *
 * `operation` is the public name of what was called, `argument` the parameter or option at fault, `expected` and `actual`
 * say what would have been right and what came. `instanceof AttnlabError` holds across bundles and realms.
 *
 * @example
 * ```js
 * import { AttnlabError, load } from "attnlab";
 *
 * const lab = await load();
 * try {
 *   lab.softmax(lab.tensor([1, 2, 3]), { temperature: 0 });
 * } catch (error) {
 *   if (!(error instanceof AttnlabError)) throw error;
 *   console.log(error.code, error.argument); // RANGE temperature
 *   console.log(error.message); // softmax: temperature is 0, expected a finite number > 0
 * }
 * ```
 */
export class AttnlabError extends Error {
  override readonly name = "AttnlabError";
  readonly code: Code;
  readonly operation: string;
  readonly argument: string;
  readonly expected: string;
  readonly actual: string;

  constructor({ code, operation, argument, expected, actual, message, cause }: Fault) {
    super(
      message ?? `${operation}: ${argument} is ${actual}, expected ${expected}`,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.operation = operation;
    this.argument = argument;
    this.expected = expected;
    this.actual = actual;
    Object.defineProperty(this, brand, { value: true });
  }

  /** True for the errors of every copy of this class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && brand in value;
  }
}

/** The argument that a place is in: "out" of "out.dx". */
const argumentOf = (place: string): string => place.replace(/\..*/, "");

/**
 * Throws an {@link AttnlabError}. `place` is the argument or a part of it, as in "out.dx"; `subject` is what the message
 * calls it, when that is too little, and `verb` what it says of it.
 *
 * @internal
 */
export function refuse(
  code: Code,
  operation: string,
  place: string,
  actual: string,
  expected: string,
  subject = place,
  verb = "is",
  cause?: unknown,
): never {
  const message = `${operation}: ${subject} ${verb} ${actual}, expected ${expected}`;
  throw new AttnlabError({ code, operation, argument: argumentOf(place), expected, actual, message, cause });
}

/**
 * Throws a `SHAPE` error about a shape: `attention: k has shape [2,96,32], expected [2,n,64] to match q`.
 *
 * @internal
 */
export function refuseShape(operation: string, place: string, shape: readonly number[], expected: string): never {
  refuse("SHAPE", operation, place, `[${shape.join(",")}]`, expected, place, "has shape");
}

/**
 * Throws a `MEMORY` error about `bytes` bytes that cannot be had.
 *
 * @internal
 */
export function refuseMemory(operation: string, argument: string, bytes: number, cause?: unknown): never {
  const expected = "no more memory than can be had";
  refuse("MEMORY", operation, argument, `${String(bytes)} bytes`, expected, argument, "needs", cause);
}

/**
 * A value in the words of an error message: short, and never the result of a user's own `toString`.
 *
 * @internal
 */
export function describe(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 40 ? `${value.slice(0, 39)}…` : value);
    case "number":
    case "boolean":
    case "undefined":
      return String(value);
    case "bigint":
    case "symbol":
    case "function":
      return `a ${typeof value}`;
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return "an array";
      return ArrayBuffer.isView(value) ? `a ${tagOf(value)}` : "an object";
  }
}

/**
 * "Float32Array" and the like for typed arrays of every realm, "" for everything else.
 *
 * @internal
 */
export function tagOf(value: unknown): string {
  // First what is given nearly always, and told apart quickly.
  if (value instanceof Float32Array) return "Float32Array";
  return ArrayBuffer.isView(value) ? Object.prototype.toString.call(value).slice(8, -1) : "";
}
