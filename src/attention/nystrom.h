// Nystromformer: softmax attention through landmarks.
//
//   F = softmax(scale q k~^T + log c)   [n_q, m]   k~, q~: landmarks, means of segments of keys
//   A = softmax(scale q~ k~^T + log c)  [m, m]     and queries; c: visible keys of a segment
//   B = softmax(scale q~ k^T)           [m, n_k]
//   out = F (inverse(A) (B v)), and sum_t w_t v_(i + t - (L-1)/2) on top where a kernel w is given
//
// Keys that the mask hides count nowhere; segments without a visible key are dropped, and the
// queries are cut into as many segments as are left, so that A is square. A key segment of c equal
// keys weighs as much as c keys through log c.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "attention/segments.h"
#include "linalg/matrix.h"
#include "linalg/pseudo_inverse.h"

namespace attnlab::attention {

struct NystromOptions {
  Index landmarks = 64;  // >= 1
  SegmentKind segments = SegmentKind::kAdaptive;
  linalg::InverseOptions inverse = {};
  double scale = 1.0;
  const std::uint8_t* mask = nullptr;  // n_k bytes, nonzero = visible; nullptr: all visible
  const float* convolution = nullptr;  // the kernel w; nullptr: none. Needs n_q = n_k
  Index convolution_length = 0;        // L, odd
};

// out [n_q, d_v] of q [n_q, d], k [n_k, d], v [n_k, d_v]; d >= 1, other sizes may be 0; out
// overlaps no input. With n_q <= landmarks or n_k <= landmarks, exact softmax attention in place of
// the three factors. Where no key is visible, 0.
// workspace: at least nystromformer_workspace(...) floats, 8-byte aligned.
void nystromformer(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                   const linalg::ConstMatrix& v, const NystromOptions& options, linalg::Matrix out,
                   std::span<float> workspace);

std::size_t nystromformer_workspace(const NystromOptions& options, Index n_q, Index n_k, Index d,
                                    Index d_v);

// Landmarks that the factors of this matrix have: at most min(landmarks, n_q, n_k), less what the
// mask hides. workspace: at least nystrom_rank_workspace(...) floats.
Index nystrom_rank(const NystromOptions& options, Index n_q, Index n_k, std::span<float> workspace);

std::size_t nystrom_rank_workspace(const NystromOptions& options, Index n_q, Index n_k);

struct NystromFactors {
  float* queries;  // F [n_q, rank]
  float* inverse;  // [rank, rank]
  float* keys;     // B [rank, n_k]
  Index rank;      // at least nystrom_rank(): what is beyond that is 0
};

struct NystromReport {
  double residual;  // |A V A - A|_F / |A|_F, V the inverse
  Index iterations;
};

// The three factors, never exact attention.
// workspace: at least nystrom_factors_workspace(...) floats, 8-byte aligned.
NystromReport nystrom_factors(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                              const NystromOptions& options, const NystromFactors& factors,
                              std::span<float> workspace);

std::size_t nystrom_factors_workspace(const NystromOptions& options, Index n_q, Index n_k, Index d);

// Where gradients go. dq [n_q, d] is overwritten; dk [n_k, d], dv [n_k, d_v] and d_convolution [L]
// are added to.
struct NystromGradients {
  linalg::Matrix dq;
  linalg::Matrix dk;
  linalg::Matrix dv;
  float* d_convolution;  // nullptr: not asked for
};

// Gradients of sum(nystromformer(q, k, v) * d_output), through the iterations really run. Hidden
// keys get nothing.
// workspace: at least nystromformer_backward_workspace(...) floats, 8-byte aligned.
void nystromformer_backward(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                            const linalg::ConstMatrix& v, const linalg::ConstMatrix& d_output,
                            const NystromOptions& options, const NystromGradients& gradients,
                            std::span<float> workspace);

std::size_t nystromformer_backward_workspace(const NystromOptions& options, Index n_q, Index n_k,
                                             Index d, Index d_v);

}  // namespace attnlab::attention
