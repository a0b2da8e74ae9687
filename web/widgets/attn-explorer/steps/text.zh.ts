import type { Translation } from "../../shared/text.js";
import type { en } from "./text.en.js";

/** 视图“逐步看在线 softmax”的中文文案。 */
export const zh: Translation<typeof en> = {
  stepsStep: "分块",
  stepsStepOf: "第 {step} 块（共 {tiles} 块）",
  stepsTile: "每块的键数",
  stepsSharpness: "logits 倍数",
  stepsForget: "忘记重新缩放",
  stepsRaw: "不减最大值",
  stepsLogits: "logits s",
  stepsWeights: "目前的权重",
  stepsAxis: "键 1 到 {n}，按块划分",
  stepsBarAhead: "logit {logit}，还没有读入",
  stepsBar: "logit {logit}，权重 {weight}，双精度 {exact}",
  stepsKeyMaximum: "当前最大值 m",
  stepsKeyWeight: "目前的权重（float32）",
  stepsKeyExact: "双精度结果",
  stepsExact: "双精度",
  stepsTableTiles: "每一块之后的最大值 m 与分母 l",
  stepsTableKeys: "已读入的键",
  stepsState: "读完第 {step} 块（共 {tiles} 块），{n} 个键中已读入 {seen} 个：最大值 m = {m}，分母 l = {l}。",
  stepsSame: "这一块没有出现更大的值，无需重新缩放。",
  stepsRescaled: "最大值从 {before} 升到 {m}，此前累积的量都乘以 e^(旧 m − 新 m) = {factor}。",
  stepsForgot: "最大值从 {before} 升到 {m}，此前累积的量却没有乘以 {factor}，于是留得太多。",
  stepsRight: "与双精度相比，每个权重的误差都不超过 {error}。",
  stepsWrong: "与双精度相比，有的权重错了 {error}——结果不对，却没有任何报错。",
  stepsOverflow: "e^{m} 超出 float32 的范围：l 变成无穷大，而 ∞/∞ 不是数。",
  stepsUnderflow: "e^{m} 小到 float32 无法表示：l 变成 0，而 0/0 不是数。",
};
