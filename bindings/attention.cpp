#include <emscripten/bind.h>

#include <cmath>
#include <cstdint>
#include <new>

#include "attention/attention_weights.h"
#include "attention/exact.h"
#include "attention/exact_backward.h"
#include "attention/exact_decoder.h"
#include "attention/online_trace.h"
#include "attention/scale.h"
#include "views.h"

namespace attnlab::bindings {
namespace {

attention::Options options(double scale, bool times_log_visible, Pointer mask, Pointer bias,
                           Index bias_row_stride, Index bias_column_stride, Index left,
                           Index right) {
  return {.scale = scale,
          .times_log_visible = times_log_visible,
          .mask = at<const std::uint8_t>(mask),
          .bias = {.data = at<const float>(bias),
                   .row_stride = bias_row_stride,
                   .column_stride = bias_column_stride},
          .window = {.left = left, .right = right}};
}

double attention_workspace(Index n_q, Index n_k, Index d, Index d_v) {
  return bytes_of(attention::exact_workspace(n_q, n_k, d, d_v));
}

void exact(Pointer q, Pointer k, Pointer v, Pointer out, Index n_q, Index n_k, Index d, Index d_v,
           double scale, bool times_log_visible, Pointer mask, Pointer bias, Index bias_row_stride,
           Index bias_column_stride, Index left, Index right, Pointer workspace) {
  attention::exact(input(q, n_q, d), input(k, n_k, d), input(v, n_k, d_v),
                   options(scale, times_log_visible, mask, bias, bias_row_stride,
                           bias_column_stride, left, right),
                   output(out, n_q, d_v),
                   scratch(workspace, attention::exact_workspace(n_q, n_k, d, d_v)));
}

// exact() of one matrix with the usual scale and its workspace in [workspace, end): 1, or 0 with
// nothing written, if that does not suffice. An int: a bool would have to be read
// (numbers_only.js).
int attention_at_once(Pointer q, Pointer k, Pointer v, Pointer out, Index n_q, Index n_k, Index d,
                      Index d_v, bool causal, Pointer workspace, Pointer end) {
  const std::size_t floats = attention::exact_workspace(n_q, n_k, d, d_v);
  if (workspace > end || floats > (end - workspace) / sizeof(float)) {
    return 0;
  }
  attention::exact(input(q, n_q, d), input(k, n_k, d), input(v, n_k, d_v),
                   {.scale = 1.0 / std::sqrt(static_cast<double>(d)),
                    .window = {.right = causal ? 0 : attention::kUnlimited}},
                   output(out, n_q, d_v), scratch(workspace, floats));
  return 1;
}

double attention_backward_workspace(Index n_q, Index n_k, Index d, Index d_v) {
  return bytes_of(attention::exact_backward_workspace(n_q, n_k, d, d_v));
}

void exact_backward(Pointer q, Pointer k, Pointer v, Pointer d_output, Pointer dq, Pointer dk,
                    Pointer dv, Pointer dbias, Index n_q, Index n_k, Index d, Index d_v,
                    double scale, bool times_log_visible, Pointer mask, Pointer bias,
                    Index bias_row_stride, Index bias_column_stride, Index left, Index right,
                    Pointer workspace) {
  attention::exact_backward(
      input(q, n_q, d), input(k, n_k, d), input(v, n_k, d_v), input(d_output, n_q, d_v),
      options(scale, times_log_visible, mask, bias, bias_row_stride, bias_column_stride, left,
              right),
      {.dq = at<float>(dq), .dk = at<float>(dk), .dv = at<float>(dv), .dbias = at<float>(dbias)},
      scratch(workspace, attention::exact_backward_workspace(n_q, n_k, d, d_v)));
}

// A decoder of any kind lives here from its first step until it is released.

// 0 if memory cannot be had.
Pointer make_exact_decoder(Index matrices, Index group, Index d, Index d_v, Index left) {
  attention::Decoder* made = new (std::nothrow)
      attention::ExactDecoder({.matrices = matrices, .group = group, .d = d, .d_v = d_v}, left);
  return reinterpret_cast<Pointer>(made);
}

void set_exact_decoder_scale(Pointer decoder, double scale, bool times_log_visible) {
  static_cast<attention::ExactDecoder*>(at<attention::Decoder>(decoder))
      ->set_scale(scale, times_log_visible);
}

void release_decoder(Pointer decoder) { delete at<attention::Decoder>(decoder); }

double decoder_bytes(Pointer decoder) {
  return static_cast<double>(at<attention::Decoder>(decoder)->bytes());
}

double decoder_workspace(Pointer decoder, Index tokens) {
  return bytes_of(at<attention::Decoder>(decoder)->workspace(tokens));
}

bool reserve_decoder(Pointer decoder, Index tokens) {
  return at<attention::Decoder>(decoder)->reserve(tokens);
}

void decoder_step(Pointer decoder, Index matrix, Index tokens, Pointer q, Pointer k, Pointer v,
                  Pointer out, Pointer workspace) {
  auto* state = at<attention::Decoder>(decoder);
  const auto& shape = state->shape();
  state->step(matrix, input(q, tokens, shape.d), input(k, tokens, shape.d),
              input(v, tokens, shape.d_v), output(out, tokens, shape.d_v),
              scratch(workspace, state->workspace(tokens)));
}

double attention_weights_workspace(Index n_q, Index n_k, Index d) {
  return bytes_of(attention::attention_weights_workspace(n_q, n_k, d));
}

void attention_weights(Pointer q, Pointer k, Pointer out, Index n_q, Index n_k, Index d,
                       double scale, bool times_log_visible, Pointer mask, Pointer bias,
                       Index bias_row_stride, Index bias_column_stride, Index left, Index right,
                       Pointer workspace) {
  attention::attention_weights(
      input(q, n_q, d), input(k, n_k, d),
      options(scale, times_log_visible, mask, bias, bias_row_stride, bias_column_stride, left,
              right),
      output(out, n_q, n_k),
      scratch(workspace, attention::attention_weights_workspace(n_q, n_k, d)));
}

void online_softmax(Pointer logits, Pointer maximum, Pointer denominator, Pointer accumulated,
                    Index n, Index tile, bool rescale, bool subtract_maximum) {
  attention::online_trace(at<const float>(logits), n,
                          {.tile = tile, .rescale = rescale, .subtract_maximum = subtract_maximum},
                          at<float>(maximum), at<float>(denominator), at<float>(accumulated));
}

// kind: 0 sqrt, 1 entropy (parameter = base), 2 kappa (parameter = kappa), 3 log.
double attention_scale(int kind, double d, double n, double parameter) {
  return attention::attention_scale(static_cast<attention::ScaleKind>(kind), d, n, parameter);
}

// The factor of it that does not depend on n; attention's `scale` when timesLogVisible is true.
double attention_scale_coefficient(int kind, double d, double parameter) {
  return attention::scale_coefficient(static_cast<attention::ScaleKind>(kind), d, parameter);
}

}  // namespace
}  // namespace attnlab::bindings

EMSCRIPTEN_BINDINGS(attnlab_attention) {
  using namespace attnlab::bindings;
  emscripten::function("attentionWorkspace(nQ, nK, d, dV)", &attention_workspace);
  emscripten::function(
      "attention(q, k, v, out, nQ, nK, d, dV, scale, timesLogVisible, mask, bias, biasRowStride, "
      "biasColumnStride, left, right, workspace)",
      &exact);
  emscripten::function("attentionAtOnce(q, k, v, out, nQ, nK, d, dV, causal, workspace, end)",
                       &attention_at_once);
  emscripten::function("attentionBackwardWorkspace(nQ, nK, d, dV)", &attention_backward_workspace);
  emscripten::function(
      "attentionBackward(q, k, v, dOutput, dQ, dK, dV, dBias, nQ, nK, d, dV, scale, "
      "timesLogVisible, mask, bias, biasRowStride, biasColumnStride, left, right, workspace)",
      &exact_backward);
  emscripten::function("makeExactDecoder(matrices, group, d, dV, left)", &make_exact_decoder);
  emscripten::function("setExactDecoderScale(decoder, scale, timesLogVisible)",
                       &set_exact_decoder_scale);
  emscripten::function("releaseDecoder(decoder)", &release_decoder);
  emscripten::function("decoderBytes(decoder)", &decoder_bytes);
  emscripten::function("decoderWorkspace(decoder, tokens)", &decoder_workspace);
  emscripten::function("reserveDecoder(decoder, tokens)", &reserve_decoder);
  emscripten::function("decoderStep(decoder, matrix, tokens, q, k, v, out, workspace)",
                       &decoder_step);
  emscripten::function("attentionWeightsWorkspace(nQ, nK, d)", &attention_weights_workspace);
  emscripten::function(
      "attentionWeights(q, k, out, nQ, nK, d, scale, timesLogVisible, mask, bias, biasRowStride, "
      "biasColumnStride, left, right, workspace)",
      &attention_weights);
  emscripten::function(
      "onlineSoftmax(logits, maximum, denominator, accumulated, n, tile, rescale, "
      "subtractMaximum)",
      &online_softmax);
  emscripten::function("attentionScale(kind, d, n, parameter)", &attention_scale);
  emscripten::function("attentionScaleCoefficient(kind, d, parameter)",
                       &attention_scale_coefficient);
}
