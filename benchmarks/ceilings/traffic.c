/* How fast this machine moves memory from WebAssembly SIMD: what operations are held to that do
 * little arithmetic. Arrays larger than the last-level cache, whole-vector loads and stores.
 *
 * A count is of floats, at most buffer_floats(), and a multiple of 16.
 */
#include <stdint.h>
#include <wasm_simd128.h>

enum { kLanes = 4, kUnrolled = 4, kStep = kUnrolled * kLanes, kBufferFloats = 1 << 24 };

static float source[kBufferFloats];
static float target[kBufferFloats];

#define EXPORT(name) __attribute__((export_name(#name)))
#define EACH_VECTOR _Pragma("clang loop unroll(full)") for (int u = 0; u < kUnrolled; ++u)

EXPORT(buffer_floats) int32_t buffer_floats(void) { return kBufferFloats; }

/* Writes every byte once, so that later passes touch real pages rather than the shared zero page.
 */
EXPORT(touch) void touch(void) {
  for (int32_t i = 0; i < kBufferFloats; ++i) source[i] = target[i] = (float)(i & 1023);
}

/* Reads `count` floats and writes as many. */
EXPORT(copy) void copy(int32_t count) {
  for (int32_t i = 0; i < count; i += kStep) {
    v128_t vectors[kUnrolled];
    EACH_VECTOR vectors[u] = wasm_v128_load(source + i + kLanes * u);
    EACH_VECTOR wasm_v128_store(target + i + kLanes * u, vectors[u]);
  }
}

/* Reads twice `count` floats, from two places, and writes `count`; `count` is at most half of
 * buffer_floats(). */
EXPORT(merge) void merge(int32_t count) {
  const float* other = source + kBufferFloats / 2;
  for (int32_t i = 0; i < count; i += kStep) {
    v128_t vectors[kUnrolled];
    EACH_VECTOR vectors[u] = wasm_f32x4_add(wasm_v128_load(source + i + kLanes * u),
                                            wasm_v128_load(other + i + kLanes * u));
    EACH_VECTOR wasm_v128_store(target + i + kLanes * u, vectors[u]);
  }
}

/* Reads `count` floats; the sum keeps the loads from being optimized away. */
EXPORT(read) float read(int32_t count) {
  v128_t sums[kUnrolled] = {0};
  for (int32_t i = 0; i < count; i += kStep) {
    EACH_VECTOR sums[u] = wasm_f32x4_add(sums[u], wasm_v128_load(source + i + kLanes * u));
  }
  const v128_t sum =
      wasm_f32x4_add(wasm_f32x4_add(sums[0], sums[1]), wasm_f32x4_add(sums[2], sums[3]));
  return wasm_f32x4_extract_lane(sum, 0) + wasm_f32x4_extract_lane(sum, 1) +
         wasm_f32x4_extract_lane(sum, 2) + wasm_f32x4_extract_lane(sum, 3);
}

/* One copied value; that anybody may ask for it keeps the copies from being optimized away. */
EXPORT(copied) float copied(int32_t index) { return target[index]; }
