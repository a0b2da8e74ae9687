// Memory for the TypeScript side: it stages its arrays here and reads results from here.
#include <emscripten/bind.h>
#include <emscripten/heap.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "views.h"

// The linker's and the run-time library's own names, which C++ keeps for them.
extern "C" const std::byte kStackBase asm("__stack_high");
extern "C" void set_stack_pointer(const void* pointer) asm("_emscripten_stack_restore");

namespace attnlab::bindings {
namespace {

constexpr std::size_t kAlignment = 16;  // of a SIMD vector
constexpr double kAddressable = 4294967296.0;

// Offset of a fresh block of at least `bytes` bytes, 16-byte aligned, or 0 when memory cannot be
// had. 0 bytes are legal and give a block of their own. The parameter is a double so that a request
// beyond 32 bits is refused, not wrapped.
Pointer allocate(double bytes) {
  const bool addressable = bytes >= 0.0 && bytes < kAddressable - kAlignment;  // not NaN either
  if (!addressable) {
    return 0;
  }
  // aligned_alloc wants a multiple of the alignment.
  const std::size_t blocks = static_cast<std::size_t>(bytes) / kAlignment + 1;
  return reinterpret_cast<Pointer>(std::aligned_alloc(kAlignment, blocks * kAlignment));
}

void release(Pointer pointer) { std::free(at<void>(pointer)); }

// JavaScript that fails inside a kernel, as when its own stack overflows there, unwinds past the
// code that gives a kernel's stack back. Between two calls nothing is on the stack, so it starts
// again from its base.
void restore_stack() { set_stack_pointer(&kStackBase); }

double heap_bytes() { return static_cast<double>(emscripten_get_heap_size()); }

}  // namespace
}  // namespace attnlab::bindings

EMSCRIPTEN_BINDINGS(attnlab_memory) {
  using namespace attnlab::bindings;
  emscripten::function("allocate(bytes)", &allocate);
  emscripten::function("release(pointer)", &release);
  emscripten::function("heapBytes", &heap_bytes);
  emscripten::function("restoreStack", &restore_stack);
}
