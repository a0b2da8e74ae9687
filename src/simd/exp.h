// Exponentials of four floats.
//
//   exp2(x) = 2^n * 2^f,  n = round(x), |f| <= 1/2
//   exp(x)  = 2^n * e^r,  n = round(x / ln 2), |r| <= (ln 2) / 2
//
// Numerical plan: n comes from adding and subtracting 1.5 * 2^23, which rounds to an integer and
// leaves that integer in the low bits of the sum, from where a shift moves it into the exponent. r
// subtracts n * ln 2 in two pieces, the first with so few digits that the product is exact. The
// remainder goes through a polynomial with constant term exactly 1 (so that exp(0) is 1), minimax
// in relative error. Multiplying by 2^n, rather than adding n to the exponent's bits, lets NaN pass
// whatever its payload.
// Source: Cody and Waite, "Software Manual for the Elementary Functions", 1980.
//
// Bounds, held by tests/kernels/simd/exp_test.cpp in each build: relative error <= 2 ulp (2.4e-7)
// wherever the result is a normal number; x = 0 gives 1; NaN gives NaN; -infinity gives 0.
//   exp2_nonpositive   x <= 0 or NaN; exactly 0 below -126.5
//   exp_nonpositive    x <= 0 or NaN; exactly 0 below -88
//   exp2, exp          any x; 0 below the smallest normal number, +infinity above the largest
//
// Cost: 13 (exp2_nonpositive) to 23 (exp) vector operations.
#pragma once

#include "simd/f32x4.h"

namespace attnlab::simd {
namespace exp_detail {

constexpr float kRound = 0x1.8p23F;  // adding it rounds to an integer
constexpr float kRoundBiased =
    kRound + 127;  // the same, and leaves n + 127, the biased exponent, in the low bits
constexpr int kExponentShift = 23;

// 2^f, |f| <= 1/2: 1 + f * (c1 + f * (c2 + ...)), relative error 2e-9.
inline F32x4 exp2_fraction(F32x4 f) {
  F32x4 p = splat(0x1.41fb9ep-13F);
  p = multiply_add(p, f, splat(0x1.5f3e80p-10F));
  p = multiply_add(p, f, splat(0x1.3b2d4ep-7F));
  p = multiply_add(p, f, splat(0x1.c6aee8p-5F));
  p = multiply_add(p, f, splat(0x1.ebfbdcp-3F));
  p = multiply_add(p, f, splat(0x1.62e430p-1F));
  return multiply_add(p, f, splat(1.0F));
}

// e^r, |r| <= (ln 2) / 2, relative error 2e-9.
inline F32x4 exp_fraction(F32x4 r) {
  F32x4 p = splat(0x1.6ae70ep-10F);
  p = multiply_add(p, r, splat(0x1.1267a4p-7F));
  p = multiply_add(p, r, splat(0x1.555822p-5F));
  p = multiply_add(p, r, splat(0x1.55541ap-3F));
  p = multiply_add(p, r, splat(0x1.fffffcp-2F));
  p = multiply_add(p, r, splat(1.0F));
  return multiply_add(p, r, splat(1.0F));
}

// x - n ln 2. 0x1.62e4p-1 has 15 significant bits, so n times it is exact for |n| <= 511.
inline F32x4 subtract_ln2_multiple(F32x4 x, F32x4 n) {
  const F32x4 r = x - n * splat(0x1.62e4p-1F);
  return r - n * splat(0x1.7f7d1cp-20F);
}

// Where `biased` holds n + 127 in its low bits: 2^n for -127 <= n <= 128, with 2^-127 as 0 and
// 2^128 as infinity.
inline F32x4 power_of_two(F32x4 biased) { return shift_bits_left<kExponentShift>(biased); }

// p * 2^n in two steps, so that 2^n itself may lie outside the range of floats: |n| <= 252.
inline F32x4 scale_by_power_of_two(F32x4 p, F32x4 n) {
  const F32x4 half_biased = n * splat(0.5F) + splat(kRoundBiased);
  const F32x4 half = half_biased - splat(kRoundBiased);
  const F32x4 rest_biased = (n - half) + splat(kRoundBiased);
  return p * power_of_two(half_biased) * power_of_two(rest_biased);
}

constexpr float kLog2E = 0x1.715476p0F;

}  // namespace exp_detail

inline F32x4 exp2_nonpositive(F32x4 x) {
  using namespace exp_detail;
  const F32x4 clamped = max(x, splat(-127.0F));
  const F32x4 biased = clamped + splat(kRoundBiased);
  const F32x4 n = biased - splat(kRoundBiased);
  return exp2_fraction(clamped - n) * power_of_two(biased);
}

inline F32x4 exp_nonpositive(F32x4 x) {
  using namespace exp_detail;
  const F32x4 clamped = max(x, splat(-88.0F));  // n = -127, whose power of two is 0
  const F32x4 biased = clamped * splat(kLog2E) + splat(kRoundBiased);
  const F32x4 n = biased - splat(kRoundBiased);
  return exp_fraction(subtract_ln2_multiple(clamped, n)) * power_of_two(biased);
}

inline F32x4 exp2(F32x4 x) {
  using namespace exp_detail;
  const F32x4 clamped = min(max(x, splat(-127.0F)), splat(129.0F));
  const F32x4 n = (clamped + splat(kRound)) - splat(kRound);
  const F32x4 result = scale_by_power_of_two(exp2_fraction(clamped - n), n);
  return select(less(x, splat(-126.0F)), zero(), result);
}

inline F32x4 exp(F32x4 x) {
  using namespace exp_detail;
  constexpr float kSmallest = -0x1.5d589ep6F;  // ln of the smallest normal number
  const F32x4 clamped = min(max(x, splat(-88.0F)), splat(90.0F));
  const F32x4 n = (clamped * splat(kLog2E) + splat(kRound)) - splat(kRound);
  const F32x4 result = scale_by_power_of_two(exp_fraction(subtract_ln2_multiple(clamped, n)), n);
  return select(less(x, splat(kSmallest)), zero(), result);
}

}  // namespace attnlab::simd
