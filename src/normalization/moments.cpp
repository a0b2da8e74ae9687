#include "normalization/moments.h"

#include "simd/f64x2.h"
#include "simd/own_function.h"

namespace attnlab::normalization {
namespace {

using simd::F64x2;

template <bool kFirst, typename Function>
RowPowers power_sums(const float* x, Index length, Function&& function) {
  using Sums = PowerSums<kFirst>;
  Sums sums;
  Index j = 0;
  ATTNLAB_KEEP_ROLLED
  for (; j + Sums::kEntries <= length; j += Sums::kEntries) {
    sums.take(x + j, function);
  }
  ATTNLAB_KEEP_ROLLED
  for (; j < length; ++j) {
    sums.take_one(function(simd::splat64(static_cast<double>(x[j]))).lanes[0]);
  }
  return sums.total();
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
    const RowPowers sums = pass(mean);
    square = sums.second / count;
    mean = round == 0 ? sums.first / count : mean;
  }
  return {shift, mean, square};
}

}  // namespace

RowMoments centered_moments(const float* x, Index length) {
  return centered_moments(x, length,
                          power_sums<true>(x, length, [](F64x2 value) { return value; }));
}

RowMoments centered_moments(const float* x, Index length, const RowPowers& sums) {
  constexpr double kLargestOffset = 65536.0;
  const auto count = static_cast<double>(length);
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
