// Packing: copies of matrix blocks in the order in which the micro-kernel reads them.
//
// A panel holds `Width` lines of a matrix interleaved: entry p of line r at panel[p * Width + r].
// The micro-kernel then reads one stream, whatever was a row, a column or a gathered line before.
// Cost: one read and one write per entry.
#pragma once

#include "linalg/matrix.h"
#include "simd/f32x4.h"

namespace attnlab::linalg {

// A factor of a product: lines (rows of the left one, columns of the right one), entry p of line l
// at data[l * line_stride + p * entry_stride]. One of the two strides is 1.
struct Factor {
  const float* data;
  Index line_stride;
  Index entry_stride;
};

// Lines that lie contiguous in memory (rows of a row-major matrix): a transposition, four by four.
// A panel with fewer lines than Width repeats one of them; what is computed from the copies is
// never looked at.
template <int Width>
inline void pack_lines(const float* const (&lines)[Width], Index length, float* panel) {
  using simd::F32x4;
  constexpr Index kLanes = F32x4::kLanes;
  static_assert(Width % kLanes == 0 || Width % kLanes == 2);
  Index p = 0;
  for (; p + kLanes <= length; p += kLanes) {
    for (int line = 0; line < Width; line += kLanes) {
      const bool four = line + kLanes <= Width;  // else two, taken twice
      F32x4 block[kLanes];
      for (int r = 0; r < kLanes; ++r) {
        block[r] = simd::load(lines[line + (four ? r : r % 2)] + p);
      }
      simd::transpose(block[0], block[1], block[2], block[3]);
      for (int r = 0; r < kLanes; ++r) {
        float* to = panel + (p + r) * Width + line;
        four ? simd::store(to, block[r]) : simd::store_low_half(to, block[r]);
      }
    }
  }
  for (; p < length; ++p) {
    for (int r = 0; r < Width; ++r) {
      panel[p * Width + r] = lines[r][p];
    }
  }
}

// Lines that lie across memory (columns of a row-major matrix): entry p of line r at from[p *
// stride + r]. `width` lines are there; the panel is `panel_width` wide and the lines beyond are
// filled with zeros.
inline void pack_columns(const float* from, Index stride, Index width, Index panel_width,
                         Index length, float* panel) {
  for (Index p = 0; p < length; ++p) {
    for (Index r = 0; r < width; ++r) {
      panel[r] = from[r];
    }
    for (Index r = width; r < panel_width; ++r) {
      panel[r] = 0.0F;
    }
    from += stride;
    panel += panel_width;
  }
}

}  // namespace attnlab::linalg
