import { restoring, type Body, type Engine } from "../engine.js";
import { AttnlabError, type Fault } from "../errors.js";
import { BODIES } from "../lab.js";

/** A call as it is sent: the operation and its arguments, which are plain and nobody else's. */
export type Task = readonly [operation: string, ...args: unknown[]];

/**
 * Gives a worker new memory for a whole result ahead of its task, to touch it while the inputs are copied: the first
 * touch costs more than all that is written there.
 */
export type Lend = (room: ArrayBuffer) => void;

/** What a worker answers; it sends the task back, whose buffers can be filled again. */
export type Answer = ({ value: unknown } | { fault: Fault } | { error: unknown }) & { task?: Task };

/** Checks a call and gives what is left to do. */
export function prepare(engine: Engine, operation: string, args: readonly unknown[]): () => unknown {
  const body: Body = BODIES[operation as keyof typeof BODIES];
  return restoring(engine, restoring(engine, body)({ engine, operation }, ...args));
}

/** Does a task. What it throws becomes part of the answer, in a form that gets through to another thread. */
export function answer(engine: Engine, [operation, ...args]: Task): Answer {
  try {
    return { value: prepare(engine, operation, args)() };
  } catch (error) {
    // The message is not among the properties that assign() sees.
    if (error instanceof AttnlabError) return { fault: Object.assign({ message: error.message }, error) };
    return { error };
  }
}

/** The value of an answer; throws what the task threw. */
export function valueOf(reply: Answer): unknown {
  if ("fault" in reply) throw new AttnlabError(reply.fault);
  if ("error" in reply) throw reply.error;
  return reply.value;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** The buffers in a message, to be handed over with it. */
export function buffersIn(message: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(message)) found.add(message.buffer as ArrayBuffer);
  else if (isObject(message)) for (const entry of Object.values(message)) buffersIn(entry, found);
  return found;
}
