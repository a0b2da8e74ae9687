import { describe, expect, it, vi } from "vitest";
import type { Lab } from "../../../package/index.js";
import type { Reply, Request } from "./protocol.js";
import { isCancelled, TaskRunner } from "./runner.js";
import { serve, type Port } from "./serve.js";
import { runNow, runSliced } from "./task.js";

const wasmModule = { of: "the page" };
const lab = { variant: "simd", wasmModule } as unknown as Lab;

/** Counts to `input`, one step at a time. */
function* count(_lab: Lab, input: number): Generator<number, number, void> {
  for (let i = 0; i < input; i++) yield i / input;
  return input;
}

/** Never ends by itself. */
function* forever(): Generator<number, number, void> {
  for (;;) yield 0.5;
}

function* failing(): Generator<number, number, void> {
  yield 0;
  throw new Error("broken");
}

const tasks = { count, forever, failing };

/** A worker in this very thread: the serving side on one end, the page's Worker object on the other. */
function fakeWorker(load: (given: unknown) => Promise<Lab> = () => Promise.resolve(lab)): {
  worker: Worker;
  terminate: () => void;
} {
  const page = new EventTarget();
  const inside = new EventTarget();
  const terminate = vi.fn();
  const port: Port = {
    postMessage: (reply: Reply) => page.dispatchEvent(new MessageEvent("message", { data: reply })),
    addEventListener: (type, listener) =>
      inside.addEventListener(type, (event) => listener(event as MessageEvent<Request>)),
  };
  serve(tasks, load, port);
  const worker = Object.assign(page, {
    postMessage: (request: Request) => inside.dispatchEvent(new MessageEvent("message", { data: request })),
    terminate,
  });
  return { worker: worker as unknown as Worker, terminate };
}

const withWorker = (load?: (given: unknown) => Promise<Lab>): TaskRunner<typeof tasks> => {
  const { worker } = fakeWorker(load);
  return new TaskRunner(
    tasks,
    () => Promise.resolve({ default: () => worker }),
    () => Promise.resolve(lab),
  );
};

const withoutWorker = (): TaskRunner<typeof tasks> =>
  new TaskRunner(
    tasks,
    () => Promise.reject(new Error("barred")),
    () => Promise.resolve(lab),
  );

describe("runNow and runSliced", () => {
  it("give the same result", async () => {
    expect(runNow(count(lab, 5))).toBe(5);
    await expect(runSliced(count(lab, 5), { slice: 0 })).resolves.toBe(5);
  });

  it("tell about progress and stop on a signal", async () => {
    const abort = new AbortController();
    const shares: number[] = [];
    const run = runSliced(forever(), {
      slice: 0,
      signal: abort.signal,
      onProgress: (share) => {
        shares.push(share);
        if (shares.length === 3) abort.abort();
      },
    });
    await expect(run).rejects.toSatisfy(isCancelled);
    expect(shares).toEqual([0.5, 0.5, 0.5]);
  });
});

describe.each([
  ["in a worker", withWorker],
  ["where workers are barred", withoutWorker],
  ["where the worker's kernels fail", () => withWorker(() => Promise.reject(new Error("no wasm")))],
])("TaskRunner %s", (_, make) => {
  it("runs a task", async () => {
    await expect(make().run("count", 100)).resolves.toBe(100);
  });

  it("passes failures on", async () => {
    await expect(make().run("failing", 0)).rejects.toThrow("broken");
  });

  it("replaces a run instead of queueing a second one", async () => {
    const runner = make();
    const first = runner.run("forever", 0);
    const second = runner.run("forever", 0);
    await expect(first).rejects.toSatisfy(isCancelled);
    runner.cancel("forever");
    await expect(second).rejects.toSatisfy(isCancelled);
    await expect(runner.run("count", 3)).resolves.toBe(3);
  });

  it("lets other tasks run on when one is cancelled", async () => {
    const runner = make();
    const endless = runner.run("forever", 0);
    const finite = runner.run("count", 10);
    await expect(finite).resolves.toBe(10);
    runner.stop();
    await expect(endless).rejects.toSatisfy(isCancelled);
  });
});

it("ends its worker when it is stopped, and opens another for the next run", async () => {
  const terminated: (() => void)[] = [];
  const runner = new TaskRunner(
    tasks,
    () => {
      const { worker, terminate } = fakeWorker();
      terminated.push(terminate);
      return Promise.resolve({ default: () => worker });
    },
    () => Promise.resolve(lab),
  );
  await runner.run("count", 1);
  runner.stop();
  expect(terminated[0]).toHaveBeenCalledOnce();
  await expect(runner.run("count", 2)).resolves.toBe(2);
  expect(terminated).toHaveLength(2);
});

it("hands the page's compiled kernels to the worker", async () => {
  const load = vi.fn<(given: unknown) => Promise<Lab>>(() => Promise.resolve(lab));
  await withWorker(load).run("count", 1);
  expect(load.mock.calls).toEqual([[{ wasmModule }]]);
});
