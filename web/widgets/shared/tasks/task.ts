import type { Lab } from "../../../package/index.js";

/**
 * Work that can be cut: it yields the share done (0 to 1) at every place where it may pause or be given up. The same
 * function runs in a worker, in slices on the page, or in one go when it is known to be short.
 */
export type Task<Input, Output> = (lab: Lab, input: Input) => Generator<number, Output, void>;

// `never` and `unknown` make this the type every table of tasks can be assigned to.
export type TaskTable = Readonly<Record<string, Task<never, unknown>>>;
export type InputOf<T> = T extends Task<infer Input, unknown> ? Input : never;
export type OutputOf<T> = T extends (lab: Lab, input: never) => Generator<number, infer Output, void> ? Output : never;

/** Runs a task to its end at once. For work of a few milliseconds. */
export function runNow<Output>(steps: Generator<number, Output, void>): Output {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

export interface SliceOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((share: number) => void) | undefined;
  /** Longest stretch without giving others a turn, in milliseconds; 12 leaves a page time for its frame. */
  readonly slice?: number;
}

/**
 * Runs a task in slices: events are handled between them, so that it can be cancelled and a page stays alive.
 * Rejects with the signal's reason once it is aborted.
 */
export async function runSliced<Output>(
  steps: Generator<number, Output, void>,
  { signal, onProgress, slice = 12 }: SliceOptions = {},
): Promise<Output> {
  for (;;) {
    signal?.throwIfAborted();
    const end = performance.now() + slice;
    let share = 0;
    do {
      const step = steps.next();
      if (step.done === true) return step.value;
      share = step.value;
    } while (performance.now() < end);
    onProgress?.(share);
    await turn();
  }
}

/** Resolves after other events had their turn; a message is not slowed to 4 ms as nested timers are. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
