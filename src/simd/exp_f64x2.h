// The exponential of two doubles, for last steps that single precision would spoil.
//
//   exp64_nonpositive(x) = 2^n * e^r,   n = round(x / ln 2),   |r| <= (ln 2) / 2,   x <= 0 or NaN
//
// Plan: that of simd/exp.h, with e^r = 1 + r + r^2 Q(r), Q minimax of degree 6; n ln 2 comes in two
// pieces, the first so short that its product with n is exact.
// Bound, held by tests/kernels/simd/exp_test.cpp: relative error <= 2e-12 down to x = -708, exactly
// 0 below -709; x = 0 gives 1; NaN gives NaN; -infinity gives 0. The same bits in every build.
// Cost: about 25 vector operations for two entries.
#pragma once

#include <cstdint>

#include "simd/f64x2.h"

namespace attnlab::simd {

inline F64x2 exp64_nonpositive(F64x2 x) {
  using LongLanes [[gnu::vector_size(16)]] = std::uint64_t;
  constexpr double kRoundBiased = 0x1.8p52 + 1023;  // leaves n + 1023 in the low bits of the sum
  constexpr int kExponentShift = 52;

  const F64x2 lowest = splat64(-709.0);  // n = -1023, whose power of two is 0
  const F64x2 clamped{x.lanes < lowest.lanes ? lowest.lanes : x.lanes};
  const F64x2 biased = clamped * splat64(0x1.71547652b82fep0) + splat64(kRoundBiased);
  const F64x2 n = biased - splat64(kRoundBiased);
  const F64x2 r = (clamped - n * splat64(0x1.62e42feep-1)) - n * splat64(0x1.a39ef35793c76p-33);
  F64x2 q = splat64(0x1.9e8932da8d200p-16);
  q = q * r + splat64(0x1.a185605222be8p-13);
  q = q * r + splat64(0x1.6c18d333b7fc8p-10);
  q = q * r + splat64(0x1.1110a25f23f98p-7);
  q = q * r + splat64(0x1.5555541e4ed6cp-5);
  q = q * r + splat64(0x1.5555557dd35f1p-3);
  q = q * r + splat64(0x1.000000005def4p-1);
  const F64x2 fraction = splat64(1.0) + (r + r * r * q);
  const F64x2 power{__builtin_bit_cast(DoubleLanes, __builtin_bit_cast(LongLanes, biased.lanes)
                                                        << kExponentShift)};
  return fraction * power;
}

}  // namespace attnlab::simd
