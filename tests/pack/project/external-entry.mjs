// What a page that serves the binary itself would bundle.
import { load } from "attnlab/external";

export const start = (wasmUrl) => load({ wasmUrl });
