// Which of the two builds this binary is, for a loader that was handed one without being told.
#include <emscripten/bind.h>

namespace attnlab::bindings {
namespace {

bool uses_relaxed_simd() {
#if defined(__wasm_relaxed_simd__)
  return true;
#else
  return false;
#endif
}

}  // namespace
}  // namespace attnlab::bindings

EMSCRIPTEN_BINDINGS(attnlab_variant) {
  emscripten::function("usesRelaxedSimd", &attnlab::bindings::uses_relaxed_simd);
}
