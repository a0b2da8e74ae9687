// Two doubles in one register, for sums and last steps that single precision would spoil. Same plan
// as f32x4.h; there is no fused operation here, so every build rounds alike.
#pragma once

#include "simd/f32x4.h"

namespace attnlab::simd {

using DoubleLanes [[gnu::vector_size(16)]] = double;

struct F64x2 {
  DoubleLanes lanes;

  static constexpr int kLanes = 2;
};

inline F64x2 splat64(double x) { return {DoubleLanes{x, x}}; }

inline F64x2 operator+(F64x2 a, F64x2 b) { return {a.lanes + b.lanes}; }
inline F64x2 operator-(F64x2 a, F64x2 b) { return {a.lanes - b.lanes}; }
inline F64x2 operator*(F64x2 a, F64x2 b) { return {a.lanes * b.lanes}; }
inline F64x2 operator/(F64x2 a, F64x2 b) { return {a.lanes / b.lanes}; }

inline double sum(F64x2 x) { return x.lanes[0] + x.lanes[1]; }

// Four floats as doubles: exact.
struct Widened {
  F64x2 low;
  F64x2 high;
};

inline Widened widen(F32x4 x) {
#if defined(__wasm_simd128__)
  const auto bits = __builtin_bit_cast(v128_t, x.lanes);
  const v128_t upper = wasm_i32x4_shuffle(bits, bits, 2, 3, 2, 3);
  return {{__builtin_bit_cast(DoubleLanes, wasm_f64x2_promote_low_f32x4(bits))},
          {__builtin_bit_cast(DoubleLanes, wasm_f64x2_promote_low_f32x4(upper))}};
#else
  return {{DoubleLanes{static_cast<double>(x.lanes[0]), static_cast<double>(x.lanes[1])}},
          {DoubleLanes{static_cast<double>(x.lanes[2]), static_cast<double>(x.lanes[3])}}};
#endif
}

// Rounded to nearest.
inline F32x4 narrow(const Widened& x) {
#if defined(__wasm_simd128__)
  const v128_t low = wasm_f32x4_demote_f64x2_zero(__builtin_bit_cast(v128_t, x.low.lanes));
  const v128_t high = wasm_f32x4_demote_f64x2_zero(__builtin_bit_cast(v128_t, x.high.lanes));
  return {__builtin_bit_cast(FloatLanes, wasm_i32x4_shuffle(low, high, 0, 1, 4, 5))};
#else
  return {FloatLanes{static_cast<float>(x.low.lanes[0]), static_cast<float>(x.low.lanes[1]),
                     static_cast<float>(x.high.lanes[0]), static_cast<float>(x.high.lanes[1])}};
#endif
}

}  // namespace attnlab::simd
