#include "normalization/support.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "simd/f32x4.h"
#include "simd/log.h"
#include "simd/row_softmax.h"

namespace attnlab::normalization {
namespace {

using simd::F32x4;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr Index kLanes = F32x4::kLanes;

// Spreads of logits whose squares can be summed in float32.
constexpr int kComfortableExponent = 50;

// Applies function(vector, count) to the whole row; in the last vector lanes from `count` on hold
// `fill`.
template <typename Function>
void over_row(const float* x, Index length, float fill, Function&& function) {
  Index j = 0;
  for (; j + kLanes <= length; j += kLanes) {
    function(simd::load(x + j), j, kLanes);
  }
  if (j < length) {
    function(simd::load_part(x + j, length - j, fill), j, length - j);
  }
}

// out_j = function(x_j)
template <typename Function>
void map_row(const float* x, Index length, float fill, float* out, Function&& function) {
  over_row(x, length, fill, [&](F32x4 value, Index j, Index count) {
    const F32x4 result = function(value);
    if (count == kLanes) {
      simd::store(out + j, result);
    } else {
      simd::store_part(out + j, count, result);
    }
  });
}

// (x - reference) / unit: huge entries are brought down before the subtraction, tiny differences up
// after it.
struct Difference {
  float before;
  float after;
  float reference;

  F32x4 operator()(F32x4 x) const {
    return (x * simd::splat(before) - simd::splat(reference * before)) * simd::splat(after);
  }
};

}  // namespace

Support find_support(const float* x, Index length, RowInput input) {
  const F32x4 lowest = simd::splat(input == RowInput::kProbabilities ? 0.0F : -kInfinity);
  F32x4 largest = simd::splat(-kInfinity);
  F32x4 smallest = simd::splat(kInfinity);
  F32x4 bad = simd::zero();
  // Whole numbers in float32 lanes are exact up to 2^24 each: counted in parts.
  constexpr Index kPart = Index{1} << 24;
  Index size = 0;
  for (Index start = 0; start < length; start += kPart) {
    F32x4 present = simd::zero();
    // A lane that is not there counts as an entry outside of the support.
    over_row(x + start, std::min(kPart, length - start), lowest.lanes[0],
             [&](F32x4 value, Index, Index) {
               const simd::Mask inside = simd::less(lowest, value);
               present = present + simd::select(inside, simd::splat(1.0F), simd::zero());
               smallest = simd::min(smallest, simd::select(inside, value, simd::splat(kInfinity)));
               largest = simd::max(largest, value);
               // Neither NaN nor +infinity is less than +infinity.
               const simd::Mask good =
                   simd::less_equal(lowest, value) & simd::less(value, simd::splat(kInfinity));
               bad = simd::select(good, bad, simd::splat(1.0F));
             });
    for (int lane = 0; lane < kLanes; ++lane) {
      size += static_cast<Index>(present.lanes[lane]);
    }
  }
  return {.valid = simd::sum(bad) == 0.0F && size > 0,
          .size = size,
          .smallest = -simd::largest(simd::zero() - smallest),
          .largest = simd::largest(largest)};
}

Index count_equal(const float* x, Index length, float value) {
  Index count = 0;
  for (Index j = 0; j < length; ++j) {
    count += x[j] == value ? 1 : 0;
  }
  return count;
}

double log_row(const float* x, Index length, RowInput input, const Support& support,
               float reference, float* out) {
  if (support.size < length) {
    Index next = 0;
    for (Index j = 0; j < length; ++j) {
      if (in_support(x[j], input)) {
        out[next++] = x[j];
      }
    }
    x = out;
  }
  if (input == RowInput::kProbabilities) {
    map_row(x, support.size, reference, out, simd::LogQuotient(reference));
    return 1.0;
  }
  const double spread =
      static_cast<double>(support.largest) - static_cast<double>(support.smallest);
  const int exponent = spread > 0.0 ? std::ilogb(spread) : 0;
  const int too_high = std::max(exponent - kComfortableExponent, 0);
  const int too_low = std::max(-kComfortableExponent - exponent, 0);
  map_row(x, support.size, reference, out,
          Difference{std::ldexp(1.0F, -too_high), std::ldexp(1.0F, too_low), reference});
  return std::ldexp(1.0, too_high - too_low);
}

void expand_row(const float* x, Index length, RowInput input, const Support& support, float* row) {
  if (support.size == length) {
    return;
  }
  Index next = support.size;
  for (Index j = length - 1; j >= 0; --j) {
    row[j] = in_support(x[j], input) ? row[--next] : 0.0F;
  }
}

}  // namespace attnlab::normalization
