import type { TextName } from "../schema.js";

// Each address is spelled out, so that bundlers of pages find the files. This module is loaded lazily, therefore its
// chunk lies in the chunks folder, next to the data folder.
const files: Readonly<Record<TextName, Readonly<Record<number, URL>>>> = {
  sentence: {
    1: new URL("../data/sentence.layer1.safetensors", import.meta.url),
    2: new URL("../data/sentence.layer2.safetensors", import.meta.url),
    3: new URL("../data/sentence.layer3.safetensors", import.meta.url),
    4: new URL("../data/sentence.layer4.safetensors", import.meta.url),
    5: new URL("../data/sentence.layer5.safetensors", import.meta.url),
    6: new URL("../data/sentence.layer6.safetensors", import.meta.url),
  },
  passage: {
    1: new URL("../data/passage.layer1.safetensors", import.meta.url),
    3: new URL("../data/passage.layer3.safetensors", import.meta.url),
    6: new URL("../data/passage.layer6.safetensors", import.meta.url),
  },
};

/** Where the Q, K and V of a text's layer (counted from 1) lie; undefined when they are not published. */
export const fileOf = (text: TextName, layer: number): URL | undefined => files[text][layer];
