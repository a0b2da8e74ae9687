import { load } from "/attnlab/dist/index.js";
import { reported, sample } from "./operations.js";

globalThis.onmessage = async ({ data: options }) => {
  globalThis.postMessage(await reported(async () => sample(await load(options))));
};
