import type { Translation } from "../../shared/text.js";
import type { en } from "./text.en.js";

/** 视图“耗时与 n 的关系”的中文文案。 */
export const zh: Translation<typeof en> = {
  speedTitle: "在你的机器上，单个头（d = {d}）的耗时",
  speedX: "token 数 n",
  speedExact: "attnlab（精确）",
  speedLinear: "线性注意力，elu + 1",
  speedCrossing: "线性注意力算的不是同一个结果，但从 n = {n} 起更快。",
  speedNoCrossing: "线性注意力算的不是同一个结果，在这些长度上也没有更快。",
  speedPlain: "JavaScript 三重循环",
  speedGuide: "n² 的斜率",
  speedRatio: "n = {n} 时，内核用时 {exact}，三重循环用时 {plain}，是前者的 {ratio} 倍。",
  speedGrowth: "长度翻倍，计算量变为四倍：从 {half} 个 token 增加到 {n} 个，内核耗时变为 {factor} 倍。",
  speedHow: "单线程，{variant}，预热后 {samples} 次采样的中位数，随机数据。",
  speedAgain: "重新测量",
};
