// The exponentials of one row and their sum: the common part of softmax, its logarithm, their
// gradients and the attention weights.
//
//   out_j = exp((x_j - origin) * factor),   sum = sum_j out_j,   origin = max_j x_j
//
// origin is 0 where the row holds nothing but -infinity and NaN, so that a row of -infinity sums to
// exactly 0 and a NaN reaches the sum. factor is positive and moderate (finite.h).
//
// Plan: scaled_exp.h. Entries are summed in float32 within a block, blocks in double. Where the
// logarithm of the sum is wanted, a block is a single vector, so that ln(sum) keeps its digits when
// one entry outweighs all others.
// Error, with t_j = (x_j - origin) * factor: out_j within (4 + |t_j|) 2^-23 relative, exactly 0 for
// t_j < -88; sum within 5e-7 (tested through softmax and log_softmax).
// Cost: about 20 operations per vector; reads x twice, writes out once.
#pragma once

#include <cstddef>
#include <limits>

#include "simd/f32x4.h"

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
float row_maximum(const float* x, std::ptrdiff_t length);

// The origin of a row with that maximum.
inline float origin_of(float maximum) {
  return maximum == -std::numeric_limits<float>::infinity() ? 0.0F : maximum;
}

// Entries added up in float32.
inline constexpr std::ptrdiff_t kBlockForSum = 16 * F32x4::kLanes;
inline constexpr std::ptrdiff_t kBlockForLogarithm = F32x4::kLanes;

// out may be x.
RowSum exponentiate_row(const float* x, std::ptrdiff_t length, double factor, float* out);

// The same for one row of many. `maximum` is the maximum of this row on entry and that of the row
// `next` on return: the loads of `next` overlap with the exponentials of this row. out overlaps
// neither row.
RowSum exponentiate_row(const float* x, std::ptrdiff_t length, double factor, float* out,
                        const float* next, float& maximum, std::ptrdiff_t block);

// The longest row whose weights are kept in a buffer of their own until they are divided by their
// sum. The buffer stays in the first-level cache; the row of the result mostly is not there when it
// is written for the first time, and to read it back at once would stall.
inline constexpr std::ptrdiff_t kLongestAside = 2048;

// The previous row, whose weights are still to be divided by their sum: out_j = weights_j / sum.
struct UnfinishedRow {
  const float* weights;
  double sum;
  float* out;
};

// The same with blocks of kBlockForSum, interleaved with normalize_row(before): the stores of the
// previous row, which miss the cache, overlap with the exponentials of this one.
RowSum exponentiate_row(const float* x, std::ptrdiff_t length, double factor, float* out,
                        const float* next, float& maximum, const UnfinishedRow& before);

// out = row / sum; a row of sum 0 stays 0. out may be row.
void normalize_row(const float* row, std::ptrdiff_t length, double sum_of_row, float* out);

}  // namespace attnlab::simd
