// Two doubles in one register, for sums and last steps that single precision would spoil. Same plan
// as f32x4.h.
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

// a * b + c, rounded once in the relaxed build and twice elsewhere.
inline F64x2 multiply_add(F64x2 a, F64x2 b, F64x2 c) {
#if defined(__wasm_relaxed_simd__)
  return {__builtin_bit_cast(DoubleLanes,
                             wasm_f64x2_relaxed_madd(__builtin_bit_cast(v128_t, a.lanes),
                                                     __builtin_bit_cast(v128_t, b.lanes),
                                                     __builtin_bit_cast(v128_t, c.lanes)))};
#else
  return {a.lanes * b.lanes + c.lanes};
#endif
}

inline F64x2 load64(const double* from) {
  F64x2 result;
  __builtin_memcpy(&result.lanes, from, sizeof(result.lanes));
  return result;
}

inline void store64(double* to, F64x2 x) { __builtin_memcpy(to, &x.lanes, sizeof(x.lanes)); }

// Two floats as doubles: exact. Loading half a register spares the shuffle that widen() needs.
inline F64x2 load_pair(const float* from) {
#if defined(__wasm_simd128__)
  return {
      __builtin_bit_cast(DoubleLanes, wasm_f64x2_promote_low_f32x4(wasm_v128_load64_zero(from)))};
#else
  return {DoubleLanes{static_cast<double>(from[0]), static_cast<double>(from[1])}};
#endif
}

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

// Vectors of four floats added up in double.
class DoubleSum {
 public:
  void add(F32x4 x) { add(widen(x)); }
  void add(const Widened& x) {
    low_ = low_ + x.low;
    high_ = high_ + x.high;
  }
  double value() const { return sum(low_ + high_); }

 private:
  F64x2 low_ = splat64(0.0);
  F64x2 high_ = splat64(0.0);
};

}  // namespace attnlab::simd
