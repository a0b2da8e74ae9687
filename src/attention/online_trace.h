// The running softmax of one row, written down tile by tile: what online_softmax.h does inside the
// attention kernel, slowed down to be looked at, with the two mistakes that are easy to make.
//
//   m' = max(m, max_j s_j)
//   l' = e^(m - m') l + sum_j e^(s_j - m')
//   a' = e^(m - m') a, and a'_j = e^(s_j - m') for the keys of the tile
//
// After every tile, a_j is the factor that v_j has in the running output o = sum_j a_j v_j, and
// a_j / l its weight. Computed in float32, one operation at a time, so that what overflows or is
// lost here is what overflows or is lost in a kernel.
// Cost: n^2 / tile multiplications and n exponentials. Not a kernel for speed.
// Paper: Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018.
#pragma once

#include "linalg/matrix.h"

namespace attnlab::attention {

struct OnlineTraceOptions {
  linalg::Index tile = 8;        // keys per tile, >= 1
  bool rescale = true;           // false: what earlier tiles left is not multiplied by e^(m - m')
  bool subtract_maximum = true;  // false: e^(s_j) as it is, whatever its size
};

// The number of tiles of a row of n logits.
inline linalg::Index online_trace_tiles(linalg::Index n, linalg::Index tile) {
  return (n + tile - 1) / tile;
}

// logits [n]; maximum, denominator [tiles] and accumulated [tiles, n] hold m, l and a after each
// tile. A key that no tile has met yet has a_j = 0. A row of -infinity gives zeros and m =
// -infinity.
void online_trace(const float* logits, linalg::Index n, const OnlineTraceOptions& options,
                  float* maximum, float* denominator, float* accumulated);

}  // namespace attnlab::attention
