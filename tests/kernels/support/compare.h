// Comparison with a result computed in double.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

namespace attnlab::testing {

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();
inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Both NaN, the same infinity (also where the expected value exceeds all floats), or finite and no
// further apart than the tolerance.
inline bool close(float actual, double expected, double tolerance) {
  if (std::isnan(expected)) {
    return std::isnan(actual);
  }
  if (std::abs(expected) > static_cast<double>(std::numeric_limits<float>::max())) {
    return actual == std::copysign(kInfinity, static_cast<float>(expected));
  }
  return std::abs(static_cast<double>(actual) - expected) <= tolerance;
}

// Distance in units of the last place of the expected value's float.
inline double ulps(float actual, double expected) {
  const auto rounded = static_cast<float>(expected);
  const float next = std::nextafter(std::abs(rounded), kInfinity);
  const double unit = static_cast<double>(next) - std::abs(static_cast<double>(rounded));
  return std::abs(static_cast<double>(actual) - expected) / unit;
}

// The same numbers, signs of zero and of NaN included.
inline bool same_bits(std::span<const float> a, std::span<const float> b) {
  return std::ranges::equal(a, b, [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
  });
}

}  // namespace attnlab::testing
