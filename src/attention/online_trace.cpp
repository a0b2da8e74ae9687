#include "attention/online_trace.h"

#include <algorithm>

#include "attention/minus_infinity.h"
#include "simd/exp.h"
#include "simd/f32x4.h"

namespace attnlab::attention {
namespace {

// The exponential of the kernels, of one number: infinite above 88.7, 0 below -87.3.
float exponential(float x) {
  float lanes[simd::F32x4::kLanes];
  simd::store(lanes, simd::exp(simd::splat(x)));
  return lanes[0];
}

}  // namespace

void online_trace(const float* logits, linalg::Index n, const OnlineTraceOptions& options,
                  float* maximum, float* denominator, float* accumulated) {
  float largest = minus_infinity<float>();
  float sum = 0.0F;
  const float* before = nullptr;
  for (linalg::Index first = 0; first < n; first += options.tile) {
    const linalg::Index last = std::min(first + options.tile, n);
    const float next = std::max(largest, *std::max_element(logits + first, logits + last));
    // As long as there is nothing but -infinity, the origin is 0, lest -infinity meet itself.
    const float origin = options.subtract_maximum && next > minus_infinity<float>() ? next : 0.0F;
    const bool shrinks = options.subtract_maximum && options.rescale;
    const float shrink = shrinks ? exponential(largest - origin) : 1.0F;
    sum *= shrink;
    for (linalg::Index j = 0; j < first; ++j) {
      accumulated[j] = before[j] * shrink;
    }
    for (linalg::Index j = first; j < last; ++j) {
      accumulated[j] = exponential(logits[j] - origin);
      sum += accumulated[j];
    }
    std::fill(accumulated + last, accumulated + n, 0.0F);
    largest = next;
    *maximum++ = largest;
    *denominator++ = sum;
    before = accumulated;
    accumulated += n;
  }
}

}  // namespace attnlab::attention
