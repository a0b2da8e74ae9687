// Which keys a query sees.
//
// Query i of n_q stands at the aligned position i' = i + n_k - n_q, so that the last query meets
// the last key. It sees key j iff i' - left <= j <= i' + right and the key is not masked. A causal
// model has right = 0.
#pragma once

#include <algorithm>
#include <cstdint>

#include "linalg/matrix.h"

namespace attnlab::attention {

using linalg::Index;

// A side of the window that has no limit.
inline constexpr Index kUnlimited = -1;

struct Window {
  Index left = kUnlimited;   // keys before i' that are seen, or kUnlimited
  Index right = kUnlimited;  // keys after i' that are seen, or kUnlimited
};

// The half-open range of keys [begin, end); empty ranges have begin == end.
struct KeyRange {
  Index begin;
  Index end;

  Index size() const { return end - begin; }
};

// The keys inside the window of query i. Both ends grow with i: the kernels count on it.
// Window sides may be as large as an Index holds: they are clipped to n_q + n_k, which no distance
// exceeds.
inline KeyRange keys_in_window(const Window& window, Index i, Index n_q, Index n_k) {
  const Index position = i + n_k - n_q;
  const Index farthest = n_q + n_k;
  const Index left = window.left == kUnlimited ? farthest : std::min<Index>(window.left, farthest);
  const Index right =
      window.right == kUnlimited ? farthest : std::min<Index>(window.right, farthest);
  const Index begin = std::clamp<Index>(position - left, 0, n_k);
  const Index end = std::clamp<Index>(position + right + 1, 0, n_k);
  return {begin, std::max(begin, end)};
}

}  // namespace attnlab::attention
