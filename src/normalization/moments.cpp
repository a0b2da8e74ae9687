#include "normalization/moments.h"

#include "simd/f64x2.h"
#include "simd/own_function.h"

namespace attnlab::normalization {
namespace {

using simd::F64x2;

// sum_j f(x_j) and sum_j f(x_j)^2, the first only if kFirst; f from pairs to pairs. As many chains
// of additions as hide the latency of one, as few as fit the registers.
struct PowerSums {
  double first;
  double second;
};

template <bool kFirst, typename Function>
PowerSums power_sums(const float* x, Index length, Function&& function) {
  constexpr int kPairs = kFirst ? 4 : 8;
  F64x2 first[kPairs];
  F64x2 second[kPairs];
  for (int pair = 0; pair < kPairs; ++pair) {
    first[pair] = simd::splat64(0.0);
    second[pair] = simd::splat64(0.0);
  }
  const auto take = [&](F64x2 value, int pair) {
    if constexpr (kFirst) {
      first[pair] = first[pair] + value;
    }
    second[pair] = simd::multiply_add(value, value, second[pair]);
  };
  Index j = 0;
  ATTNLAB_KEEP_ROLLED
  for (; j + 2 * kPairs <= length; j += 2 * kPairs) {
    for (int pair = 0; pair < kPairs; ++pair) {
      take(function(simd::load_pair(x + j + 2 * pair)), pair);
    }
  }
  ATTNLAB_KEEP_ROLLED
  for (; j < length; ++j) {
    F64x2 value = function(simd::splat64(static_cast<double>(x[j])));
    value.lanes[1] = 0.0;
    take(value, 0);
  }
  PowerSums sums{0.0, 0.0};
  for (int pair = 0; pair < kPairs; ++pair) {
    sums.first += simd::sum(first[pair]);
    sums.second += simd::sum(second[pair]);
  }
  return sums;
}

ATTNLAB_OWN_FUNCTION RowMoments by_definition(const float* x, Index length) {
  const auto count = static_cast<double>(length);
  const auto shift = static_cast<double>(x[0]);
  const F64x2 origin = simd::splat64(shift);
  // The second sum of the first pass and the first of the second pass are not needed: rows of this
  // kind are rare, and one loop serves both.
  const auto pass = [&](double mean) {
    const F64x2 center = simd::splat64(mean);
    return power_sums<true>(x, length, [&](F64x2 value) { return (value - origin) - center; });
  };
  double mean = 0.0;
  double square = 0.0;
  for (int round = 0; round < 2; ++round) {
    const PowerSums sums = pass(mean);
    square = sums.second / count;
    mean = round == 0 ? sums.first / count : mean;
  }
  return {shift, mean, square};
}

}  // namespace

RowMoments centered_moments(const float* x, Index length) {
  constexpr double kLargestOffset = 65536.0;
  const auto count = static_cast<double>(length);
  const PowerSums sums = power_sums<true>(x, length, [](F64x2 value) { return value; });
  const double mean = sums.first / count;
  const double variance = sums.second / count - mean * mean;
  // Written so that NaN is unsafe.
  const bool safe = count * mean * mean <= kLargestOffset * variance;
  return safe ? RowMoments{0.0, mean, variance} : by_definition(x, length);
}

double sum_of_squares(const float* x, Index length) {
  return power_sums<false>(x, length, [](F64x2 value) { return value; }).second;
}

}  // namespace attnlab::normalization
