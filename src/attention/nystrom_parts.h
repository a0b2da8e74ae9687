// What the forward pass of Nystromformer, its factors and its gradients share: landmarks, A and its
// inverse. Not for others.
#pragma once

#include "attention/nystrom.h"
#include "attention/options.h"
#include "attention/sections.h"
#include "linalg/gemm_double.h"

namespace attnlab::attention {

// Sections of a workspace for landmarks and the matrices between them.
class NystromParts {
 public:
  NystromParts(const NystromOptions& options, Index n_q, Index n_k, Index d, Index d_v,
               Sections& sections);

  static Index size(const NystromOptions& options, Index n_q, Index n_k, Index d, Index d_v);

  // Whether there are so few queries or keys that landmarks would save nothing.
  static bool is_exact(const NystromOptions& options, Index n_q, Index n_k) {
    return n_q <= options.landmarks || n_k <= options.landmarks;
  }

  // Landmarks at most.
  static Index most(const NystromOptions& options, Index n_q, Index n_k) {
    return std::min({options.landmarks, n_q, n_k});
  }

  // Finds the segments. Returns the landmarks that are left.
  Index find();
  // Landmarks, A and its inverse, after find(). Returns the iterations run.
  Index compute(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k);

  // out = op(inverse) * x, [rank, columns]
  void apply_inverse(linalg::Transpose transpose, const float* x, Index columns, float* out) const;

  // Attention of the queries over the landmarks (F), and of the landmarks over the keys (B).
  Options over_landmarks() const;
  Options over_keys() const { return {.scale = options_.scale, .mask = options_.mask}; }

  linalg::ConstMatrix query_landmarks() const { return {q_means_, rank_, d_}; }
  linalg::ConstMatrix key_landmarks() const { return {k_means_, rank_, d_}; }
  linalg::ConstDoubleMatrix a() const { return {a_, rank_, rank_}; }
  linalg::ConstDoubleMatrix inverse() const { return {inverse_, rank_, rank_}; }

  const NystromOptions& options_;
  Index n_q_;
  Index n_k_;
  Index d_;
  Index d_v_;
  Index rank_ = 0;
  Segment* query_segments_;
  Segment* key_segments_;
  float* log_counts_;  // [rank]
  bool equal_counts_ = true;
  float* q_means_;      // [rank, d]
  float* k_means_;      // [rank, d]
  double* a_;           // [rank, rank]
  double* inverse_;     // [rank, rank]
  double* q_means_64_;  // [rank, max(d, d_v)]
  double* k_means_64_;  // [rank, max(d, d_v)]
  double* sums_;        // [d]
  std::span<double> scratch_;
};

}  // namespace attnlab::attention
