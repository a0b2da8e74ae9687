// Drawing a token from a row, after temperature or entropy normalization, top-k and top-p.
#pragma once

#include <cstdint>

#include "linalg/matrix.h"
#include "normalization/support.h"

namespace attnlab::normalization {

struct SamplingOptions {
  RowInput input = RowInput::kLogits;
  double temperature = 1.0;  // > 0, finite; unused with a target
  double entropy = 0.0;      // target in nats, if has_entropy
  bool has_entropy = false;
  Index top_k = 0;     // 0: all
  double top_p = 1.0;  // in (0, 1]
};

// The distribution that a token is drawn from: the entries to the power 1 / temperature, or with the target
// entropy; then the top_k largest of them; then, of what remains, renormalized, the fewest largest that hold
// top_p; renormalized. Of equal entries at a cut the first ones stay.
//   x, out [length]; out overlaps no input.
// A row that is not valid (support.h) gives NaN.
void sampling_distribution(const float* x, Index length, const SamplingOptions& options,
                           float* out);

// The first index at which the running sum of p exceeds uniform times the whole, 0 <= uniform < 1; never
// one with p = 0. -1 if p holds NaN or nothing.
std::int32_t draw_index(const float* p, Index length, double uniform);

}  // namespace attnlab::normalization
