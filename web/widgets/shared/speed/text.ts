import type { Language } from "../language.js";
import { translator, type Translate, type Translation } from "../text.js";

/** Texts of views that time methods against length. */
export const en = {
  lengthTokens: "tokens n",
  time: "time per call",
  again: "Measure again",
  measuring: "Measuring on this machine…",
  point: "{method}, {n} tokens: {time}",
  crossing: "n ≈ {n}",
  slopes: "as n² and as n",
  ring: "disturbed by other work",
  marked: "{time} (disturbed)",
  how: "One head of {d} channels, on this machine, in this browser, with the “{variant}” build; medians of {samples}.",
  times: "At {n} tokens {each}.",
  takes: "{method} takes {time}",
  cross: "{method} is the faster one from about {n} tokens on.",
  always: "{method} is the faster one at all of these lengths.",
  never: "{method} is not the faster one, not even at {n} tokens.",
  doubling: "From {half} to {n} tokens the times grow: {growths}.",
  disturbed: "Something else was running meanwhile, where a ring is drawn: measure again.",
  table: "Median times",
} as const;

export const zh: Translation<typeof en> = {
  lengthTokens: "token 数 n",
  time: "每次调用的时间",
  again: "再测一次",
  measuring: "正在这台机器上测量……",
  point: "{method}，{n} 个 token：{time}",
  crossing: "n ≈ {n}",
  slopes: "按 n² 和按 n 增长",
  ring: "测量时有别的程序在跑",
  marked: "{time}（受干扰）",
  how: "一个头，{d} 维，就在这台机器、这个浏览器上，用 {variant} 版本，取 {samples} 次的中位数。",
  times: "{n} 个 token 时，{each}。",
  takes: "{method}要 {time}",
  cross: "大约从 {n} 个 token 起，{method}更快。",
  always: "在这些长度上，{method}都更快。",
  never: "直到 {n} 个 token，{method}也没有更快。",
  doubling: "从 {half} 到 {n} 个 token，时间变为：{growths}。",
  disturbed: "画了圈的地方，测量时机器上有别的程序在跑，请再测一次。",
  table: "时间的中位数",
};

export const speedText = (language: Language): Translate<typeof en> => translator({ en, zh }, language);
