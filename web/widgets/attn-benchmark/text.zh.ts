import type { Translation } from "../shared/text.js";
import type { BenchmarkText } from "./text.en.js";

/** 性能测试的中文文案。 */
export const zh: Translation<BenchmarkText> = {
  title: "精确注意力在你的机器上有多快？最快又能有多快？",

  titleCrossover: "线性复杂度的注意力，从多少个 token 起比精确注意力快？",
  view: "测什么",
  viewExact: "精确注意力",
  viewCrossover: "与线性复杂度相比",

  size: "规模：8 个头，每头 64 维，token 数为",
  size256: "256",
  size1024: "1024",
  size1024Causal: "1024，因果",
  size2048: "2048",
  sizeFull: "{heads} 个头 × {n} 个 token × {d} 维",
  sizeCausal: "{heads} 个头 × {n} 个 token × {d} 维，带因果掩码",
  run: "在我的机器上运行",
  runAgain: "再运行一次",
  running: "正在后台测量……",
  cancel: "取消",

  here: "你的机器，当前浏览器",
  hereWaiting: "这个规模还没有测过。",
  hereLoading: "正在载入内核……",
  stored: "存档：{processor}，{browser}，{date}",
  storedDisturbed: "存档：{processor}，{browser}，{date}；测量时另有负载",
  what: "实现",
  time: "用时",
  rate: "GFLOP/s",
  share: "占上限",
  ceilingRow: "单核运算的上限",

  ourThread: "attnlab，{variant}",
  variantRelaxed: "relaxed SIMD",
  variantSimd: "普通 SIMD",
  loops: "JavaScript 循环",
  oneThread: "{who}，{threads} 线程",
  manyThreads: "{who}，{threads} 线程",
  arithmeticFused: "融合乘加",
  arithmeticSeparate: "先乘后加",

  captionSize: "精确注意力，{size}。",
  captionMeasured:
    "你的机器用时 {time}，即 {rate} GFLOP/s；它的一个核只做{arithmetic}时能到 {ceiling} GFLOP/s，我们达到了其中的 {share}。JavaScript 循环用时 {loops}，是它的 {times} 倍。",
  captionChecked: "均为预热后 {samples} 次采样的中位数，各项轮流采样；结果与双精度相差不超过 {error}。",
  captionWrong: "均为预热后 {samples} 次采样的中位数，但结果与双精度相差 {error}：一定有什么不对。",
  captionDisturbed: "测量时机器上另有负载，数字仅供参考。",
  captionFastest: "上限取的是最快的一次采样。",
  captionAhead:
    "在存档的那台机器上，我们最快用时 {ours}（线程数 {threads}）；最快的同类是 {peer}（线程数 {peerThreads}），用时 {time}，是我们的 {times} 倍。",
  captionBehind:
    "在存档的那台机器上，我们更慢：用时 {ours}（线程数 {threads}），是最快的同类 {peer}（线程数 {peerThreads}，{time}）的 {times} 倍。",
  captionNothingStored: "这个规模没有同类库的存档数据。",

  note: "条形的长度是与各自机器单核上限之比，因此两组可以相互比较。指数运算不计入工作量。",
  failed: "测量没有成功：{reason}",
  kernelsFailed: "注意力内核在这个浏览器里启动失败：{reason}",
  again: "再试一次",

  linearElu: "线性（elu）",
  linearSoftmax: "线性（softmax）",
  performer: "Performer",
  performerCausal: "Performer（因果）",
  nystromformer: "Nyströmformer",
  sparseLocal: "稀疏（局部）",
  sparseBigbird: "稀疏（Big Bird）",
  exactLine: "精确",
  tokens: "token 数 n",
  overExact: "用时 ÷ 精确注意力的用时",
  method: "方法",
  storedColumn: "存档",
  hereColumn: "本机",
  crossoverTable: "大约从多少个 token 起比精确注意力快（括号内：4096 个 token 时的用时与精确注意力之比）",
  crossoverWhat: "线性复杂度的注意力，与我们自己的精确注意力相比。",
  crossoverStored: "在存档的那台机器上，最早比精确注意力快的：{first}，{n}；最晚的：{last}，{m}。",
  meetsFrom: "约 {n} 个 token 起",
  meetsBelow: "{n} 个 token 时已经更快",
  meetsBeyond: "到 {n} 个 token 还没有更快",
  crossoverStoredDisturbed: "存档的那次测量另有负载，数字仅供参考。",
  crossoverHere: "在你的机器上，最早的：{first}，{n}；最晚的：{last}，{m}。",
  crossoverNotHere: "你的机器还没有测过，大约要十秒。",
  crossoverChecked: "均为预热后 {samples} 次采样的中位数，各项轮流采样；每个结果与双精度相差都不超过 {error}。",
  crossoverNote:
    "单线程，一个 64 维的头。Performer 用 256 个随机特征，Nyströmformer 用 64 个地标点，局部窗口左右各 64 个键，Big Bird 每块 64 个 token。因果的方法与带因果掩码的精确注意力相比。快不等于相同：这些方法算的都不是精确注意力。",

  pictureTitle: "与单核上限之比：精确注意力，{size}",
};
