// From the numbers that JavaScript passes to the views that kernels take. Nothing is checked here:
// the TypeScript side has validated every shape and holds every allocation before it calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "linalg/matrix.h"

namespace attnlab::bindings {

using linalg::Index;

// A byte offset in the wasm memory; 0 stands for "absent" where a parameter is optional.
using Pointer = std::uintptr_t;

template <typename T>
T* at(Pointer pointer) {
  return reinterpret_cast<T*>(pointer);
}

inline linalg::ConstMatrix input(Pointer pointer, Index rows, Index columns) {
  return {at<const float>(pointer), rows, columns};
}

inline linalg::Matrix output(Pointer pointer, Index rows, Index columns) {
  return {at<float>(pointer), rows, columns};
}

inline std::span<float> scratch(Pointer pointer, std::size_t floats) {
  return {at<float>(pointer), floats};
}

// Sizes go back to JavaScript in bytes and as doubles: they may exceed what 32 bits hold.
inline double bytes_of(std::size_t floats) {
  return static_cast<double>(floats) * static_cast<double>(sizeof(float));
}

}  // namespace attnlab::bindings
