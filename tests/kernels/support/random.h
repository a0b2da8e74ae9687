// Test data from a seed: the same numbers in every build.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace attnlab::testing {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 2862933555777941757ULL + 3037000493ULL) {}

  // Uniform on [0, 2^32). SplitMix64, upper half.
  std::uint32_t bits() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 32);
  }

  // Uniform on [low, high).
  float uniform(float low, float high) {
    return low + (high - low) * static_cast<float>(bits() >> 8) * 0x1p-24F;
  }

  // Uniform whole number in [0, bound).
  int below(int bound) { return static_cast<int>(bits() % static_cast<std::uint32_t>(bound)); }

  bool chance(double probability) { return bits() < probability * 4294967296.0; }

  std::vector<float> values(std::size_t count, float low = -1.0F, float high = 1.0F) {
    std::vector<float> result(count);
    for (float& value : result) {
      value = uniform(low, high);
    }
    return result;
  }

 private:
  std::uint64_t state_;
};

}  // namespace attnlab::testing
