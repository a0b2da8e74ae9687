#include "normalization/power_weights.h"

#include <algorithm>
#include <limits>
#include <numbers>

#include "simd/exp_f64x2.h"
#include "simd/f64x2.h"
#include "simd/finite.h"
#include "simd/own_function.h"
#include "simd/row_softmax.h"
#include "simd/scaled_exp.h"

namespace attnlab::normalization {
namespace {

using simd::DoubleSum;
using simd::F32x4;
using simd::F64x2;
using simd::Widened;

constexpr Index kLanes = F32x4::kLanes;
constexpr float kOnes[kLanes] = {1.0F, 1.0F, 1.0F, 1.0F};

Widened multiply(const Widened& a, const Widened& b) { return {a.low * b.low, a.high * b.high}; }

// From the sums over a row of w, w d, w d^2 and w d^3, d = l - center.
Moments moments_of(double weight, double first, double second, double third, double center) {
  const double mean = first / weight;
  const double square = second / weight;
  return {.sum = weight,
          .mean = center + mean,
          .variance = std::max(square - mean * mean, 0.0),
          .third = third / weight - mean * (3.0 * square - 2.0 * mean * mean)};
}

// exp(gamma l) four at a time, in either precision. ScaledExp takes |gamma|; `sign` is its sign.
struct FloatWeights {
  simd::ScaledExp exponential;
  F32x4 sign;

  explicit FloatWeights(double gamma)
      : exponential(0.0F, std::abs(gamma)), sign(simd::splat(gamma < 0.0 ? -1.0F : 1.0F)) {}
  F32x4 operator()(F32x4 l) const { return exponential(l * sign); }
};

struct DoubleWeights {
  F64x2 gamma;

  explicit DoubleWeights(double value) : gamma(simd::splat64(value)) {}
  Widened operator()(F32x4 l) const {
    const Widened wide = simd::widen(l);
    return {simd::exp64_nonpositive(wide.low * gamma), simd::exp64_nonpositive(wide.high * gamma)};
  }
};

F32x4 narrowed(F32x4 x) { return x; }
F32x4 narrowed(const Widened& x) { return simd::narrow(x); }

// The vectors of a row; lanes beyond its end hold `fill`. The last one is loaded once, by a
// function that is not inlined, so that all loops share its code.
class Row {
 public:
  Row(const float* l, Index count, float fill)
      : l_(l), whole_(count - kLanes), last_(last(l, count, fill)) {}

  bool whole(Index j) const { return j <= whole_; }
  F32x4 operator()(Index j) const { return whole(j) ? simd::load(l_ + j) : last_; }

 private:
  ATTNLAB_OWN_FUNCTION static F32x4 last(const float* l, Index count, float fill) {
    const Index part = count % kLanes;
    return simd::load_part(l + count - part, part, fill);
  }

  const float* l_;
  Index whole_;
  F32x4 last_;
};

template <typename Weights>
Moments exponentiate_with(const Weights& weights, float* l, Index count, double center,
                          Index block) {
  const Row row(l, count, 0.0F);
  const F32x4 origin = simd::splat(static_cast<float>(center));
  DoubleSum sum;
  DoubleSum first;
  Index j = 0;
  while (j < count) {
    F32x4 block_sum = simd::zero();
    F32x4 block_first = simd::zero();
    const Index end = std::min(j + block, count);
    ATTNLAB_KEEP_ROLLED
    for (; j < end; j += kLanes) {
      const F32x4 value = row(j);
      F32x4 weight = narrowed(weights(value));
      if (row.whole(j)) {
        simd::store(l + j, weight);
      } else {
        simd::store_part(l + j, count - j, weight);
        weight = Row(l + j, count - j, 0.0F)(0);
      }
      block_sum = block_sum + weight;
      block_first = simd::multiply_add(weight, value - origin, block_first);
    }
    sum.add(block_sum);
    first.add(block_first);
  }
  return {.sum = sum.value(),
          .mean = static_cast<double>(static_cast<float>(center)) + first.value() / sum.value()};
}

// Moments in float32. weight: the sum of all weights if that is known, otherwise 0.
template <typename Weights>
Moments moments_with(const Weights& weights, const float* l, Index count, double center, float fill,
                     double weight) {
  constexpr Index kBlock = 64;
  const Row row(l, count, fill);
  const F32x4 origin = simd::splat(static_cast<float>(center));
  DoubleSum sums[4];
  Index j = 0;
  while (j < count) {
    F32x4 block[4] = {simd::zero(), simd::zero(), simd::zero(), simd::zero()};
    const Index end = std::min(j + kBlock, count);
    ATTNLAB_KEEP_ROLLED
    for (; j < end; j += kLanes) {
      const F32x4 value = row(j);
      const F32x4 zeroth = weights(value);
      const F32x4 deviation = value - origin;
      const F32x4 first = zeroth * deviation;
      const F32x4 second = first * deviation;
      block[0] = block[0] + zeroth;
      block[1] = block[1] + first;
      block[2] = block[2] + second;
      block[3] = simd::multiply_add(second, deviation, block[3]);
    }
    for (int power = 0; power < 4; ++power) {
      sums[power].add(block[power]);
    }
  }
  // d is relative to the center rounded to float32.
  return moments_of(weight > 0.0 ? weight : sums[0].value(), sums[1].value(), sums[2].value(),
                    sums[3].value(), static_cast<double>(static_cast<float>(center)));
}

}  // namespace

Moments flat_moments(const float* l, Index count) {
  return moments_with([](F32x4) { return simd::splat(1.0F); }, l, count, 0.0, 0.0F,
                      static_cast<double>(count));
}

double representable_gamma(double gamma) {
  return static_cast<double>(static_cast<float>(gamma * std::numbers::log2e)) / std::numbers::log2e;
}

Moments moments_in_float(const float* l, Index count, double gamma, double center) {
  // The exponential of this logarithm is 0 for every gamma, and so are the products with it.
  constexpr float kNothing = -1e38F;
  return moments_with(simd::ScaledExp(0.0F, gamma), l, count, center, kNothing, 0.0);
}

Moments moments_in_double(const float* l, Index count, double gamma, double center) {
  const Row row(l, count, 0.0F);
  const F32x4 ones = Row(kOnes, count % kLanes, 0.0F)(0);
  const DoubleWeights weights(gamma);
  const F64x2 origin = simd::splat64(center);
  DoubleSum sum;
  DoubleSum first;
  DoubleSum second;
  ATTNLAB_KEEP_ROLLED
  for (Index j = 0; j < count; j += kLanes) {
    const F32x4 value = row(j);
    const Widened wide = simd::widen(value);
    const Widened deviation{wide.low - origin, wide.high - origin};
    Widened weight = weights(value);
    if (!row.whole(j)) {
      weight = multiply(weight, simd::widen(ones));
    }
    const Widened product = multiply(weight, deviation);
    sum.add(weight);
    first.add(product);
    second.add(multiply(product, deviation));
  }
  return moments_of(sum.value(), first.value(), second.value(),
                    std::numeric_limits<double>::quiet_NaN(), center);
}

Moments exponentiate_row(float* l, Index count, double gamma, double center, Index block) {
  if (simd::is_moderate(gamma)) {
    return exponentiate_with(FloatWeights(gamma), l, count, center, block);
  }
  return exponentiate_with(DoubleWeights(gamma), l, count, center, block);
}

}  // namespace attnlab::normalization
