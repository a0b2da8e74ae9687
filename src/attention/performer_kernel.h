// The kernel that Performer's features estimate, and how far off the estimate will be.
#pragma once

#include <cstddef>
#include <span>

#include "attention/performer.h"
#include "linalg/matrix.h"

namespace attnlab::attention {

struct KernelOptions {
  Estimator estimator = Estimator::kPositive;
  const float* projection = nullptr;  // [draws, d]
  linalg::Index draws = 0;
  double scale = 1.0;
  double eps = 0.0;
};

// out(i, j) = phi(x_i) . phi(y_j), with the factor 1/m (1/(2m) for kHyperbolic) that attention's
// ratio does without: an estimate of e^(scale x_i.y_j). kRelu: (1/m) sum max(0, .) max(0, .).
// eps > 0: the features that implementations make, times 1/m (performer.h).
//   x [n_x, d], y [n_y, d], out [n_x, n_y]
// In double, with the exponents taken out of the sums: out within 1e-6 relative (tested), infinite
// only where the estimate exceeds the largest float.
// workspace: at least performer_kernel_workspace(draws) doubles.
// Cost: 4 n_x n_y m FLOPs, and for each of n_x + n_y ceil(n_x / 64) vectors 2 m d FLOPs and m
// exponentials.
void performer_kernel(const linalg::ConstMatrix& x, const linalg::ConstMatrix& y,
                      const KernelOptions& options, linalg::Matrix out,
                      std::span<double> workspace);

std::size_t performer_kernel_workspace(linalg::Index draws);

// out(i, j) = E (estimate - e^(scale x_i.y_j))^2 for independent Gaussian rows. With x, y scaled,
// SM = e^(x.y), s = e^(|x + y|^2):
//   kPositive       s SM^2 (1 - 1/s) / m
//   kHyperbolic     that times (1 - 1/s) / 2
//   kTrigonometric  s SM^-2 (1 - e^(-|x - y|^2))^2 / (2m)
// Orthogonal rows have less. Other estimators have no such formula: out is NaN.
void performer_variance(const linalg::ConstMatrix& x, const linalg::ConstMatrix& y,
                        Estimator estimator, linalg::Index draws, double scale, linalg::Matrix out);

}  // namespace attnlab::attention
