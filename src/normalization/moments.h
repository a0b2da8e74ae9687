// Mean and mean square of a row, and the affine map that LayerNorm and RMSNorm end with. All in
// double: the sums, so that a row of 4096 entries around 1e8 keeps its variance; the last steps, so
// that the result is the double one, rounded once.
#pragma once

#include "linalg/matrix.h"
#include "normalization/layer_norm.h"
#include "simd/f32x4.h"
#include "simd/f64x2.h"

namespace attnlab::normalization {

using linalg::Index;

// sum_j f(x_j) where f maps a pair of doubles to a pair of doubles; eight partial sums.
template <typename Function>
inline double sum_over_row(const float* x, Index length, Function&& function) {
  constexpr Index kStep = 2 * simd::F32x4::kLanes;
  simd::F64x2 partial[4] = {simd::splat64(0.0), simd::splat64(0.0), simd::splat64(0.0),
                            simd::splat64(0.0)};
  Index j = 0;
  for (; j + kStep <= length; j += kStep) {
    const simd::Widened first = simd::widen(simd::load(x + j));
    const simd::Widened second = simd::widen(simd::load(x + j + simd::F32x4::kLanes));
    partial[0] = partial[0] + function(first.low);
    partial[1] = partial[1] + function(first.high);
    partial[2] = partial[2] + function(second.low);
    partial[3] = partial[3] + function(second.high);
  }
  double total = simd::sum((partial[0] + partial[1]) + (partial[2] + partial[3]));
  for (; j < length; ++j) {
    total += function(simd::splat64(static_cast<double>(x[j]))).lanes[0];
  }
  return total;
}

// mean_j (x_j - shift)
inline double mean_from(const float* x, Index length, double shift) {
  const simd::F64x2 origin = simd::splat64(shift);
  return sum_over_row(x, length, [&](simd::F64x2 value) { return value - origin; }) /
         static_cast<double>(length);
}

// mean_j ((x_j - shift) - mean)^2
inline double mean_square_from(const float* x, Index length, double shift, double mean) {
  const simd::F64x2 origin = simd::splat64(shift);
  const simd::F64x2 center = simd::splat64(mean);
  const double total = sum_over_row(x, length, [&](simd::F64x2 value) {
    const simd::F64x2 deviation = (value - origin) - center;
    return deviation * deviation;
  });
  return total / static_cast<double>(length);
}

// out_j = ((x_j - shift) - mean) / root * gamma_j + beta_j; a root of 0 counts as infinite.
inline void normalize_row(const float* x, Index length, double shift, double mean, double root,
                          const NormOptions& options, float* out) {
  const double inverse = root == 0.0 ? 0.0 : 1.0 / root;
  const simd::F64x2 origin = simd::splat64(shift);
  const simd::F64x2 center = simd::splat64(mean);
  const simd::F64x2 factor = simd::splat64(inverse);
  const auto normalized = [&](simd::F64x2 value) { return ((value - origin) - center) * factor; };
  Index j = 0;
  for (; j + simd::F32x4::kLanes <= length; j += simd::F32x4::kLanes) {
    simd::Widened value = simd::widen(simd::load(x + j));
    value = {normalized(value.low), normalized(value.high)};
    if (options.gamma != nullptr) {
      const simd::Widened gamma = simd::widen(simd::load(options.gamma + j));
      value = {value.low * gamma.low, value.high * gamma.high};
    }
    if (options.beta != nullptr) {
      const simd::Widened beta = simd::widen(simd::load(options.beta + j));
      value = {value.low + beta.low, value.high + beta.high};
    }
    simd::store(out + j, simd::narrow(value));
  }
  for (; j < length; ++j) {
    double value = ((static_cast<double>(x[j]) - shift) - mean) * inverse;
    value = options.gamma == nullptr ? value : value * static_cast<double>(options.gamma[j]);
    value = options.beta == nullptr ? value : value + static_cast<double>(options.beta[j]);
    out[j] = static_cast<float>(value);
  }
}

}  // namespace attnlab::normalization
