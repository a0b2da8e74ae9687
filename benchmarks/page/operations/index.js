/** Every operation, in the order of the report. To add one, write its file and name it here. */
import * as attention from "./attention.js";
import * as attentionBackward from "./attention_backward.js";
import * as decoderStep from "./decoder_step.js";
import * as entropyNormalize from "./entropy_normalize.js";
import * as layerNorm from "./layer_norm.js";
import * as matmul from "./matmul.js";
import * as rmsNorm from "./rms_norm.js";
import { layerNormBackward, rmsNormBackward, softmaxBackward } from "./rows_backward.js";
import * as softmax from "./softmax.js";

export const OPERATIONS = [
  matmul,
  softmax,
  layerNorm,
  rmsNorm,
  softmaxBackward,
  layerNormBackward,
  rmsNormBackward,
  entropyNormalize,
  decoderStep,
  attentionBackward,
  attention,
];
