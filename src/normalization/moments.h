// Mean and variance of a row in double, fast where that is safe.
//
// Plan: one pass sums x and x^2. A double holds the square of any float and, unless magnitudes
// spread over more than 2^29 / length, the sum of the row exactly. mean(x^2) - mean(x)^2 is then as
// good as the definition while the mean is no larger than a few deviations:
//   length * mean^2 <= 2^16 * variance   =>   variance within 2^-32, mean within 1e-14 deviations.
// Other rows (a large offset, constant, NaN, infinite) are done by the definition, in two more
// passes: entries relative to the first one, so that a constant row has deviations of exactly 0 at
// any offset, and the variance is that of the deviations.
#pragma once

#include "linalg/matrix.h"
#include "simd/f64x2.h"

namespace attnlab::normalization {

using linalg::Index;

// The mean is shift + mean; square is the mean of the squares of x - shift - mean.
struct RowMoments {
  double shift = 0.0;
  double mean = 0.0;
  double square = 0.0;
};

namespace moments_detail {

struct PowerSums {
  double first;
  double second;
};

// sum_j x_j (0 unless kFirst) and sum_j x_j^2. As many chains of additions as hide the latency of
// one, as few as fit the registers.
template <bool kFirst>
PowerSums power_sums(const float* x, Index length) {
  constexpr int kPairs = kFirst ? 4 : 8;
  simd::F64x2 first[kPairs];
  simd::F64x2 second[kPairs];
  for (int pair = 0; pair < kPairs; ++pair) {
    first[pair] = simd::splat64(0.0);
    second[pair] = simd::splat64(0.0);
  }
  Index j = 0;
  ATTNLAB_KEEP_ROLLED
  for (; j + 2 * kPairs <= length; j += 2 * kPairs) {
    for (int pair = 0; pair < kPairs; ++pair) {
      const simd::F64x2 value = simd::load_pair(x + j + 2 * pair);
      if constexpr (kFirst) {
        first[pair] = first[pair] + value;
      }
      second[pair] = simd::multiply_add(value, value, second[pair]);
    }
  }
  PowerSums sums{0.0, 0.0};
  for (int pair = 0; pair < kPairs; ++pair) {
    sums.first += simd::sum(first[pair]);
    sums.second += simd::sum(second[pair]);
  }
  for (; j < length; ++j) {
    const auto value = static_cast<double>(x[j]);
    sums.first += value;
    sums.second += value * value;
  }
  return sums;
}

// sum_j f(x_j), f from pairs to pairs.
template <typename Function>
double sum_over(const float* x, Index length, Function&& function) {
  constexpr int kPairs = 4;
  simd::F64x2 partial[kPairs] = {simd::splat64(0.0), simd::splat64(0.0), simd::splat64(0.0),
                                 simd::splat64(0.0)};
  Index j = 0;
  for (; j + 2 * kPairs <= length; j += 2 * kPairs) {
    for (int pair = 0; pair < kPairs; ++pair) {
      partial[pair] = partial[pair] + function(simd::load_pair(x + j + 2 * pair));
    }
  }
  double total = simd::sum((partial[0] + partial[1]) + (partial[2] + partial[3]));
  for (; j < length; ++j) {
    total += function(simd::splat64(static_cast<double>(x[j]))).lanes[0];
  }
  return total;
}

inline RowMoments by_definition(const float* x, Index length) {
  const auto count = static_cast<double>(length);
  const auto shift = static_cast<double>(x[0]);
  const simd::F64x2 origin = simd::splat64(shift);
  const double mean = sum_over(x, length, [&](simd::F64x2 v) { return v - origin; }) / count;
  const simd::F64x2 center = simd::splat64(mean);
  const double square = sum_over(x, length, [&](simd::F64x2 value) {
                          const simd::F64x2 deviation = (value - origin) - center;
                          return deviation * deviation;
                        }) /
                        count;
  return {shift, mean, square};
}

}  // namespace moments_detail

// length >= 1.
inline RowMoments centered_moments(const float* x, Index length) {
  constexpr double kLargestOffset = 65536.0;
  const auto count = static_cast<double>(length);
  const moments_detail::PowerSums sums = moments_detail::power_sums<true>(x, length);
  const double mean = sums.first / count;
  const double variance = sums.second / count - mean * mean;
  // Written so that NaN is unsafe.
  const bool safe = count * mean * mean <= kLargestOffset * variance;
  return safe ? RowMoments{0.0, mean, variance} : moments_detail::by_definition(x, length);
}

// sum_j x_j^2
inline double sum_of_squares(const float* x, Index length) {
  return moments_detail::power_sums<false>(x, length).second;
}

}  // namespace attnlab::normalization
