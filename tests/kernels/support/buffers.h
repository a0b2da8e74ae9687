// Memory for kernels under test: misaligned on purpose, and watched at both ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace attnlab::testing {

// Entries of a matrix.
inline std::size_t size_of(std::ptrdiff_t rows, std::ptrdiff_t columns) {
  return static_cast<std::size_t>(rows * columns);
}

// A copy of `values` that starts `offset` floats into its allocation and ends where the allocation
// ends, so that AddressSanitizer sees a read beyond it.
class Input {
 public:
  explicit Input(const std::vector<float>& values, std::size_t offset = 0)
      : storage_(values.size() + offset), offset_(offset) {
    for (std::size_t e = 0; e < values.size(); ++e) {
      storage_[offset + e] = values[e];
    }
  }

  const float* data() const { return storage_.data() + offset_; }

 private:
  std::vector<float> storage_;
  std::size_t offset_;
};

// A place for results or scratch between two fences that intact() looks at. It starts out full of
// NaN: a kernel that reads what it never wrote shows.
class Fenced {
 public:
  explicit Fenced(std::size_t count, std::size_t offset = 0)
      : storage_(offset + 2 * kFence + count, kFenceValue), start_(offset + kFence), count_(count) {
    for (float& value : values()) {
      value = __builtin_nanf("");
    }
  }

  float* data() { return storage_.data() + start_; }
  std::span<float> values() { return {data(), count_}; }

  bool intact() const {
    for (std::size_t e = 0; e < storage_.size(); ++e) {
      const bool inside = e >= start_ && e < start_ + count_;
      if (!inside && storage_[e] != kFenceValue) {
        return false;
      }
    }
    return true;
  }

 private:
  static constexpr std::size_t kFence = 16;
  static constexpr float kFenceValue = -12345.678F;

  std::vector<float> storage_;
  std::size_t start_;
  std::size_t count_;
};

}  // namespace attnlab::testing
