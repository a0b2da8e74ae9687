// Slices of a tensor along some of its axes, brought into rows.
//
// Kernels work on contiguous rows. A slice along axes that are not the last ones is strided; a
// panel of slices at a time is gathered into rows that stay in the cache, processed, and scattered
// back.
//
// Cost: each entry is read and written once more, in the cache; where neighboring slices are
// neighbors in memory, in blocks of 4 x 4 that are transposed in registers.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "linalg/matrix.h"

namespace attnlab::normalization {

using linalg::Index;

struct SliceAxis {
  Index size;
  Index stride;  // in entries
};

class Slices {
 public:
  // No tensor that fits 2^32 bytes has more axes, those of size 1 not counted.
  static constexpr std::size_t kMaxAxes = 32;

  // One slice for every index of the axes `across`; its entries run over the axes `along`. In both
  // lists the last axis runs fastest.
  Slices(std::span<const SliceAxis> across, std::span<const SliceAxis> along);

  Index length() const { return length_; }

  // Slices [first, first + count) of x to rows, and back.
  //   rows [count, length]
  void gather(const float* x, Index first, Index count, float* rows) const;
  void scatter(const float* rows, Index first, Index count, float* x) const;

 private:
  struct Axes {
    std::array<SliceAxis, kMaxAxes> axes;
    std::size_t count = 0;

    explicit Axes(std::span<const SliceAxis> given);
    Index offset(Index index) const;
    SliceAxis innermost() const;
  };

  template <typename Move>
  void for_each_piece(Index first, Index count, Move&& move) const;

  Axes across_;
  Axes along_;
  Index length_;
};

}  // namespace attnlab::normalization
