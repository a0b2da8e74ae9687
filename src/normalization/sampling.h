// Drawing a token from a row, after temperature or entropy normalization, top-k and top-p.
#pragma once

#include <cstdint>
#include <limits>

#include "linalg/matrix.h"
#include "normalization/support.h"

namespace attnlab::normalization {

struct SamplingOptions {
  RowInput input = RowInput::kLogits;
  double temperature = 1.0;    // > 0, finite; unused with a target
  double entropy = kNoTarget;  // target in nats
  double top_k = 0.0;          // whole number; 0: all
  double top_p = 1.0;          // in (0, 1]

  static constexpr double kNoTarget = std::numeric_limits<double>::quiet_NaN();
};

// The distribution that a token is drawn from, in this order: the entries to the power 1 /
// temperature, or with the target entropy; the top_k largest of them, renormalized; the fewest
// largest whose sum is at least top_p, renormalized. Of equal entries at a cut the first ones stay.
//   x, out [length]; out overlaps no input.
// A row that is not valid (support.h) gives NaN.
void sampling_distribution(const float* x, Index length, const SamplingOptions& options,
                           float* out);

// The first index at which the running sum of p exceeds uniform times the whole sum, 0 <= uniform <
// 1; never one with p = 0. -1 if no entry is positive, as in a row of NaN.
std::int32_t draw_index(const float* p, Index length, double uniform);

// Which draw of which seed.
struct SamplingDraw {
  std::uint64_t seed = 0;
  std::uint64_t draw = 0;
  std::uint32_t first_row = 0;  // number of the first row of x among all rows
};

// One token per row: tokens_i = draw_index(out_i) with a uniform number that depends only on seed,
// draw and row.
//   x, out [rows, length], tokens [rows]
void sample_tokens(const linalg::ConstMatrix& x, const SamplingOptions& options,
                   const SamplingDraw& draw, linalg::Matrix out, std::int32_t* tokens);

}  // namespace attnlab::normalization
