// The natural logarithm of a quotient of positive floats, four at a time.
//
//   LogQuotient(y)(x) = ln(x / y)
//
// Numerical plan: with y = 2^b u, 1 <= u < 2, every x is taken as 2^a v with u / sqrt 2 <= v < u
// sqrt 2. Then v - u is exact, f = (v - u) / u keeps its relative accuracy however close x is to y,
// and
//   ln(x / y) = (a - b) ln 2 + ln(1 + f),   ln(1 + f) = f - f^2 / 2 + f^3 P(f)
// with P minimax of degree 7. (a - b) ln 2 comes in two pieces, the first exact. Neither x / y nor
// a logarithm on its own is formed: the quotient may under- or overflow, and the difference of two
// logarithms would cancel.
// Source: Cody and Waite, "Software Manual for the Elementary Functions", 1980.
//
// Bounds, held by tests/kernels/simd/log_test.cpp in each build: relative error <= 2.5 ulp (3e-7)
// for all positive finite x and y, denormals among them; x = y gives exactly 0; x = 0 gives
// -infinity. Other x (negative, infinite, NaN) are not for it.
// Cost: about 40 vector operations.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "simd/f32x4.h"

namespace attnlab::simd {

class LogQuotient {
 public:
  // y > 0, finite.
  explicit LogQuotient(float y) {
    int exponent = 0;
    const float fraction = 2.0F * std::frexp(y, &exponent);  // in [1, 2)
    denominator_ = splat(fraction);
    inverse_ = splat(1.0F / fraction);
    const float smallest = fraction * kSqrtHalf;
    const auto lowest = __builtin_bit_cast(std::uint32_t, smallest);
    lowest_ = UnsignedLanes{lowest, lowest, lowest, lowest};
    exponent_ = splat(static_cast<float>(exponent - 1));
  }

  F32x4 operator()(F32x4 x) const {
    // Denormal numbers are brought up to where their exponent can be read.
    const Mask denormal = less(x, splat(std::numeric_limits<float>::min()));
    const F32x4 scaled = select(denormal, x * splat(0x1p24F), x);
    const F32x4 shift = select(denormal, splat(24.0F), zero());

    // The bits of a float grow by 2^23 when it doubles: the whole steps above u / sqrt 2 are the
    // exponent. Unsigned, so that the wrap-around for -0 is defined.
    const auto above =
        __builtin_bit_cast(IntLanes, __builtin_bit_cast(UnsignedLanes, scaled.lanes) - lowest_);
    const F32x4 steps{__builtin_convertvector(above >> kMantissaBits, FloatLanes)};
    const F32x4 v{__builtin_bit_cast(
        FloatLanes, __builtin_bit_cast(UnsignedLanes, above & kMantissa) + lowest_)};
    const F32x4 n = steps - shift - exponent_;

    const F32x4 f = (v - denominator_) * inverse_;
    const F32x4 square = f * f;
    F32x4 p = splat(-0x1.38b4ccp-4F);
    p = multiply_add(p, f, splat(0x1.055b46p-3F));
    p = multiply_add(p, f, splat(-0x1.0d8552p-3F));
    p = multiply_add(p, f, splat(0x1.22da22p-3F));
    p = multiply_add(p, f, splat(-0x1.547244p-3F));
    p = multiply_add(p, f, splat(0x1.99a008p-3F));
    p = multiply_add(p, f, splat(-0x1.000228p-2F));
    p = multiply_add(p, f, splat(0x1.555554p-2F));
    const F32x4 tail = multiply_add(square, splat(-0.5F), square * f * p);
    const F32x4 result =
        multiply_add(n, splat(kLn2High), f + multiply_add(n, splat(kLn2Low), tail));
    return select(equal(x, zero()), splat(-std::numeric_limits<float>::infinity()), result);
  }

 private:
  using UnsignedLanes [[gnu::vector_size(16)]] = std::uint32_t;

  static constexpr float kSqrtHalf = 0x1.6a09e6p-1F;
  static constexpr float kLn2High = 0x1.62e4p-1F;  // 15 bits: its product with an exponent is exact
  static constexpr float kLn2Low = 0x1.7f7d1cp-20F;
  static constexpr int kMantissaBits = 23;
  static constexpr std::int32_t kMantissa = (1 << kMantissaBits) - 1;

  F32x4 denominator_;
  F32x4 inverse_;
  UnsignedLanes lowest_;
  F32x4 exponent_;
};

}  // namespace attnlab::simd
