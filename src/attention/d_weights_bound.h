// Whether float32 holds the gradients of weights, dP_ij = dO_i . v_j, and what is made of them.
//
// |dP_ij| <= |dO_i| |v_j|, and delta_i, a mean of row i of dP, is no larger. A product of such
// lengths below 1e37 leaves room for dP_ij - delta_i too; a row beyond is one for double.
#pragma once

#include "linalg/matrix.h"
#include "simd/f32x4.h"
#include "simd/own_function.h"

namespace attnlab::attention {

// Infinity or NaN where an entry is not finite, and where float32 does not hold the sum.
ATTNLAB_OWN_FUNCTION inline float sum_of_squares(const float* values, linalg::Index count) {
  using simd::F32x4;
  F32x4 sums = simd::zero();
  linalg::Index e = 0;
  for (; e + F32x4::kLanes <= count; e += F32x4::kLanes) {
    const F32x4 entries = simd::load(values + e);
    sums = simd::multiply_add(entries, entries, sums);
  }
  float total = simd::sum(sums);
  for (; e < count; ++e) {
    total += values[e] * values[e];
  }
  return total;
}

// output_squares: the sum of the squares of dO_i; value_squares: at least that of every v_j.
inline bool holds_d_weights(float output_squares, double value_squares) {
  return static_cast<double>(output_squares) * value_squares < 1e74;
}

}  // namespace attnlab::attention
