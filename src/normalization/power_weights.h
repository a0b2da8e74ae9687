// Weights of the power transform on a row of logarithms (support.h), and the moments under them:
//
//   w_j = exp(gamma l_j),   q_j = w_j / sum w,   gamma l_j <= 0
//   mean = sum q_j l_j,   variance = sum q_j (l_j - mean)^2
//   entropy = ln sum w - gamma mean,   d entropy / d gamma = -gamma variance
//
// Both sums of l are taken of l - center, with center near the mean, so that nothing cancels where the
// variance is small beside the mean.
// Source: Su Jianlin, "Entropy normalization of probability distributions", kexue.fm/archives/8829.
#pragma once

#include <cmath>

#include "linalg/matrix.h"

namespace attnlab::normalization {

using linalg::Index;

struct Moments {
  double sum = 0.0;  // of w
  double mean = 0.0;
  double variance = 0.0;

  double entropy(double gamma) const { return std::log(sum) - gamma * mean; }
};

// Exponentials and products in float32, sums of 256 of them, the rest in double: entropy within
// 2e-6 (1 + |gamma (mean - center)|) of the exact one (tested). 1e-30 <= |gamma| <= 1e30.
Moments moments_in_float(const float* l, Index count, double gamma, double center);

// Everything in double: 1e-11 in place of 2e-6, any gamma, about 3 times the cost.
Moments moments_in_double(const float* l, Index count, double gamma, double center);

// Replaces l by w, each within (4 + 2 |gamma l_j|) 2^-23 relative, and gives sum and mean.
// The variance is not computed.
Moments exponentiate_row(float* l, Index count, double gamma);

}  // namespace attnlab::normalization
