import type { Translation } from "../shared/text.js";
import type { EntropyScaleText } from "./text.en.js";

/** 熵与缩放图的中文文案。 */
export const zh: Translation<EntropyScaleText> = {
  titleLength: "文本变长，注意力的熵还守得住吗？",
  titleTokens: "别的 token 不断加入，某一个 token 的权重会怎样？",

  view: "看什么",
  viewLength: "熵随 n 的变化",
  viewTokens: "逐个添加 token",
  keys: "查询与键",
  keysRandom: "随机方向",
  keysSentence: "一句话，MiniLM",
  keysPassage: "一段话，MiniLM",
  layer: "层",
  head: "头",
  headAll: "全部 {heads} 个",
  d: "每头维度 d",
  kappa: "κ ln n/d 中的 κ",
  n: "目前的 token 数",
  nOf: "{n} / {most}",
  query: "查询",
  key: "跟踪哪个键",
  keyStrongest: "前八个里最强的",
  addToken: "再加一个 token",
  word: "“{word}”",
  roll: "换一个种子",
  rolled: "种子 {seed}",
  reset: "复原",
  waiting: "正在载入内核……",
  loading: "正在载入模型的查询与键……",
  measuring: "正在测量……",
  dataFailed: "模型的查询与键没有载入成功：{reason}",
  failed: "测量没有成功：{reason}",

  axisTokens: "键的个数 n",
  axisEntropy: "平均的熵 H（奈特）",
  axisRowEntropy: "这一行的熵 H（奈特）",
  axisWeight: "所跟踪的键的权重",
  uniform: "全部平均：ln n",
  uniformWeight: "全部平均：1/n",
  theory: "键极多时各缩放因子下的估计",
  band: "五分之四的行",

  captionLength:
    "从 {from} 个键到 {to} 个，平均的熵增加了（奈特）：1/√d 下 {sqrt}，log₅₁₂ n/√d 下 {log512}，κ ln n/d（κ = {kappa}）下 {free}，ln n/(0.24 d) 下 {steep}，ln n/√d 下 {log}；全部平均时 {uniform}。",
  captionRandom:
    "对随机的键，log₅₁₂ n/√d 只是让熵涨得慢一些：比 1/√d 少涨 {share}。要想曲线接近水平，κ 得到 1/0.24 左右。",
  captionReal: "在这里，log₅₁₂ n/√d 比 1/√d 少涨 {share}；换一层、换一个头，结果又不同。这个模型是用 1/√d 训练的。",
  captionTokens:
    "有 {n} 个 token 时，第 {key} 个 token{name}在 1/√d 下分到 {sqrt} 的注意力，在 log₅₁₂ n/√d 下分到 {log512}；全部平均则是 {uniform}。",
  captionTokensStart: "只有 {first} 个 token、它刚好在内的时候，分别是 {sqrtFirst} 与 {log512First}。",
  captionTokensAbsent: "有 {n} 个 token 时，第 {key} 个{name}还没有出现。",
  captionTokensEntropy: "这一行的熵，在 1/√d 下是 {sqrt}，在 log₅₁₂ n/√d 下是 {log512}。",
  noteRandom: "查询与键的方向随机，模长为 √d，与推导的假设一致。{queries} 个查询，最多 {keys} 个键，种子 {seed}。",
  noteReal: "查询与键取自 all-MiniLM-L6-v2 第 {layer} 层；n 个键就是前 n 个 token 的，它们是从整段文本里算出来的。",

  tableLength: "平均的熵",
  tableTokens: "添加 token 时的这一行",
  tableWeight: "权重，{scale}",
  tableEntropy: "H，{scale}",
};
