// The score of a key that is hidden, whose weight e^-infinity is exactly 0, and so the largest
// score or exponent where there is none. The kernels count on the two being the same.
#pragma once

#include <limits>

namespace attnlab::attention {

template <typename Real>
constexpr Real minus_infinity() {
  return -std::numeric_limits<Real>::infinity();
}

}  // namespace attnlab::attention
