// The exponential of whole rows: exp((x - origin) * factor) for x <= origin, four entries at a
// time.
//
// Plan: exp(t) = 2^n 2^f with t = (n + f) ln 2; log2(e) is folded into the factor, and n and f come
// out of two multiply-adds.
// Error: within (4 + |t|) 2^-23 relative, exactly 0 for t < -88 (tested through softmax and the
// power transform).
// Cost: 13 operations and 9 registers (plain build: 17 and 10).
#pragma once

#include <numbers>

#include "simd/exp_coefficients.h"
#include "simd/f32x4.h"

namespace attnlab::simd {

// factor is positive and moderate (finite.h).
class ScaledExp {
 public:
  ScaledExp(float origin, double factor)
      : origin_(splat(origin)),
        factor_(splat(static_cast<float>(factor * std::numbers::log2e))),
        factor_low_(splat(static_cast<float>(
            factor * std::numbers::log2e -
            static_cast<double>(static_cast<float>(factor * std::numbers::log2e))))),
        lowest_(splat(static_cast<float>(-127.0 / (factor * std::numbers::log2e)))),
        round_biased_(load_splat(&kExpCoefficients.round_biased)) {
    for (int degree = 0; degree < 5; ++degree) {
      powers_[degree] = load_splat(kExpCoefficients.powers + degree);
    }
  }

  F32x4 operator()(F32x4 x) const {
    // Clamped to where n = -127, whose power of two is 0.
    const F32x4 t = max(x - origin_, lowest_);
    const F32x4 biased = multiply_add(t, factor_, round_biased_);
    F32x4 f = multiply_add(t, factor_, round_biased_ - biased);
    if constexpr (!kFusesMultiplyAdd) {
      // Without fusing the product has been rounded; the rounding error of factor_ is added back,
      // as both together would exceed the bound.
      f = f + t * factor_low_;
    }
    F32x4 p = multiply_add(powers_[0], f, powers_[1]);
    p = multiply_add(p, f, powers_[2]);
    p = multiply_add(p, f, powers_[3]);
    p = multiply_add(p, f, powers_[4]);
    // (1 + f p) 2^n as 2^n + (f 2^n) p, which needs no register for the 1: the loops around have
    // none to spare. A product rather than a sum of exponents, so that NaN passes whatever its
    // payload.
    const F32x4 power = shift_bits_left<23>(biased);
    return multiply_add(f * power, p, power);
  }

 private:
  F32x4 origin_;
  F32x4 factor_;
  F32x4 factor_low_;
  F32x4 lowest_;
  F32x4 round_biased_;
  F32x4 powers_[5];
};

}  // namespace attnlab::simd
