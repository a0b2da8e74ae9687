/* What this machine can do at most in arithmetic from WebAssembly SIMD: the denominators of the
 * benchmark's ratios. Small enough (a few hundred bytes) to travel with a widget.
 *
 * Arithmetic runs in 12 independent chains of four lanes: on current x86-64 and ARM cores the
 * latency of a fused multiply-add times the number of units that execute it is 8 to 10, and 12
 * chains with their two constants still fit the 15 vector registers that V8 can use. Fewer chains
 * measure latency instead of throughput.
 */
#include <stdint.h>
#include <wasm_simd128.h>

enum { kChains = 12, kLanes = 4 };

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

/* The arithmetic of each binary: a fused multiply-add where there is one, else multiply, then add;
 * 2 * kChains * kLanes floating-point operations per round. */
EXPORT(run) float run(float start, float by, float plus, int32_t rounds) {
#ifdef __wasm_relaxed_simd__
  RUN_CHAINS(wasm_f32x4_relaxed_madd(acc[c], factor, term));
#else
  RUN_CHAINS(wasm_f32x4_add(wasm_f32x4_mul(acc[c], factor), term));
#endif
}

EXPORT(operations_per_round) int32_t operations_per_round(void) { return 2 * kChains * kLanes; }
