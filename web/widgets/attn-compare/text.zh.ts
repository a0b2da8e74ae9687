import type { Translation } from "../shared/text.js";
import type { CompareText } from "./text.en.js";

/** 对比图的中文文案。 */
export const zh: Translation<CompareText> = {
  title: "换成更便宜的注意力，训练好的模型还能用吗？",

  view: "看什么",
  viewHeads: "一层里的各个头",
  viewLayers: "所有的层",
  source: "查询、键、值取自",
  sourceSentence: "MiniLM 里的一句话",
  sourcePassage: "MiniLM 里的一段长文",
  sourceSynthetic: "造出来的序列",
  sourceOwn: "你自己的文件",
  layer: "层",
  layerCarried: "{layer}，四个头",
  budget: "预算 m",
  head: "细看哪个头",
  headOf: "{head} / {heads}",
  roll: "换一个种子",
  rolled: "种子 {seed}",
  reset: "复原",
  waiting: "正在载入内核……",
  computing: "正在计算",
  cancel: "取消",
  failed: "没能算出来：{reason}",
  loadFailed: "这些数据没能载入：{reason}",
  file: "含有 q、k、v 的 safetensors 文件，形状 [heads, n, d]",
  fileNote: "文件不会离开你的机器。最多取 {heads} 个头、{tokens} 个 token。",

  fileMissing: "这个文件里没有 q、k、v 三个张量，只有：{found}。",
  fileShape: "要的是三个轴 [heads, n, d]，而且都不为空；这里是 {found}。",
  fileDiffers: "q 和 k 的形状要相同，v 的头数和 token 数要与它们一致；这里是 {found}。",
  fileWaiting: "还没有文件，下面仍是之前的数据。",
  loading: "正在载入各层",

  exact: "精确",
  performer: "Performer，{budget} 个特征",
  nystrom: "Nyström，{budget} 个地标点",
  linear: "线性，elu + 1",
  sparse: "窗口，{budget} 个键",
  uniform: "全部平均",
  best: "秩为 {budget} 的最佳近似",
  shortPerformer: "Performer",
  shortNystrom: "Nyström",
  shortLinear: "线性",
  shortSparse: "窗口",
  shortUniform: "平均",
  heads: "头",
  outputError: "输出的相对误差",
  bandNote: "连线只是方便看。色带包含 {seeds} 次抽样的五分之四。",
  point: "头 {head}：{error}",
  driftNote: "从头 1 到头 6，token 变化越来越慢：相邻两个的相关系数是 {drifts}。",
  matrixNote: "细看头 {head}。一行是一个查询，一列是一个键；颜色都以精确的矩阵为准。",
  averagedNote: "每格是 {block} × {block} 个元素的平均。",
  matricesLabel: "五个矩阵，一行是一个查询，一列是一个键。用方向键移动标记，几个图一起动。",
  readoutNone: "点选或指向某个元素，也可以用方向键移过去；几个图共用一个标记。",
  readout:
    "查询 {row}，键 {column}：精确值 {exact}，Performer {performer}，Nyström {nystrom}，线性 {linear}，窗口 {sparse}。",
  layersLabel: "四张方格图，一行是一层，一列是一个头。用方向键移动标记，按回车细看这个头。",
  layersNote:
    "一行是一层，第一层在最上面；一列是一个头。蓝色比全部平均更接近精确值，橙色更远；颜色最深的相差四倍以上。点一格，细看那个头。",
  layersReadout:
    "第 {layer} 层，头 {head}：Performer 偏差 {performer}，Nyström {nystrom}，线性注意力 {linear}，窗口 {sparse}；全部平均 {uniform}。",
  betterIn: "{name}：{heads} 个头里 {better} 个更好",

  captionModel: "{model} 第 {layer} 层，{heads} 个头，{n} 个 token，权重原封不动，没有重新训练。",
  captionSynthetic: "造出来的 {heads} 个头，{n} 个 token。",
  captionOwn: "取自 {name} 的 {heads} 个头，{n} 个 token。",
  captionErrors:
    "各个头的输出偏差，中位数是：Performer {performer}，Nyström {nystrom}，线性注意力 {linear}，窗口 {sparse}；全部平均是 {uniform}。",
  captionCount: "{heads} 个头里，Performer 比全部平均好一成以上的有 {performer} 个，Nyström 有 {nystrom} 个。",
  captionLayers: "{model} 的 {layers} 层，一共 {heads} 个头，{n} 个 token，权重原封不动，没有重新训练。",
  captionBetter:
    "{heads} 个头里，比全部平均好一成以上的：Performer {performer} 个，Nyström {nystrom} 个，线性注意力 {linear} 个，窗口 {sparse} 个。",
  captionAll: "{n} 个 token 用 {budget} 个地标点：这里 Nyström 就是精确的注意力。",

  tableErrors: "头 {head} 的偏差有多大",
  tableLayers: "每一层各个头的偏差，取中位数",
  tableBetter: "Performer 更好的头",
  betterOf: "{better} / {heads}",
  tableHeads: "每个头的输出相对误差",
};
