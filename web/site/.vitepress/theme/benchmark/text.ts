/** What stands around the stored figures, in both languages. */
export const texts = {
  en: {
    region: "Stored benchmark, scrolls sideways",
    operation: "Operation",
    relaxed: "attnlab, relaxed SIMD",
    simd: "attnlab, plain SIMD",
    pool: "attnlab, pool of 2",
    loops: "JavaScript loops",
    toPeer: "ours ÷ best peer",
    limit: "against the limit",
    slower: "slower",
    disturbed: "disturbed",
    missing: "not in this build",
    ceiling: (share: string) => `${share} of the arithmetic`,
    traffic: (times: string) => `${times} × memory`,
    floor: (times: string) => `${times} × in cache`,
    besideForward: (times: string) => `${times} × forward`,
    besideFull: (times: string) => `${times} × all keys`,
    besideSoftmax: (times: string) => `${times} × one softmax`,
    caption: (processor: string, cores: number, browser: string, date: string, rounds: number) =>
      `Times in milliseconds: ${processor}, ${cores} cores, ${browser}, ${date}; medians of ${rounds} warm samples. Ours: with plain arrays / with data that stay in WebAssembly memory. Peers: one thread / two threads.`,
    limits:
      "Against the limit: share of the arithmetic; or time over that of reading every input and writing every result once in memory that no cache holds (“memory”), and over that of a plain copy of the same sizes, in the cache if it fits (“in cache”); or over what was measured beside it.",
    busy: "Something else was running during parts of this run: those rows are marked, and their ratios are to be taken with care.",
    once: (load: string, calls: string) =>
      `From import() in a new page to the first result: ${load} ms. First call of attention, 8 × 256 × 64, in a new page: ${calls}.`,
    firstCall: (variant: string, ratio: string) => `${ratio} times a warm one (${variant})`,
    noLosses: "In this run there was none.",
    lossToPeer: (operation: string, times: string) => `${operation}: ${times} times as long as the fastest peer`,
    lossToLoops: (operation: string, times: string) => `${operation}: ${times} times as long as loops in JavaScript`,
    peers: "Peers",
    aside: (what: string, more: string) => `${what} (${more})`,
  },
  zh: {
    region: "存档的测试结果，可左右滚动",
    operation: "运算",
    relaxed: "attnlab，relaxed SIMD",
    simd: "attnlab，普通 SIMD",
    pool: "attnlab，2 个 worker",
    loops: "JavaScript 循环",
    toPeer: "我们 ÷ 最快的同类",
    limit: "与上限相比",
    slower: "更慢",
    disturbed: "受干扰",
    missing: "这个版本还没有",
    ceiling: (share: string) => `纯运算上限的 ${share}`,
    traffic: (times: string) => `内存的 ${times} 倍`,
    floor: (times: string) => `缓存的 ${times} 倍`,
    besideForward: (times: string) => `前向的 ${times} 倍`,
    besideFull: (times: string) => `全部键的 ${times} 倍`,
    besideSoftmax: (times: string) => `一次 softmax 的 ${times} 倍`,
    caption: (processor: string, cores: number, browser: string, date: string, rounds: number) =>
      `用时，单位毫秒：${processor}，${cores} 核，${browser}，${date}；均为预热后 ${rounds} 次采样的中位数。我们：普通数组 / 常驻 WebAssembly 内存的数据。同类：单线程 / 双线程。`,
    limits:
      "与上限相比：占纯运算上限的比例；或者，用时与下列两者之比：在任何缓存都装不下的内存里把输入读一遍、把结果写一遍（“内存”），同样大小的普通复制，缓存装得下就在缓存里（“缓存”）；或者，与同时测的另一项之比。",
    busy: "这次测量期间机器上一度另有负载：受影响的行已经标出，其比值仅供参考。",
    once: (load: string, calls: string) =>
      `新开页面里从 import() 到第一个结果：${load} 毫秒。新开页面里第一次计算 8 × 256 × 64 的注意力：${calls}。`,
    firstCall: (variant: string, ratio: string) => `是预热后的 ${ratio} 倍（${variant}）`,
    noLosses: "这次测量里没有。",
    lossToPeer: (operation: string, times: string) => `${operation}：用时是最快的同类的 ${times} 倍`,
    lossToLoops: (operation: string, times: string) => `${operation}：用时是 JavaScript 循环的 ${times} 倍`,
    peers: "同类",
    aside: (what: string, more: string) => `${what}（${more}）`,
  },
} as const;

export type Language = keyof typeof texts;

const operations: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: {
    attention: "Attention",
    attentionBackward: "Attention, gradient",
    "decoder step": "Decoder, one token",
    matmul: "Matrix product",
    softmax: "Softmax",
    layerNorm: "LayerNorm",
    rmsNorm: "RMSNorm",
    softmaxBackward: "Softmax, gradient",
    layerNormBackward: "LayerNorm, gradient",
    rmsNormBackward: "RMSNorm, gradient",
    entropyNormalize: "Softmax at a given entropy",
  },
  zh: {
    attention: "注意力",
    attentionBackward: "注意力的梯度",
    "decoder step": "解码一个 token",
    matmul: "矩阵乘法",
    softmax: "Softmax",
    layerNorm: "LayerNorm",
    rmsNorm: "RMSNorm",
    softmaxBackward: "Softmax 的梯度",
    layerNormBackward: "LayerNorm 的梯度",
    rmsNormBackward: "RMSNorm 的梯度",
    entropyNormalize: "指定熵的 Softmax",
  },
};

/** Names of operations, in the order of the table. */
export const knownOperations = Object.keys(operations.en);

/** "Attention, 8 heads × 1024 × 64, causal" for an operation and its label in the results. */
export function caseText(language: Language, operation: string, label: string): string {
  const name = operations[language][operation] ?? operation;
  const [sizes = "", causal] = label.replace(/ window \d+$/, "").split(/ (?=causal$)/);
  const window = / window (\d+)$/.exec(label)?.[1];
  // No line breaks within a shape.
  const spaced = sizes.replaceAll(" x ", "\u00a0×\u00a0").replace(/(\d) (heads?)/, "$1\u00a0$2");
  if (language === "en") {
    return [
      `${name}, ${spaced}`,
      ...(causal === undefined ? [] : [causal]),
      ...(window === undefined ? [] : [`${window} keys on each side`]),
    ].join(", ");
  }
  const chinese = spaced
    .replace(/(\d+)\u00a0heads?/, "$1\u00a0个头")
    .replace("cache ", "缓存 ")
    .replace(", ", "，");
  const more = [...(causal === undefined ? [] : ["因果"]), ...(window === undefined ? [] : [`左右各 ${window} 个键`])];
  return [`${name}，${chinese}`, ...more].join("，");
}
