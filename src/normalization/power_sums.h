// sum_j x_j and sum_j x_j^2 of a row in double, eight entries at a time, as a part of other loops.
// The bits do not depend on the loop.
#pragma once

#include "linalg/matrix.h"
#include "simd/f64x2.h"

namespace attnlab::normalization {

using linalg::Index;

struct RowPowers {
  double first;  // 0 unless asked for
  double second;
};

// No more independent sums than hide the latency of an addition: the loop around needs the
// registers.
template <bool kFirst>
class PowerSums {
 public:
  static constexpr Index kEntries = 8;

  // f(x_0) ... f(x_7), f from pairs to pairs.
  template <typename Function>
  void take(const float* x, Function&& function) {
    const simd::Widened left = simd::widen(simd::load(x));
    const simd::Widened right = simd::widen(simd::load(x + 4));
    simd::F64x2 pairs[kChains] = {left.low, left.high, right.low, right.high};
    for (int pair = 0; pair < kChains; ++pair) {
      pairs[pair] = function(pairs[pair]);
      second_[pair] = simd::multiply_add(pairs[pair], pairs[pair], second_[pair]);
    }
    if constexpr (kFirst) {
      first_ = first_ + ((pairs[0] + pairs[1]) + (pairs[2] + pairs[3]));
    }
  }
  void take(const float* x) {
    take(x, [](simd::F64x2 value) { return value; });
  }

  void take_one(double value) {
    const simd::F64x2 single{{value, 0.0}};
    if constexpr (kFirst) {
      first_ = first_ + single;
    }
    second_[0] = simd::multiply_add(single, single, second_[0]);
  }

  RowPowers total() const {
    return {simd::sum(first_), simd::sum((second_[0] + second_[1]) + (second_[2] + second_[3]))};
  }

 private:
  static constexpr int kChains = kEntries / simd::F64x2::kLanes;

  simd::F64x2 first_ = simd::splat64(0.0);
  simd::F64x2 second_[kChains] = {simd::splat64(0.0), simd::splat64(0.0), simd::splat64(0.0),
                                  simd::splat64(0.0)};
};

}  // namespace attnlab::normalization
