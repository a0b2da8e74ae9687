import { en as explorerEn } from "../text.en.js";
import { zh as explorerZh } from "../text.zh.js";
import { en } from "./text.en.js";
import { zh } from "./text.zh.js";

/** Texts of this view on top of those that all views share. */
export const texts = { en: { ...explorerEn, ...en }, zh: { ...explorerZh, ...zh } };

export type SpeedText = typeof texts.en;
