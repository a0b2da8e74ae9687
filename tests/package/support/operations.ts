import type { Lab } from "attnlab";
import { makeRandom, randomTensor } from "./random.js";

const random = makeRandom(23);
const x = randomTensor(random, [2, 7, 5]);
const bias = randomTensor(random, [7, 7]);
const gamma = randomTensor(random, [5]);
const square = randomTensor(random, [5, 5]);
const perRow = randomTensor(random, [2, 7]);
const channels = { data: new Float32Array(7).fill(0.5), shape: [7] };

/** Every operation, as a call that uses as many of its options as go together. */
export const operations: Record<string, (lab: Lab) => unknown> = {
  tensor: (lab) =>
    lab.tensor([
      [1, 2],
      [3, 4],
    ]),
  resident: (lab) => {
    const held = lab.resident(x);
    try {
      held.tensor();
    } finally {
      held.dispose();
    }
  },
  memory: (lab) => lab.memory(),
  attention: (lab) => lab.attention(x, x, x, { causal: true, bias, mask: new Uint8Array(7).fill(1), scale: "entropy" }),
  attentionBackward: (lab) => lab.attentionBackward(x, x, x, x, { bias, gradients: ["q", "k", "v", "bias"] }),
  attentionWeights: (lab) => lab.attentionWeights(x, x, { window: 2 }),
  attentionScale: (lab) => lab.attentionScale({ kind: "entropy", d: 64, n: 100 }),
  linearAttention: (lab) => lab.linearAttention(x, x, x, { featureMap: "softmax", causal: true }),
  linearAttentionBackward: (lab) => lab.linearAttentionBackward(x, x, x, x, { mask: new Uint8Array(7).fill(1) }),
  matmul: (lab) => lab.matmul(x, x, { transposeB: true }),
  matmulBackward: (lab) => lab.matmulBackward(x, square, x),
  decoder: (lab) => {
    const decoder = lab.decoder({ kind: "exact" });
    try {
      decoder.step(x, x, x);
    } finally {
      decoder.dispose();
    }
  },
  performer: (lab) => lab.performer(x, x, x, { features: 7, norms: "stratified", mask: new Uint8Array(7).fill(1) }),
  performerBackward: (lab) => lab.performerBackward(x, x, x, x, { estimator: "hyperbolic", features: 3 }),
  performerKernel: (lab) => lab.performerKernel(x, x, { features: 3, eps: 1e-3 }),
  performerProjection: (lab) => lab.performerProjection(5, { norms: "quantile" }),
  performerVariance: (lab) => lab.performerVariance(x, x),
  softmax: (lab) => lab.softmax(x, { axis: 1 }),
  softmaxBackward: (lab) => lab.softmaxBackward(x, x, { axis: 1 }),
  logSoftmax: (lab) => lab.logSoftmax(x),
  logSoftmaxBackward: (lab) => lab.logSoftmaxBackward(x, x, { temperature: 2 }),
  logSumExp: (lab) => lab.logSumExp(x, { axis: 0 }),
  logSumExpBackward: (lab) => lab.logSumExpBackward(x, perRow),
  layerNorm: (lab) => lab.layerNorm(x, { gamma, beta: gamma }),
  layerNormBackward: (lab) => lab.layerNormBackward(x, x, { gamma, beta: gamma }),
  rmsNormBackward: (lab) => lab.rmsNormBackward(x, x, { axis: [0, 2] }),
  l2Norm: (lab) => lab.l2Norm(x, { axis: 1 }),
  l2NormBackward: (lab) => lab.l2NormBackward(x, x),
  batchNorm: (lab) => lab.batchNorm(x, { mean: channels, variance: channels, gamma: channels }),
  batchNormBackward: (lab) => lab.batchNormBackward(x, x, { gamma: channels, beta: channels }),
  batchStatistics: (lab) => lab.batchStatistics(x, { runningMean: channels }),
  instanceNorm: (lab) => lab.instanceNorm(x, { channelAxis: 2, gamma }),
  instanceNormBackward: (lab) => lab.instanceNormBackward(x, x, { gamma: channels }),
  groupNorm: (lab) => lab.groupNorm(x, { groups: 7 }),
  groupNormBackward: (lab) => lab.groupNormBackward(x, x, { groups: 5, channelAxis: 2, beta: gamma }),
  addLayerNorm: (lab) => lab.addLayerNorm(x, x, { gamma }),
  addLayerNormBackward: (lab) => lab.addLayerNormBackward(x, x, x, { gamma, dSum: x }),
  addRmsNorm: (lab) => lab.addRmsNorm(x, x, { axis: 0 }),
  addRmsNormBackward: (lab) => lab.addRmsNormBackward(x, x, x, { beta: gamma }),
  onlineSoftmax: (lab) => lab.onlineSoftmax(x, { tile: 2, rescale: false }),
  rmsNorm: (lab) => lab.rmsNorm(x, { axis: [0, 2] }),
  entropy: (lab) => lab.entropy(x, { axis: 1, input: "logits" }),
  entropyBackward: (lab) => lab.entropyBackward(x, perRow, { input: "logits" }),
  sparsemax: (lab) => lab.sparsemax(x, { axis: 1 }),
  sparsemaxBackward: (lab) => lab.sparsemaxBackward(x, x),
  entmax15: (lab) => lab.entmax15(x),
  entmax15Backward: (lab) => lab.entmax15Backward(x, x, { axis: 0 }),
  powerTransform: (lab) => lab.powerTransform(x, { exponent: 2, input: "logits" }),
  powerTransformBackward: (lab) => lab.powerTransformBackward(x, x, { exponent: 2, input: "logits" }),
  entropyNormalize: (lab) => lab.entropyNormalize(x, { entropy: 1, input: "logits", axis: 1, trace: true }),
  entropyNormalizeBackward: (lab) => lab.entropyNormalizeBackward(x, x, { entropy: perRow, input: "logits" }),
  sampleToken: (lab) => lab.sampleToken(x, { topK: 3, topP: 0.9 }),
  nystromFactors: (lab) => lab.nystromFactors(x, x, { landmarks: 3, mask: new Uint8Array(7).fill(1) }).rows([2]),
  nystromformer: (lab) => lab.nystromformer(x, x, x, { landmarks: 3, convKernel: gamma }),
  nystromformerBackward: (lab) => lab.nystromformerBackward(x, x, x, x, { landmarks: 3, inverse: "pinv" }),
  sparseAttention: (lab) => lab.sparseAttention(x, x, x, { pattern: "sparse", window: 1, dilation: 3 }),
  sparseAttentionBackward: (lab) => lab.sparseAttentionBackward(x, x, x, x, { pattern: "bigbird", blockSize: 2 }),
  sparsePattern: (lab) => lab.sparsePattern(7, 9, { pattern: "atrous", globalTokens: 1 }),
};
