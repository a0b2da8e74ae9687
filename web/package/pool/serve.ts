import { connectLab } from "../instantiate.js";
import type { Lab } from "../lab.js";
import { answer, buffersIn, type Answer, type Task } from "./message.js";
import { workerPort } from "./platform.js";

/** The life of a worker: it gets the compiled kernels, says that it is ready, and answers one task after the other. */
export function serve(): void {
  const port = workerPort();
  const post = (reply: Answer): void => {
    port.postMessage(reply, [...buffersIn(reply)]);
  };
  let lab: Lab | undefined;
  port.onmessage = async ({ data }) => {
    // An error that got away would be heard of in Node alone.
    try {
      if (lab) {
        post(answer(lab, data as Task));
      } else {
        lab = await connectLab(data as WebAssembly.Module);
        post({ value: undefined });
      }
    } catch (error) {
      post({ error });
    }
  };
}
