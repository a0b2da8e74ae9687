// Keys and values of one head as the micro-kernel reads them, without what the mask hides.
//
// Cost: one read and one write per visible entry.
#pragma once

#include <algorithm>
#include <cmath>

#include "attention/visible_keys.h"
#include "linalg/microkernel.h"
#include "linalg/pack.h"
#include "simd/finite.h"
#include "simd/own_function.h"

namespace attnlab::attention {

// Keys go to panels of kTileRows keys, [d][kTileRows] each; the last panel repeats its last key.
ATTNLAB_OWN_FUNCTION inline void pack_keys(const VisibleKeys& visible, KeyRange keys,
                                           const linalg::ConstMatrix& k, float* panels) {
  constexpr Index kWidth = linalg::kTileRows;
  for (Index first = keys.begin; first < keys.end; first += kWidth) {
    const float* lines[kWidth];
    for (Index r = 0; r < kWidth; ++r) {
      const Index key = std::min(first + r, keys.end - 1);
      lines[r] = k.data() + visible.original(key) * k.cols();
    }
    linalg::pack_lines<kWidth>(lines, k.cols(), panels);
    panels += kWidth * k.cols();
  }
}

// Values go to panels of kTileRows columns, [keys][kTileRows] each; the last panel is as narrow as
// need be. What is not finite is packed as 0; returns whether all was finite.
ATTNLAB_OWN_FUNCTION inline bool pack_values(const VisibleKeys& visible, KeyRange keys,
                                             const linalg::ConstMatrix& v, float* panels) {
  constexpr Index kWidth = linalg::kTileRows;
  const Index columns = v.cols();
  const Index whole = columns / kWidth * kWidth;
  const Index rest = columns - whole;
  bool finite = true;
  for (Index key = 0; key < keys.size(); ++key) {
    const float* row = v.data() + visible.original(keys.begin + key) * columns;
    finite = simd::all_finite(row, columns) && finite;
    float* to = panels + key * kWidth;
    for (Index c = 0; c < whole; c += kWidth) {
      std::copy_n(row + c, kWidth, to);
      to += keys.size() * kWidth;
    }
    to = panels + keys.size() * whole + key * rest;
    for (Index c = 0; c < rest; ++c) {
      to[c] = row[whole + c];
    }
  }
  if (!finite) {
    for (Index e = 0; e < keys.size() * columns; ++e) {
      panels[e] = std::isfinite(panels[e]) ? panels[e] : 0.0F;
    }
  }
  return finite;
}

}  // namespace attnlab::attention
