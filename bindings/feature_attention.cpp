// Attention by feature maps: linear attention and Performer.
#include "attention/feature_attention.h"

#include <emscripten/bind.h>

#include <cstdint>
#include <new>

#include "attention/feature_attention_backward.h"
#include "attention/feature_decoder.h"
#include "attention/linear_attention.h"
#include "attention/performer.h"
#include "attention/performer_kernel.h"
#include "attention/performer_projection.h"
#include "views.h"

namespace attnlab::bindings {
namespace {

// map: a LinearMap, or kPerformer and an Estimator.
constexpr int kPerformer = 5;

attention::FeatureMap feature_map(int map, Pointer projection, Index draws, double scale,
                                  double eps) {
  return map < kPerformer
             ? attention::linear_map(static_cast<attention::LinearMap>(map))
             : attention::performer_map(static_cast<attention::Estimator>(map - kPerformer),
                                        at<const float>(projection), draws, scale, eps);
}

std::span<double> double_scratch(Pointer pointer, std::size_t doubles) {
  return {at<double>(pointer), doubles};
}

double bytes_of_doubles(std::size_t doubles) {
  return static_cast<double>(doubles) * static_cast<double>(sizeof(double));
}

// Sizes depend on whether there is a projection, not on where it is.
attention::FeatureMap map_for_size(int map, Index draws) {
  static const float somewhere = 0.0F;
  return feature_map(map, reinterpret_cast<Pointer>(&somewhere), draws, 1.0, 0.0);
}

double feature_attention_workspace(Index d, Index d_v, int map, Index draws) {
  return bytes_of(attention::feature_attention_workspace(map_for_size(map, draws), d, d_v));
}

void feature_attention(Pointer q, Pointer k, Pointer v, Pointer mask, Pointer projection,
                       Pointer out, Index n_q, Index n_k, Index d, Index d_v, int map, Index draws,
                       double scale, double eps, bool causal, Pointer workspace) {
  const attention::FeatureAttentionOptions options{
      .map = feature_map(map, projection, draws, scale, eps),
      .causal = causal,
      .mask = at<const std::uint8_t>(mask)};
  attention::feature_attention(
      input(q, n_q, d), input(k, n_k, d), input(v, n_k, d_v), options, output(out, n_q, d_v),
      scratch(workspace, attention::feature_attention_workspace(options.map, d, d_v)));
}

double feature_attention_backward_workspace(Index n_q, Index d, Index d_v, int map, Index draws) {
  return bytes_of_doubles(
      attention::feature_attention_backward_workspace(map_for_size(map, draws), n_q, d, d_v));
}

void feature_attention_backward(Pointer q, Pointer k, Pointer v, Pointer d_output, Pointer mask,
                                Pointer projection, Pointer dq, Pointer dk, Pointer dv, Index n_q,
                                Index n_k, Index d, Index d_v, int map, Index draws, double scale,
                                double eps, bool causal, Pointer workspace) {
  const attention::FeatureAttentionOptions options{
      .map = feature_map(map, projection, draws, scale, eps),
      .causal = causal,
      .mask = at<const std::uint8_t>(mask)};
  attention::feature_attention_backward(
      input(q, n_q, d), input(k, n_k, d), input(v, n_k, d_v), input(d_output, n_q, d_v), options,
      {.dq = output(dq, n_q, d), .dk = output(dk, n_k, d), .dv = output(dv, n_k, d_v)},
      double_scratch(workspace,
                     attention::feature_attention_backward_workspace(options.map, n_q, d, d_v)));
}

// Released like every decoder; 0 if memory cannot be had.
Pointer make_feature_decoder(Index matrices, Index d, Index d_v, int map, Pointer projection,
                             Index draws, double scale, double eps) {
  attention::Decoder* made = new (std::nothrow)
      attention::FeatureDecoder({.matrices = matrices, .group = 1, .d = d, .d_v = d_v},
                                feature_map(map, projection, draws, scale, eps));
  return reinterpret_cast<Pointer>(made);
}

double performer_projection_workspace(Index m, Index d) {
  return bytes_of_doubles(attention::performer_projection_workspace(m, d));
}

void performer_projection(Pointer out, Index m, Index d, unsigned long seed_low,
                          unsigned long seed_high, bool orthogonal, int norms, Pointer workspace) {
  constexpr int kUpper = 32;
  attention::performer_projection(
      {.seed = static_cast<std::uint64_t>(seed_high) << kUpper | seed_low,
       .orthogonal = orthogonal,
       .norms = static_cast<attention::Norms>(norms)},
      output(out, m, d),
      double_scratch(workspace, attention::performer_projection_workspace(m, d)));
}

double performer_kernel_workspace(Index draws) {
  return bytes_of_doubles(attention::performer_kernel_workspace(draws));
}

void performer_kernel(Pointer x, Pointer y, Pointer projection, Pointer out, Index n_x, Index n_y,
                      Index d, int estimator, Index draws, double scale, double eps,
                      Pointer workspace) {
  attention::performer_kernel(
      input(x, n_x, d), input(y, n_y, d),
      {.estimator = static_cast<attention::Estimator>(estimator),
       .projection = at<const float>(projection),
       .draws = draws,
       .scale = scale,
       .eps = eps},
      output(out, n_x, n_y),
      double_scratch(workspace, attention::performer_kernel_workspace(draws)));
}

void performer_variance(Pointer x, Pointer y, Pointer out, Index n_x, Index n_y, Index d,
                        int estimator, Index draws, double scale) {
  attention::performer_variance(input(x, n_x, d), input(y, n_y, d),
                                static_cast<attention::Estimator>(estimator), draws, scale,
                                output(out, n_x, n_y));
}

}  // namespace
}  // namespace attnlab::bindings

EMSCRIPTEN_BINDINGS(attnlab_feature_attention) {
  using namespace attnlab::bindings;
  emscripten::function("featureAttentionWorkspace(d, dV, map, draws)",
                       &feature_attention_workspace);
  emscripten::function(
      "featureAttention(q, k, v, mask, projection, out, nQ, nK, d, dV, map, draws, scale, eps, "
      "causal, workspace)",
      &feature_attention);
  emscripten::function("featureAttentionBackwardWorkspace(nQ, d, dV, map, draws)",
                       &feature_attention_backward_workspace);
  emscripten::function(
      "featureAttentionBackward(q, k, v, dOutput, mask, projection, dQueries, dKeys, dValues, nQ, "
      "nK, d, dV, map, draws, scale, eps, causal, workspace)",
      &feature_attention_backward);
  emscripten::function("makeFeatureDecoder(matrices, d, dV, map, projection, draws, scale, eps)",
                       &make_feature_decoder);
  emscripten::function("performerProjectionWorkspace(m, d)", &performer_projection_workspace);
  emscripten::function(
      "performerProjection(out, m, d, seedLow, seedHigh, orthogonal, norms, workspace)",
      &performer_projection);
  emscripten::function("performerKernelWorkspace(draws)", &performer_kernel_workspace);
  emscripten::function(
      "performerKernel(x, y, projection, out, nX, nY, d, estimator, draws, scale, eps, workspace)",
      &performer_kernel);
  emscripten::function("performerVariance(x, y, out, nX, nY, d, estimator, draws, scale)",
                       &performer_variance);
}
