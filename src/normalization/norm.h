// The norms of activations, forward and backward, row by row: LayerNorm, RMSNorm, batch, instance,
// group and L2 norm are this one with other options and other rows.
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
  bool mean_square =
      true;  // false: the sum of the squares in place of their mean (L2 norm), without centering
  // Statistics to use instead of the row's own, of row i at i % groups; both or neither.
  const float* mean = nullptr;
  const float* variance = nullptr;
  ParameterLayout layout{};
};

// Doubles that the workspace holds, and the workspace in them: gamma and beta as doubles, and the sums
// of their gradients, layout.count of each; the latter and gamma as floats.
std::size_t norm_workspace(const NormOptions& options);
RowParameters make_norm_workspace(const NormOptions& options, std::span<double> memory);

// Prepares the workspace: widens gamma and beta, clears the sums.
void start_norm(const NormOptions& options, const RowParameters& workspace);

// out_ij = (x_ij - mean_i) / sqrt(variance_i + eps) * gamma + beta, with the biased variance.
//   x, out [rows, length], rows `first`, first + 1, ... of all; eps >= 0; out may be x.
// Within 1 ulp of the same formula computed in double. A constant row gives exactly beta at any
// offset and any eps; where variance + eps is 0 the normalized value is 0. A NaN in a row spoils
// that row and no other.
void norm(const linalg::ConstMatrix& x, const NormOptions& options, Index first,
          const RowParameters& workspace, linalg::Matrix out);

// d_x from d_output, the gradient with respect to out; adds to the sums for gamma and beta in the
// workspace, as far as those are given. Within 2^-21 of the terms of each. d_x may be x. Where
// variance + eps is 0, d_x is 0.
void norm_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                   const NormOptions& options, Index first, const RowParameters& workspace,
                   linalg::Matrix d_x);

// The residual forms: sum = x + f, rounded, and out = norm(sum); backward, d_x and d_f are both the
// gradient that norm_backward gives for the sum, plus d_sum. nullptr: no f and no sum, no d_sum, no
// d_f.
//   f, sum, d_sum, d_f [rows, length]
void add_norm(const linalg::ConstMatrix& x, const float* f, const NormOptions& options, Index first,
              const RowParameters& workspace, float* sum, linalg::Matrix out);
void add_norm_backward(const linalg::ConstMatrix& x, const float* f,
                       const linalg::ConstMatrix& d_output, const float* d_sum,
                       const NormOptions& options, Index first, const RowParameters& workspace,
                       linalg::Matrix d_x, float* d_f);

// The sums, rounded: d_gamma, d_beta [count]; nullptr: not wanted. The same bits however the rows were cut.
void finish_norm(const NormOptions& options, const RowParameters& workspace, float* d_gamma,
                 float* d_beta);

// Of each row the mean and the biased variance, and the running ones,
//   running = (1 - momentum) * old + momentum * new, with the unbiased variance (N / (N - 1)).
// All [rows]; running_mean and running_variance hold the old values. A row of one entry, whose
// unbiased variance does not exist, counts as one of variance 0; an empty row gives NaN.
struct BatchStatistics {
  float* mean;
  float* variance;
  float* running_mean;
  float* running_variance;
};
void batch_statistics(const linalg::ConstMatrix& x, double momentum,
                      const BatchStatistics& statistics);

}  // namespace attnlab::normalization
