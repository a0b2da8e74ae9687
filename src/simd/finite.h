// Whether float32 can compute with given numbers.
#pragma once

#include <cmath>
#include <cstddef>

#include "simd/f32x4.h"
#include "simd/own_function.h"

namespace attnlab::simd {

// Whether float32 can use a factor without loss, in products and in exponents (scaled_exp.h): it is
// eight decades away from both ends of the normal numbers. 0, infinity and NaN are not moderate.
inline bool is_moderate(double factor) {
  const double size = std::abs(factor);
  return size >= 1e-30 && size <= 1e30;
}

// The same for a factor that occurs in products only, where 0 is exact.
inline bool is_moderate_or_zero(double factor) { return factor == 0.0 || is_moderate(factor); }

// Whether all lanes are finite: x * 0 is 0 for a finite x and NaN otherwise, and sums keep a NaN.
inline bool all_finite(F32x4 x) { return sum(x * zero()) == 0.0F; }

// all_finite(), inlined: for work so short that a call would show.
inline bool all_finite_inline(const float* values, std::ptrdiff_t count) {
  // x * 0 is 0 for a finite x and NaN otherwise; sums keep a NaN.
  F32x4 probe = zero();
  std::ptrdiff_t c = 0;
  for (; c + F32x4::kLanes <= count; c += F32x4::kLanes) {
    probe = probe + load(values + c) * zero();
  }
  float total = sum(probe);
  for (; c < count; ++c) {
    total += values[c] * 0.0F;
  }
  return total == 0.0F;
}

// Whether all of some floats are finite. Kernels ask once per row, in some fifteen places: with the
// loop inlined, and unrolled, in each of them a binary is 4 KB larger.
ATTNLAB_OWN_FUNCTION inline bool all_finite(const float* values, std::ptrdiff_t count) {
  return all_finite_inline(values, count);
}

}  // namespace attnlab::simd
