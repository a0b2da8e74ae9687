#include "attention/nystrom.h"

#include <emscripten/bind.h>

#include <cstdint>

#include "views.h"

namespace attnlab::bindings {
namespace {

attention::NystromOptions options(double scale, Pointer mask, Index landmarks, int inverse,
                                  Index iterations, int segments, double ridge,
                                  Pointer convolution = 0, Index convolution_length = 0) {
  return {.landmarks = landmarks,
          .segments = static_cast<attention::SegmentKind>(segments),
          .inverse = {.kind = static_cast<linalg::InverseKind>(inverse),
                      .iterations = iterations,
                      .ridge = ridge},
          .scale = scale,
          .mask = at<const std::uint8_t>(mask),
          .convolution = at<const float>(convolution),
          .convolution_length = convolution_length};
}

attention::NystromOptions sizes(Index landmarks, int inverse, Index iterations) {
  return options(1.0, 0, landmarks, inverse, iterations, 0, 0.0);
}

double workspace_of(Index n_q, Index n_k, Index d, Index d_v, Index landmarks) {
  return bytes_of(attention::nystromformer_workspace(sizes(landmarks, 0, 0), n_q, n_k, d, d_v));
}

double backward_workspace_of(Index n_q, Index n_k, Index d, Index d_v, Index landmarks, int inverse,
                             Index iterations) {
  return bytes_of(attention::nystromformer_backward_workspace(sizes(landmarks, inverse, iterations),
                                                              n_q, n_k, d, d_v));
}

double factors_workspace_of(Index n_q, Index n_k, Index d, Index landmarks) {
  return bytes_of(attention::nystrom_factors_workspace(sizes(landmarks, 0, 0), n_q, n_k, d));
}

void nystromformer(Pointer q, Pointer k, Pointer v, Pointer out, Index n_q, Index n_k, Index d,
                   Index d_v, double scale, Pointer mask, Index landmarks, int inverse,
                   Index iterations, int segments, double ridge, Pointer convolution,
                   Index convolution_length, Pointer workspace) {
  const attention::NystromOptions all = options(scale, mask, landmarks, inverse, iterations,
                                                segments, ridge, convolution, convolution_length);
  attention::nystromformer(
      input(q, n_q, d), input(k, n_k, d), input(v, n_k, d_v), all, output(out, n_q, d_v),
      scratch(workspace, attention::nystromformer_workspace(all, n_q, n_k, d, d_v)));
}

void nystromformer_backward(Pointer q, Pointer k, Pointer v, Pointer d_output, Pointer dq,
                            Pointer dk, Pointer dv, Pointer d_convolution, Index n_q, Index n_k,
                            Index d, Index d_v, double scale, Pointer mask, Index landmarks,
                            int inverse, Index iterations, int segments, double ridge,
                            Pointer convolution, Index convolution_length, Pointer workspace) {
  const attention::NystromOptions all = options(scale, mask, landmarks, inverse, iterations,
                                                segments, ridge, convolution, convolution_length);
  attention::nystromformer_backward(
      input(q, n_q, d), input(k, n_k, d), input(v, n_k, d_v), input(d_output, n_q, d_v), all,
      {output(dq, n_q, d), output(dk, n_k, d), output(dv, n_k, d_v), at<float>(d_convolution)},
      scratch(workspace, attention::nystromformer_backward_workspace(all, n_q, n_k, d, d_v)));
}

// Writes the number of landmarks that are left, as a float.
void nystrom_rank(Pointer mask, Pointer rank, Index n_q, Index n_k, Index landmarks, int segments,
                  Pointer workspace) {
  const attention::NystromOptions all = options(1.0, mask, landmarks, 0, 0, segments, 0.0);
  *at<float>(rank) = static_cast<float>(attention::nystrom_rank(
      all, n_q, n_k, scratch(workspace, attention::nystrom_rank_workspace(all, n_q, n_k))));
}

void nystrom_factors(Pointer q, Pointer k, Pointer query_factor, Pointer inverse_factor,
                     Pointer key_factor, Pointer residual, Pointer iterations_run, Index n_q,
                     Index n_k, Index d, double scale, Pointer mask, Index landmarks, int inverse,
                     Index iterations, int segments, double ridge, Index rank, Pointer workspace) {
  const attention::NystromOptions all =
      options(scale, mask, landmarks, inverse, iterations, segments, ridge);
  const attention::NystromReport report = attention::nystrom_factors(
      input(q, n_q, d), input(k, n_k, d), all,
      {at<float>(query_factor), at<float>(inverse_factor), at<float>(key_factor), rank},
      scratch(workspace, attention::nystrom_factors_workspace(all, n_q, n_k, d)));
  *at<float>(residual) = static_cast<float>(report.residual);
  *at<float>(iterations_run) = static_cast<float>(report.iterations);
}

}  // namespace
}  // namespace attnlab::bindings

EMSCRIPTEN_BINDINGS(attnlab_nystrom) {
  using namespace attnlab::bindings;
  emscripten::function("nystromformerWorkspace(nQ, nK, d, dV, landmarks)", &workspace_of);
  emscripten::function(
      "nystromformer(q, k, v, out, nQ, nK, d, dV, scale, mask, landmarks, inverse, iterations, "
      "segments, ridge, convolution, convolutionLength, workspace)",
      &nystromformer);
  emscripten::function(
      "nystromformerBackwardWorkspace(nQ, nK, d, dV, landmarks, inverse, iterations)",
      &backward_workspace_of);
  emscripten::function(
      "nystromformerBackward(q, k, v, dOutput, dQ, dK, dV, dConvolution, nQ, nK, d, dV, scale, "
      "mask, landmarks, inverse, iterations, segments, ridge, convolution, convolutionLength, "
      "workspace)",
      &nystromformer_backward);
  emscripten::function("nystromRank(mask, rank, nQ, nK, landmarks, segments, workspace)",
                       &nystrom_rank);
  emscripten::function("nystromFactorsWorkspace(nQ, nK, d, landmarks)", &factors_workspace_of);
  emscripten::function(
      "nystromFactors(q, k, queryFactor, inverseFactor, keyFactor, residual, iterationsRun, nQ, "
      "nK, "
      "d, scale, mask, landmarks, inverse, iterations, segments, ridge, rank, workspace)",
      &nystrom_factors);
}
