// A transposition between the two shapes that a tile of the micro-kernel has in attention: by key,
// as it is born, and by query or feature, as the next product reads it.
#pragma once

#include "attention/online_softmax.h"
#include "linalg/microkernel.h"
#include "simd/f32x4.h"

namespace attnlab::attention {

// A tile of lines of eight floats, line r at lines[r], turned: eight lines of a tile's rows.
inline void turn_panel(const float* const (&lines)[linalg::kTileRows], float* to) {
  using linalg::kTileRows;
  using simd::F32x4;
  static_assert(kTileRows == F32x4::kLanes || kTileRows == F32x4::kLanes + 2);
  for (int h = 0; h < kPanelQueries; h += F32x4::kLanes) {
    F32x4 first[F32x4::kLanes];
    for (int r = 0; r < F32x4::kLanes; ++r) {
      first[r] = simd::load(lines[r] + h);
    }
    simd::transpose(first[0], first[1], first[2], first[3]);
    for (int r = 0; r < F32x4::kLanes; ++r) {
      simd::store(to + (h + r) * kTileRows, first[r]);
    }
    if constexpr (kTileRows > F32x4::kLanes) {
      const F32x4 fifth = simd::load(lines[F32x4::kLanes] + h);
      const F32x4 sixth = simd::load(lines[F32x4::kLanes + 1] + h);
      F32x4 second[F32x4::kLanes] = {fifth, sixth, fifth, sixth};
      simd::transpose(second[0], second[1], second[2], second[3]);
      for (int r = 0; r < F32x4::kLanes; ++r) {
        simd::store_low_half(to + (h + r) * kTileRows + F32x4::kLanes, second[r]);
      }
    }
  }
}

}  // namespace attnlab::attention
