/* What this machine can do at most from WebAssembly SIMD: the denominators of the benchmark's
 * ratios.
 *
 * Arithmetic runs in 12 independent chains of four lanes: on current x86-64 and ARM cores the
 * latency of a fused multiply-add times the number of units that execute it is 8 to 10, and 12
 * chains with their two constants still fit the 15 vector registers that V8 can use. Fewer chains
 * measure latency instead of throughput.
 *
 * Traffic goes through arrays larger than the last-level cache, with whole-vector loads and stores.
 */
#include <stdint.h>
#include <wasm_simd128.h>

enum { kChains = 12, kLanes = 4, kBufferFloats = 1 << 24 };

static float source[kBufferFloats];
static float target[kBufferFloats];

#define EXPORT(name) __attribute__((export_name(#name)))

/* acc = step(acc) in every chain, `rounds` times; the sum of the lanes keeps the work from being
 * optimized away. The constants come in as arguments: literal ones would be loaded again in every
 * round. */
#define RUN_CHAINS(STEP)                                                                    \
  v128_t acc[kChains];                                                                      \
  for (int c = 0; c < kChains; ++c) acc[c] = wasm_f32x4_splat(start + (float)c);            \
  const v128_t factor = wasm_f32x4_splat(by);                                               \
  const v128_t term = wasm_f32x4_splat(plus);                                               \
  for (int32_t r = 0; r < rounds; ++r) {                                                    \
    _Pragma("clang loop unroll(full)") for (int c = 0; c < kChains; ++c) { acc[c] = STEP; } \
  }                                                                                         \
  v128_t sum = acc[0];                                                                      \
  for (int c = 1; c < kChains; ++c) sum = wasm_f32x4_add(sum, acc[c]);                      \
  return wasm_f32x4_extract_lane(sum, 0) + wasm_f32x4_extract_lane(sum, 1) +                \
         wasm_f32x4_extract_lane(sum, 2) + wasm_f32x4_extract_lane(sum, 3)

/* 2 * kChains * kLanes floating-point operations per round. */
#ifdef __wasm_relaxed_simd__
EXPORT(fused_multiply_add)
float fused_multiply_add(float start, float by, float plus, int32_t rounds) {
  RUN_CHAINS(wasm_f32x4_relaxed_madd(acc[c], factor, term));
}
#endif

/* 2 * kChains * kLanes floating-point operations per round. */
EXPORT(multiply_then_add)
float multiply_then_add(float start, float by, float plus, int32_t rounds) {
  RUN_CHAINS(wasm_f32x4_add(wasm_f32x4_mul(acc[c], factor), term));
}

EXPORT(operations_per_round) int32_t operations_per_round(void) { return 2 * kChains * kLanes; }
EXPORT(buffer_bytes) int32_t buffer_bytes(void) { return (int32_t)sizeof(source); }

/* Writes every byte once, so that later passes touch real pages rather than the shared zero page.
 */
EXPORT(touch) void touch(void) {
  for (int32_t i = 0; i < kBufferFloats; ++i) source[i] = target[i] = (float)(i & 1023);
}

/* Reads and writes buffer_bytes() once each. */
EXPORT(copy) void copy(void) {
  for (int32_t i = 0; i < kBufferFloats; i += 4 * kLanes) {
    const v128_t a = wasm_v128_load(source + i);
    const v128_t b = wasm_v128_load(source + i + 4);
    const v128_t c = wasm_v128_load(source + i + 8);
    const v128_t d = wasm_v128_load(source + i + 12);
    wasm_v128_store(target + i, a);
    wasm_v128_store(target + i + 4, b);
    wasm_v128_store(target + i + 8, c);
    wasm_v128_store(target + i + 12, d);
  }
}

/* Reads buffer_bytes() once. */
EXPORT(read) float read(void) {
  v128_t a = wasm_f32x4_splat(0), b = a, c = a, d = a;
  for (int32_t i = 0; i < kBufferFloats; i += 4 * kLanes) {
    a = wasm_f32x4_add(a, wasm_v128_load(source + i));
    b = wasm_f32x4_add(b, wasm_v128_load(source + i + 4));
    c = wasm_f32x4_add(c, wasm_v128_load(source + i + 8));
    d = wasm_f32x4_add(d, wasm_v128_load(source + i + 12));
  }
  const v128_t sum = wasm_f32x4_add(wasm_f32x4_add(a, b), wasm_f32x4_add(c, d));
  return wasm_f32x4_extract_lane(sum, 0) + wasm_f32x4_extract_lane(sum, 1) +
         wasm_f32x4_extract_lane(sum, 2) + wasm_f32x4_extract_lane(sum, 3);
}

/* One copied value; that anybody may ask for it keeps the copies from being optimized away. */
EXPORT(copied) float copied(int32_t index) { return target[index]; }
