// Normalization of activations, forward and backward, row by row. LayerNorm, RMSNorm, batch,
// instance, group and L2 norm differ only in the options and in what a row is.
#pragma once

#include <span>

#include "linalg/matrix.h"
#include "normalization/norm_row.h"

namespace attnlab::normalization {

// Which entry of gamma and beta belongs to entry j of row i:
//   (i % groups) * (count / groups) + j / run
// LayerNorm: one entry per column, { length, 1, 1 }. Batch norm with rows that are channels:
// { C, C, length }. Group norm: { C, groups, entries of one channel }.
struct ParameterLayout {
  Index count = 0;  // entries of gamma and of beta
  Index groups = 1;
  Index run = 1;
};

struct NormOptions {
  const float* gamma = nullptr;  // nullptr: 1
  const float* beta = nullptr;   // nullptr: 0
  double eps = 1e-5;
  bool center = true;  // false: the mean is taken to be 0 (RMSNorm)
  // false: the sum of the squares in place of their mean (L2 norm); then center is false.
  bool mean_square = true;
  // Given statistics in place of the row's own; those of row i at i % groups. Both or neither.
  const float* mean = nullptr;
  const float* variance = nullptr;
  ParameterLayout layout{};
};

// The size of the workspace in doubles, and the workspace laid out in them: gamma, beta and the
// sums of their gradients as doubles, those sums and gamma also as floats, layout.count of each.
std::size_t norm_workspace(const NormOptions& options);
RowParameters make_norm_workspace(const NormOptions& options, std::span<double> memory);

// Prepares the workspace: widens gamma and beta, clears the sums.
void start_norm(const NormOptions& options, const RowParameters& workspace);

// out_ij = (x_ij - mean_i) / sqrt(variance_i + eps) * gamma + beta, with the biased variance.
//   x, out [rows, length], rows `first`, first + 1, ... of all; eps >= 0; out may be x.
// Within 1 ulp of the same formula computed in double. A constant row gives exactly beta at any
// offset and any eps; where variance + eps is 0 the normalized value is 0. A NaN in a row makes
// that row NaN and no other.
void norm(const linalg::ConstMatrix& x, const NormOptions& options, Index first,
          const RowParameters& workspace, linalg::Matrix out);

// d_x from d_output, the gradient with respect to out; adds to the sums for gamma and beta in the
// workspace if the options have a gamma or beta. Within 2^-21 of the sum of the |terms| of each
// gradient. d_x may be x. Where variance + eps is 0, d_x is 0.
void norm_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                   const NormOptions& options, Index first, const RowParameters& workspace,
                   linalg::Matrix d_x);

// The residual forms: sum = x + f, rounded, and out = norm(sum). Backward, d_x and d_f both are the
// gradient that norm_backward gives for the sum, plus d_sum. f and sum may be nullptr together: out
// = norm(x). d_sum and d_f may be nullptr each.
//   f, sum, d_sum, d_f [rows, length]
void add_norm(const linalg::ConstMatrix& x, const float* f, const NormOptions& options, Index first,
              const RowParameters& workspace, float* sum, linalg::Matrix out);
void add_norm_backward(const linalg::ConstMatrix& x, const float* f,
                       const linalg::ConstMatrix& d_output, const float* d_sum,
                       const NormOptions& options, Index first, const RowParameters& workspace,
                       linalg::Matrix d_x, float* d_f);

// Rounds the sums in the workspace to d_gamma, d_beta [count]; nullptr: not wanted. The bits do not
// depend on how the rows were divided among calls.
void finish_norm(const NormOptions& options, const RowParameters& workspace, float* d_gamma,
                 float* d_beta);

// The mean and the biased variance of each row, and the running statistics,
//   running = (1 - momentum) * old + momentum * new, with the unbiased variance (N / (N - 1)).
// All [rows]; running_mean and running_variance hold the old values on entry. A row of one entry,
// whose unbiased variance does not exist, counts as one of variance 0; an empty row gives NaN.
struct BatchStatistics {
  float* mean;
  float* variance;
  float* running_mean;
  float* running_variance;
};
void batch_statistics(const linalg::ConstMatrix& x, double momentum,
                      const BatchStatistics& statistics);

}  // namespace attnlab::normalization
