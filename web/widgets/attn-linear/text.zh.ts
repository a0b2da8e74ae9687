import type { Translation } from "../shared/text.js";
import type { LinearText } from "./text.en.js";

/** 线性注意力的中文文案。 */
export const zh: Translation<LinearText> = {
  title: "注意力去掉 softmax，会失去什么？",

  map: "特征映射",
  elu: "elu + 1",
  relu: "relu",
  exp: "exp",
  softmax: "两个 softmax",
  cosine: "1 + 余弦",
  d: "维度 d",
  sigma: "q 与 k 的大小",
  causal: "遮住未来",
  roll: "换一个种子",
  rolled: "种子 {seed}",
  reset: "复原",
  waiting: "正在载入内核……",

  exactMatrix: "softmax 注意力",
  linearMatrix: "线性注意力，颜色以左图为准",
  exactLine: "softmax",
  linearLine: "线性",
  uniform: "全部平均",
  singular: "第几个奇异值",
  singularValue: "奇异值",
  rankMark: "{features} 个特征",
  tokens: "token 数 n",
  keysPerRow: "一行摊在几个键上",
  point: "{x}：{y}",
  rankNote: "小于 float32 精度的奇异值算作 0。一行的熵是 H，就算摊在 e 的 H 次方个键上。",

  captionRank: "{map}，{n} 个 token，{d} 维：线性注意力矩阵的秩是 {linear}，softmax 的是 {exact}。",
  captionCausal: "{map}，{n} 个 token，{d} 维，遮住未来：线性注意力矩阵的秩是 {linear}，softmax 的是 {exact}。",
  captionSpread: "一行平均摊在 {linear} 个键上，softmax 是 {exact} 个，全部平均是 {uniform} 个。",
  captionEmpty: "特征全为 0、因而没有任何权重的行：{empty} 行。",

  tableSpread: "一行摊在几个键上",
  tableSingular: "奇异值",
};
