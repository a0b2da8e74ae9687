#include "normalization/power_weights.h"

#include <algorithm>

#include "simd/exp.h"
#include "simd/exp_f64x2.h"
#include "simd/f64x2.h"
#include "simd/row_softmax.h"

namespace attnlab::normalization {
namespace {

using simd::F32x4;
using simd::F64x2;
using simd::Widened;

constexpr Index kLanes = F32x4::kLanes;
constexpr double kSmallestFloatGamma = 1e-30;
constexpr double kLargestFloatGamma = 1e30;

// 1 in the first `count` lanes, 0 in the others.
F32x4 present(Index count) {
  constexpr float kOnes[kLanes] = {1.0F, 1.0F, 1.0F, 1.0F};
  return simd::load_part(kOnes, count, 0.0F);
}

Widened multiply(const Widened& a, const Widened& b) { return {a.low * b.low, a.high * b.high}; }

// The sums over a row of w, w d and w d^2, d = l - center.
struct Sums {
  double weight = 0.0;
  double first = 0.0;
  double second = 0.0;

  Moments moments(double center) const {
    const double mean = first / weight;
    return {.sum = weight,
            .mean = center + mean,
            .variance = std::max(second / weight - mean * mean, 0.0)};
  }
};

// Four sums in double.
class WideSum {
 public:
  void add(const Widened& x) {
    low_ = low_ + x.low;
    high_ = high_ + x.high;
  }
  double total() const { return simd::sum(low_ + high_); }

 private:
  F64x2 low_ = simd::splat64(0.0);
  F64x2 high_ = simd::splat64(0.0);
};

// exp(gamma l) four at a time, in either precision.
struct FloatWeights {
  F32x4 gamma;

  explicit FloatWeights(double value) : gamma(simd::splat(static_cast<float>(value))) {}
  F32x4 operator()(F32x4 l) const { return simd::exp_nonpositive(l * gamma); }
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

template <typename Weights>
Moments exponentiate_with(const Weights& weights, float* l, Index count) {
  WideSum sum;
  WideSum first;
  const auto take = [&](F32x4 value, F32x4 mask) {
    const F32x4 weight = narrowed(weights(value)) * mask;
    const Widened wide = simd::widen(weight);
    sum.add(wide);
    first.add(multiply(wide, simd::widen(value)));
    return weight;
  };
  Index j = 0;
  for (; j + kLanes <= count; j += kLanes) {
    simd::store(l + j, take(simd::load(l + j), simd::splat(1.0F)));
  }
  if (j < count) {
    const F32x4 value = simd::load_part(l + j, count - j, 0.0F);
    simd::store_part(l + j, count - j, take(value, present(count - j)));
  }
  return {.sum = sum.total(), .mean = first.total() / sum.total()};
}

}  // namespace

Moments moments_in_float(const float* l, Index count, double gamma, double center) {
  constexpr Index kBlock = 256;
  const FloatWeights weights(gamma);
  const F32x4 origin = simd::splat(static_cast<float>(center));
  // The center that d is taken from is the rounded one.
  const auto rounded_center = static_cast<double>(static_cast<float>(center));
  WideSum sum;
  WideSum first;
  WideSum second;
  for (Index start = 0; start < count; start += kBlock) {
    const Index end = std::min(start + kBlock, count);
    F32x4 block_sum = simd::zero();
    F32x4 block_first = simd::zero();
    F32x4 block_second = simd::zero();
    const auto take = [&](F32x4 value, F32x4 weight) {
      const F32x4 deviation = value - origin;
      const F32x4 product = weight * deviation;
      block_sum = block_sum + weight;
      block_first = block_first + product;
      block_second = simd::multiply_add(product, deviation, block_second);
    };
    Index j = start;
    for (; j + kLanes <= end; j += kLanes) {
      const F32x4 value = simd::load(l + j);
      take(value, weights(value));
    }
    if (j < end) {
      const F32x4 value = simd::load_part(l + j, end - j, 0.0F);
      take(value, weights(value) * present(end - j));
    }
    sum.add(simd::widen(block_sum));
    first.add(simd::widen(block_first));
    second.add(simd::widen(block_second));
  }
  return Sums{sum.total(), first.total(), second.total()}.moments(rounded_center);
}

Moments moments_in_double(const float* l, Index count, double gamma, double center) {
  const DoubleWeights weights(gamma);
  const F64x2 origin = simd::splat64(center);
  WideSum sum;
  WideSum first;
  WideSum second;
  const auto take = [&](F32x4 value, const Widened& weight) {
    const Widened wide = simd::widen(value);
    const Widened deviation{wide.low - origin, wide.high - origin};
    const Widened product = multiply(weight, deviation);
    sum.add(weight);
    first.add(product);
    second.add(multiply(product, deviation));
  };
  Index j = 0;
  for (; j + kLanes <= count; j += kLanes) {
    const F32x4 value = simd::load(l + j);
    take(value, weights(value));
  }
  if (j < count) {
    const F32x4 value = simd::load_part(l + j, count - j, 0.0F);
    take(value, multiply(weights(value), simd::widen(present(count - j))));
  }
  return Sums{sum.total(), first.total(), second.total()}.moments(center);
}

Moments exponentiate_row(float* l, Index count, double gamma) {
  const double size = std::abs(gamma);
  if (size >= kSmallestFloatGamma && size <= kLargestFloatGamma) {
    return exponentiate_with(FloatWeights(gamma), l, count);
  }
  return exponentiate_with(DoubleWeights(gamma), l, count);
}

}  // namespace attnlab::normalization
