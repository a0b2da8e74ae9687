// Weights of the power transform on a row of logarithms (support.h), and the moments under them:
//
//   w_j = exp(gamma l_j),   q_j = w_j / sum w,   gamma l_j <= 0
//   mean = sum q_j l_j,   variance = sum q_j (l_j - mean)^2
//   third = sum q_j (l_j - mean)^3 = d variance / d gamma
//   entropy = ln sum w - gamma mean,   d entropy / d gamma = -gamma variance
//
// Sums of l are computed from l - center, with center near the mean, so that nothing cancels where
// the variance is small beside the mean.
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
  double third = 0.0;

  double entropy(double gamma) const { return std::log(sum) - gamma * mean; }
};

// The moments at gamma = 0, center = 0, where every weight is 1; sums as in moments_in_float.
Moments flat_moments(const float* l, Index count);

// The nearest gamma that moments_in_float and exponentiate_row use without rounding it. gamma is
// positive and moderate (simd/finite.h).
double representable_gamma(double gamma);

// Exponentials, products and block sums of 64 in float32, the rest in double: entropy within
// 2e-6 (1 + gamma |mean - center|) of the exact one (tested). gamma is positive and moderate. Where
// cubes of l - center overflow, third is not finite.
Moments moments_in_float(const float* l, Index count, double gamma, double center);

// Everything in double: 1e-11 in place of 2e-6, any gamma, about 4 times the cost. third is NaN.
Moments moments_in_double(const float* l, Index count, double gamma, double center);

// Replaces l by w, each within (4 + 2 |gamma l_j|) 2^-23 relative, and returns sum and mean, with
// block sums of `block` entries (a multiple of 4) in float32, the rest in double. Variance and
// third are not computed.
Moments exponentiate_row(float* l, Index count, double gamma, double center, Index block);

// The same with all sums in double.
inline Moments exponentiate_row(float* l, Index count, double gamma) {
  return exponentiate_row(l, count, gamma, 0.0, 4);
}

}  // namespace attnlab::normalization
