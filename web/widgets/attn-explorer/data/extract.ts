import bytes from "virtual:sentence.extract.safetensors";

/** Queries and keys of the first view; a chunk of its own, so that the widget's frame is drawn before it arrives. */
export const extract: Uint8Array = bytes;
