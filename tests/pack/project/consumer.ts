// A reader's TypeScript, checked under each way of resolving modules. Nothing here is run.
import { AttnlabError, load } from "attnlab";
import type { Tensor } from "attnlab";
import { load as loadExternal } from "attnlab/external";
import { readNpy, readSafetensors, writeNpy } from "attnlab/io";

const lab = await load({ variant: "simd" });
const q: Tensor = lab.tensor([
  [1, 0],
  [0, 1],
]);
const out: Tensor = lab.attention(q, q, q, { causal: true, scale: "entropy", window: [2, 0] });
const weights: Tensor = lab.attentionWeights(q, q, { mask: new Uint8Array([1, 0]) });
const held = lab.resident(q);
lab.softmax(held, { out: held });
held.dispose();

const bytes: Uint8Array = writeNpy(out);
export const read = readNpy(bytes);
export const tensors = readSafetensors(bytes);
export const largest: number = Math.max(...weights.data);

export async function failing(): Promise<string> {
  try {
    await loadExternal({ wasmUrl: new URL("kernels.wasm", import.meta.url) });
    return "";
  } catch (error) {
    return error instanceof AttnlabError ? `${error.code} ${error.argument}` : "";
  }
}
