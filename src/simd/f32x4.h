// Four floats in one register: the vector type of the kernels. f64x2.h has its counterpart in
// double.
//
// One interface, three implementations, chosen by the compiler's target:
//   WebAssembly SIMD      every engine since 2021/2023
//   relaxed SIMD          the same, with a fused multiply_add
//   anything else         the vector extension of GCC and Clang (native, under the sanitizers too)
// The arithmetic is IEEE and the same in all three, lane by lane, save multiply_add, which rounds
// once in the relaxed build and twice elsewhere.
#pragma once

#include <cstdint>

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif

// Keeps a loop rolled. V8 has 15 usable vector registers; a micro-kernel that fills them spills
// when the compiler unrolls its loop and hoists the loads (22 % slower when tried).
#if defined(__clang__)
#define ATTNLAB_KEEP_ROLLED _Pragma("clang loop unroll(disable) vectorize(disable)")
#else
#define ATTNLAB_KEEP_ROLLED _Pragma("GCC unroll 1")
#endif

namespace attnlab::simd {

using FloatLanes [[gnu::vector_size(16)]] = float;
using IntLanes [[gnu::vector_size(16)]] = std::int32_t;

// Lanes of all ones (true) or all zeros (false).
struct Mask {
  IntLanes lanes;
};

struct F32x4 {
  FloatLanes lanes;

  static constexpr int kLanes = 4;
};

// ---------------------------------------------------------------- memory, at any alignment

inline F32x4 load(const float* from) {
  F32x4 result;
  __builtin_memcpy(&result.lanes, from, sizeof(result.lanes));
  return result;
}

inline void store(float* to, F32x4 x) { __builtin_memcpy(to, &x.lanes, sizeof(x.lanes)); }

// The first two lanes only.
inline void store_low_half(float* to, F32x4 x) {
  __builtin_memcpy(to, &x.lanes, 2 * sizeof(float));
}

inline F32x4 splat(float x) { return {FloatLanes{x, x, x, x}}; }

// *from in every lane.
inline F32x4 load_splat(const float* from) {
#if defined(__wasm_simd128__)
  return {__builtin_bit_cast(FloatLanes, wasm_v128_load32_splat(from))};
#else
  return splat(*from);
#endif
}

inline F32x4 zero() { return splat(0.0F); }

// Advances pointers by `Count` floats. The empty asm makes each result opaque to the compiler,
// which would otherwise keep one index and add it to every base pointer for every load.
template <int Count, typename Pointer>
inline void advance(Pointer& pointer) {
  pointer += Count;
  __asm__("" : "+r"(pointer));
}
template <int Count, typename... Pointers>
inline void advance(Pointers&... pointers) {
  (advance<Count, Pointers>(pointers), ...);
}

// ---------------------------------------------------------------- arithmetic

inline F32x4 operator+(F32x4 a, F32x4 b) { return {a.lanes + b.lanes}; }
inline F32x4 operator-(F32x4 a, F32x4 b) { return {a.lanes - b.lanes}; }
inline F32x4 operator*(F32x4 a, F32x4 b) { return {a.lanes * b.lanes}; }
inline F32x4 operator/(F32x4 a, F32x4 b) { return {a.lanes / b.lanes}; }

// Whether multiply_add is one instruction.
#if defined(__wasm_relaxed_simd__)
inline constexpr bool kFusesMultiplyAdd = true;
#else
inline constexpr bool kFusesMultiplyAdd = false;
#endif

// a * b + c, rounded once in the relaxed build and twice elsewhere.
inline F32x4 multiply_add(F32x4 a, F32x4 b, F32x4 c) {
#if defined(__wasm_relaxed_simd__)
  return {
      __builtin_bit_cast(FloatLanes, wasm_f32x4_relaxed_madd(__builtin_bit_cast(v128_t, a.lanes),
                                                             __builtin_bit_cast(v128_t, b.lanes),
                                                             __builtin_bit_cast(v128_t, c.lanes)))};
#else
  return {a.lanes * b.lanes + c.lanes};
#endif
}

// c - a * b, rounded as in multiply_add.
inline F32x4 negative_multiply_add(F32x4 a, F32x4 b, F32x4 c) {
#if defined(__wasm_relaxed_simd__)
  return {__builtin_bit_cast(FloatLanes,
                             wasm_f32x4_relaxed_nmadd(__builtin_bit_cast(v128_t, a.lanes),
                                                      __builtin_bit_cast(v128_t, b.lanes),
                                                      __builtin_bit_cast(v128_t, c.lanes)))};
#else
  return {c.lanes - a.lanes * b.lanes};
#endif
}

// b where a < b, else a: a NaN in b is passed over, a NaN in a stays. One instruction on x64; the
// maximum that spreads every NaN takes several.
inline F32x4 max(F32x4 a, F32x4 b) {
#if defined(__wasm_simd128__)
  return {__builtin_bit_cast(FloatLanes, wasm_f32x4_pmax(__builtin_bit_cast(v128_t, a.lanes),
                                                         __builtin_bit_cast(v128_t, b.lanes)))};
#else
  return {a.lanes < b.lanes ? b.lanes : a.lanes};
#endif
}

// b where b < a, else a: NaN as in max.
inline F32x4 min(F32x4 a, F32x4 b) {
#if defined(__wasm_simd128__)
  return {__builtin_bit_cast(FloatLanes, wasm_f32x4_pmin(__builtin_bit_cast(v128_t, a.lanes),
                                                         __builtin_bit_cast(v128_t, b.lanes)))};
#else
  return {b.lanes < a.lanes ? b.lanes : a.lanes};
#endif
}

// ---------------------------------------------------------------- comparison and choice

// False where either side is NaN.
inline Mask less(F32x4 a, F32x4 b) { return {a.lanes < b.lanes}; }
inline Mask less_equal(F32x4 a, F32x4 b) { return {a.lanes <= b.lanes}; }
inline Mask equal(F32x4 a, F32x4 b) { return {a.lanes == b.lanes}; }

inline Mask operator&(Mask a, Mask b) { return {a.lanes & b.lanes}; }

// a where the mask is true, b elsewhere; bits are moved, not computed with.
inline F32x4 select(Mask mask, F32x4 a, F32x4 b) { return {mask.lanes ? a.lanes : b.lanes}; }

// ---------------------------------------------------------------- across lanes

// (x0 + x2) + (x1 + x3)
inline float sum(F32x4 x) { return (x.lanes[0] + x.lanes[2]) + (x.lanes[1] + x.lanes[3]); }

// The largest lane, NaN lanes passed over; -infinity or NaN when there is nothing else.
inline float largest(F32x4 x) {
  float result = x.lanes[0];
  for (int lane = 1; lane < F32x4::kLanes; ++lane) {
    result = x.lanes[lane] > result || result != result ? x.lanes[lane] : result;
  }
  return result;
}

// Turns four rows into four columns.
inline void transpose(F32x4& a, F32x4& b, F32x4& c, F32x4& d) {
  const FloatLanes ab_low = __builtin_shufflevector(a.lanes, b.lanes, 0, 4, 1, 5);
  const FloatLanes ab_high = __builtin_shufflevector(a.lanes, b.lanes, 2, 6, 3, 7);
  const FloatLanes cd_low = __builtin_shufflevector(c.lanes, d.lanes, 0, 4, 1, 5);
  const FloatLanes cd_high = __builtin_shufflevector(c.lanes, d.lanes, 2, 6, 3, 7);
  a.lanes = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
  b.lanes = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
  c.lanes = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  d.lanes = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

// ---------------------------------------------------------------- bits

// The bits of x as four integers, moved up by `Bits` places and read as floats again: how an
// exponent is built.
template <int Bits>
inline F32x4 shift_bits_left(F32x4 x) {
  using UnsignedLanes [[gnu::vector_size(16)]] = std::uint32_t;
  return {__builtin_bit_cast(FloatLanes, __builtin_bit_cast(UnsignedLanes, x.lanes) << Bits)};
}

}  // namespace attnlab::simd
