// Mean and variance of a row in double, fast where that is safe.
//
// Plan: one pass sums x and x^2. A double holds the square of any float and, unless magnitudes
// spread over more than 2^29 / length, the sum of the row exactly. mean(x^2) - mean(x)^2 is then as
// good as the definition while the mean is no larger than a few deviations:
//   length * mean^2 <= 2^16 * variance   =>   variance within 2^-32, mean within 1e-14 deviations.
// Other rows (a large offset, constant, NaN, infinite) are done by the definition, in two more
// passes: the entries relative to the first one, so that a constant row has deviations of exactly 0
// at any offset, then the variance of the deviations.
#pragma once

#include "normalization/power_sums.h"

namespace attnlab::normalization {

// The mean is shift + mean; square is the mean of the squares of x - shift - mean.
struct RowMoments {
  double shift = 0.0;
  double mean = 0.0;
  double square = 0.0;
};

// length >= 1. The sums may be given, as PowerSums<true> makes them.
RowMoments centered_moments(const float* x, Index length);
RowMoments centered_moments(const float* x, Index length, const RowPowers& sums);

// sum_j x_j^2
double sum_of_squares(const float* x, Index length);

}  // namespace attnlab::normalization
