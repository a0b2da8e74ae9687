// out = F (V (B v)), V = inverse(A), and the convolution on top.
//
//   q [n_q, d], k [n_k, d], v [n_k, d_v], out [n_q, d_v]; m landmarks
//
// Plan. F and B are softmax attention, of all queries over m keys and of m queries over all keys:
// the tiled kernel of exact.cpp makes them, and neither is ever held. What is between them, A, its
// inverse and the product with B v, is m x m and done in double, because the inverse magnifies
// errors; F V, n_q x m^2 operations in the references, never occurs.
// Error: F and B carry float32 rounding, which V magnifies:
//   |out - exact| <= 4e-7 (4 + l) (1 + |V|_inf) max |v| with l the largest sum of a logit's |terms|
//   (tested); where those terms are alike, (d + 6) 2^-24 counts before l, as in exact.cpp.
// Cost: 2 n_q m (d + d_v) + 2 n_k m (d + d_v) + 5 m^3 a step + 2 m^2 (d + d_v) FLOPs; one read of q
// for the landmarks and one for F, likewise k, one of v.
// Paper: Xiong, Zeng, Chakraborty, Tan, Fung, Li and Singh, "Nystromformer: A Nystrom-Based
// Algorithm for Approximating Self-Attention", 2021. The log of the counts is ours.
#include "attention/nystrom.h"

#include <algorithm>

#include "attention/attention_weights.h"
#include "attention/convolution.h"
#include "attention/exact.h"
#include "attention/nystrom_parts.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::Matrix;

Index attention_floats(Index n_q, Index n_k, Index m, Index d, Index d_v) {
  return static_cast<Index>(
      std::max(exact_workspace(m, n_k, d, d_v), exact_workspace(n_q, m, d, d_v)));
}

std::span<float> rest_of(Sections& sections, std::span<float> workspace) {
  return workspace.subspan(static_cast<std::size_t>(sections.take(0) - workspace.data()));
}

void convolve(const NystromOptions& options, const ConstMatrix& v, Matrix out) {
  if (options.convolution != nullptr) {
    add_convolution(v, options.mask,
                    {.weights = options.convolution, .length = options.convolution_length}, nullptr,
                    out);
  }
}

}  // namespace

void nystromformer(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
                   const NystromOptions& options, Matrix out, std::span<float> workspace) {
  const Index columns = v.cols();
  if (NystromParts::is_exact(options, q.rows(), k.rows())) {
    exact(q, k, v, {.scale = options.scale, .mask = options.mask}, out, workspace);
    convolve(options, v, out);
    return;
  }
  Sections sections(workspace.data());
  NystromParts parts(options, q.rows(), k.rows(), q.cols(), columns, sections);
  const Index most = NystromParts::most(options, q.rows(), k.rows());
  float* gathered = sections.take(most * columns);
  float* solved = sections.take(most * columns);
  const std::span<float> rest = rest_of(sections, workspace);
  const Index m = parts.find();
  if (m == 0) {
    out.setZero();
  } else {
    parts.compute(q, k);
    const ConstMatrix values(solved, m, columns);
    exact(parts.query_landmarks(), k, v, parts.over_keys(), Matrix(gathered, m, columns), rest);
    parts.apply_inverse(linalg::Transpose::kNo, gathered, columns, solved);
    exact(q, parts.key_landmarks(), values, parts.over_landmarks(), out, rest);
  }
  convolve(options, v, out);
}

std::size_t nystromformer_workspace(const NystromOptions& options, Index n_q, Index n_k, Index d,
                                    Index d_v) {
  if (NystromParts::is_exact(options, n_q, n_k)) {
    return exact_workspace(n_q, n_k, d, d_v);
  }
  const Index m = NystromParts::most(options, n_q, n_k);
  return static_cast<std::size_t>(NystromParts::size(options, n_q, n_k, d, d_v) +
                                  Sections::size({m * d_v, m * d_v}) +
                                  attention_floats(n_q, n_k, m, d, d_v));
}

Index nystrom_rank(const NystromOptions& options, Index n_q, Index n_k,
                   std::span<float> workspace) {
  return find_segments(options.segments, n_k, NystromParts::most(options, n_q, n_k), options.mask,
                       reinterpret_cast<Segment*>(workspace.data()));
}

std::size_t nystrom_rank_workspace(const NystromOptions& options, Index n_q, Index n_k) {
  return static_cast<std::size_t>(NystromParts::most(options, n_q, n_k)) * sizeof(Segment) /
         sizeof(float);
}

NystromReport nystrom_factors(const ConstMatrix& q, const ConstMatrix& k,
                              const NystromOptions& options, const NystromFactors& factors,
                              std::span<float> workspace) {
  const Index n_q = q.rows();
  const Index n_k = k.rows();
  const Index width = factors.rank;
  std::fill_n(factors.queries, n_q * width, 0.0F);
  std::fill_n(factors.inverse, width * width, 0.0F);
  std::fill_n(factors.keys, width * n_k, 0.0F);
  Sections sections(workspace.data());
  NystromParts parts(options, n_q, n_k, q.cols(), 0, sections);
  const std::span<float> rest = rest_of(sections, workspace);
  const Index m = parts.find();
  if (m == 0) {
    return {.residual = 0.0, .iterations = 0};
  }
  const Index iterations = parts.compute(q, k);
  attention_weights(q, parts.key_landmarks(), parts.over_landmarks(),
                    Matrix(factors.queries, n_q, m), rest);
  // Rows of m entries move to their places among rows of `width`, the last one first.
  for (Index i = n_q - 1; m < width && i >= 0; --i) {
    float* row = factors.queries + i * width;
    std::copy_backward(factors.queries + i * m, factors.queries + (i + 1) * m, row + m);
    std::fill(row + m, row + width, 0.0F);
  }
  attention_weights(parts.query_landmarks(), k, parts.over_keys(), Matrix(factors.keys, m, n_k),
                    rest);
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < m; ++j) {
      factors.inverse[i * width + j] = static_cast<float>(parts.inverse()(i, j));
    }
  }
  return {.residual = linalg::inverse_residual(parts.a(), parts.inverse(), parts.scratch_),
          .iterations = iterations};
}

std::size_t nystrom_factors_workspace(const NystromOptions& options, Index n_q, Index n_k,
                                      Index d) {
  const Index m = NystromParts::most(options, n_q, n_k);
  return static_cast<std::size_t>(NystromParts::size(options, n_q, n_k, d, 0)) +
         std::max(attention_weights_workspace(n_q, m, d), attention_weights_workspace(m, n_k, d));
}

}  // namespace attnlab::attention
