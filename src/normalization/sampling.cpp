// sampling_distribution   p^(1 / T) / sum, or entropy-normalized; top-k; top-p; divided by the sum
//
// Plan: no sort. The bits of floats >= 0 are ordered as the floats are, so the threshold is found
// by bisection over bit patterns, in 31 passes that compare, count and sum; sums in double. Of the
// entries equal to the threshold the first ones are kept until the condition holds.
// Error: p is that of power_transform or entropy_normalize, divided by its sum once more.
// Cost: that of those, and 31 passes of about 6 operations per entry for each of top_k and top_p in
// use.
// Sources: A. Fan, M. Lewis and Y. Dauphin, "Hierarchical neural story generation", arXiv
// 1805.04833 (top-k); A. Holtzman et al., "The curious case of neural text degeneration", arXiv
// 1904.09751 (top-p).
#include "normalization/sampling.h"

#include <limits>

#include "normalization/entropy_normalize.h"
#include "normalization/power_transform.h"
#include "random/draws.h"
#include "simd/f64x2.h"
#include "simd/row_softmax.h"

namespace attnlab::normalization {
namespace {

using simd::F32x4;

// Number and sum of the entries >= threshold > 0.
struct Above {
  double count;
  double sum;
};

Above above(const float* p, Index length, float threshold) {
  const F32x4 least = simd::splat(threshold);
  simd::F64x2 count[2] = {simd::splat64(0.0), simd::splat64(0.0)};
  simd::F64x2 total[2] = {simd::splat64(0.0), simd::splat64(0.0)};
  const auto take = [&](F32x4 value) {
    const simd::Mask kept = simd::less_equal(least, value);
    const simd::Widened ones = simd::widen(simd::select(kept, simd::splat(1.0F), simd::zero()));
    const simd::Widened values = simd::widen(simd::select(kept, value, simd::zero()));
    count[0] = count[0] + ones.low;
    count[1] = count[1] + ones.high;
    total[0] = total[0] + values.low;
    total[1] = total[1] + values.high;
  };
  Index j = 0;
  for (; j + F32x4::kLanes <= length; j += F32x4::kLanes) {
    take(simd::load(p + j));
  }
  if (j < length) {
    take(simd::load_part(p + j, length - j, 0.0F));
  }
  return {simd::sum(count[0] + count[1]), simd::sum(total[0] + total[1])};
}

// Keeps the fewest largest entries for which enough(count, sum) holds and sets the rest to 0; keeps
// all if it never holds.
template <typename Enough>
void keep_largest(float* p, Index length, Enough&& enough) {
  // The largest bit pattern with enough entries at or above it; 1 is the smallest positive float.
  std::uint32_t low = 1;
  std::uint32_t high = __builtin_bit_cast(std::uint32_t, std::numeric_limits<float>::infinity());
  const auto at = [&](std::uint32_t bits) { return __builtin_bit_cast(float, bits); };
  while (high - low > 1) {
    const std::uint32_t middle = low + (high - low) / 2;
    const Above part = above(p, length, at(middle));
    (enough(part.count, part.sum) ? low : high) = middle;
  }
  const float cut = at(low);
  Above kept = above(p, length, at(high));
  for (Index j = 0; j < length; ++j) {
    if (p[j] < cut || (p[j] == cut && enough(kept.count, kept.sum))) {
      p[j] = 0.0F;
    } else if (p[j] == cut) {
      kept = {kept.count + 1.0, kept.sum + static_cast<double>(cut)};
    }
  }
}

double sum_of(const float* p, Index length) {
  return above(p, length, std::numeric_limits<float>::denorm_min()).sum;
}

}  // namespace

void sampling_distribution(const float* x, Index length, const SamplingOptions& options,
                           float* out) {
  constexpr int kMaxIterations = 100;
  if (!std::isnan(options.entropy)) {
    entropy_normalize(x, length, options.input, options.entropy, kMaxIterations, out);
  } else {
    power_transform({x, 1, length}, options.input, 1.0 / options.temperature, {out, 1, length});
  }
  if (length == 0 || !(out[0] >= 0.0F)) {
    return;
  }
  const bool cut_k = options.top_k > 0.0 && options.top_k < static_cast<double>(length);
  if (cut_k) {
    const double wanted = options.top_k;
    keep_largest(out, length, [&](double count, double) { return count >= wanted; });
  }
  if (options.top_p < 1.0) {
    const double wanted = options.top_p * sum_of(out, length);
    keep_largest(out, length, [&](double, double sum) { return sum >= wanted; });
  }
  if (cut_k || options.top_p < 1.0) {
    simd::normalize_row(out, length, sum_of(out, length), out);
  }
}

std::int32_t draw_index(const float* p, Index length, double uniform) {
  const double wanted = uniform * sum_of(p, length);
  double sum = 0.0;
  std::int32_t last = -1;
  for (Index j = 0; j < length; ++j) {
    if (p[j] > 0.0F) {
      last = static_cast<std::int32_t>(j);
      sum += static_cast<double>(p[j]);
      if (sum > wanted) {
        break;
      }
    }
  }
  return last;
}

void sample_tokens(const linalg::ConstMatrix& x, const SamplingOptions& options,
                   const SamplingDraw& draw, linalg::Matrix out, std::int32_t* tokens) {
  const random::Draws draws(draw.seed, random::Stream::kTokens);
  const Index length = x.cols();
  for (Index i = 0; i < x.rows(); ++i) {
    float* p = out.data() + i * length;
    sampling_distribution(x.data() + i * length, length, options, p);
    const auto row = draw.first_row + static_cast<std::uint32_t>(i);
    tokens[i] = draw_index(p, length, draws.uniform_of_row(draw.draw, row));
  }
}

}  // namespace attnlab::normalization
