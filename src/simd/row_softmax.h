// The exponentials of one row and their sum: what softmax, its logarithm and the attention weights
// have in common.
//
//   out_j = exp((x_j - origin) * factor),   sum = sum_j out_j,   origin = max_j x_j
//
// origin is 0 where the row holds nothing but -infinity and NaN, so that a row of -infinity sums to
// exactly 0 and a NaN reaches the sum. factor is positive and finite.
// Sums: in double, so that ln(sum) keeps its digits where one entry outweighs all others, whatever
// the length.
// Cost: about 30 operations per vector; reads x twice, writes out once.
#pragma once

#include <cstddef>
#include <limits>

#include "simd/exp.h"
#include "simd/f32x4.h"
#include "simd/f64x2.h"

namespace attnlab::simd {

struct RowSum {
  float origin;
  double sum;
};

// The vector at row[0, count), count < 4, other lanes `fill`.
inline F32x4 load_part(const float* row, std::ptrdiff_t count, float fill) {
  float lanes[F32x4::kLanes] = {fill, fill, fill, fill};
  for (std::ptrdiff_t lane = 0; lane < count; ++lane) {
    lanes[lane] = row[lane];
  }
  return load(lanes);
}

inline void store_part(float* row, std::ptrdiff_t count, F32x4 x) {
  float lanes[F32x4::kLanes];
  store(lanes, x);
  for (std::ptrdiff_t lane = 0; lane < count; ++lane) {
    row[lane] = lanes[lane];
  }
}

// The row's maximum, NaN passed over; -infinity when there is nothing else.
inline float row_maximum(const float* x, std::ptrdiff_t length) {
  constexpr float kLowest = -std::numeric_limits<float>::infinity();
  F32x4 maximum = splat(kLowest);
  std::ptrdiff_t j = 0;
  for (; j + F32x4::kLanes <= length; j += F32x4::kLanes) {
    maximum = max(maximum, load(x + j));
  }
  maximum = max(maximum, load_part(x + j, length - j, kLowest));
  return largest(maximum);
}

// out may be x.
inline RowSum exponentiate_row(const float* x, std::ptrdiff_t length, float factor, float* out) {
  constexpr float kLowest = -std::numeric_limits<float>::infinity();
  const float maximum = row_maximum(x, length);
  const float origin = maximum == kLowest ? 0.0F : maximum;
  const auto exponential = [&](F32x4 value) {
    return exp_nonpositive((value - splat(origin)) * splat(factor));
  };
  F64x2 total[2] = {splat64(0.0), splat64(0.0)};
  const auto add = [&](F32x4 weight) {
    const Widened wide = widen(weight);
    total[0] = total[0] + wide.low;
    total[1] = total[1] + wide.high;
  };
  std::ptrdiff_t j = 0;
  for (; j + F32x4::kLanes <= length; j += F32x4::kLanes) {
    const F32x4 weight = exponential(load(x + j));
    store(out + j, weight);
    add(weight);
  }
  if (j < length) {
    const F32x4 weight = exponential(load_part(x + j, length - j, kLowest));
    store_part(out + j, length - j, weight);
    add(weight);
  }
  return {origin, sum(total[0] + total[1])};
}

// Divides the row by its sum; a row of sum 0 stays 0.
inline void normalize_row(float* row, std::ptrdiff_t length, double sum_of_row) {
  if (sum_of_row == 0.0) {
    return;
  }
  const auto inverse = static_cast<float>(1.0 / sum_of_row);
  std::ptrdiff_t j = 0;
  for (; j + F32x4::kLanes <= length; j += F32x4::kLanes) {
    store(row + j, load(row + j) * splat(inverse));
  }
  for (; j < length; ++j) {
    row[j] *= inverse;
  }
}

}  // namespace attnlab::simd
