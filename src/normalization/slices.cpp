#include "normalization/slices.h"

#include <algorithm>
#include <utility>

#include "simd/f32x4.h"
#include "simd/own_function.h"

namespace attnlab::normalization {
namespace {

constexpr Index kLanes = simd::F32x4::kLanes;

// A matrix in memory, whose entry (i, j) is at data[i * down + j * right].
template <typename Float>
struct Strided {
  Float* data;
  Index down;
  Index right;

  Strided at(Index i, Index j) const { return {data + i * down + j * right, down, right}; }
};

using From = Strided<const float>;
using To = Strided<float>;

void copy_entries(From from, To to, Index rows, Index columns) {
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) {
      *to.at(i, j).data = *from.at(i, j).data;
    }
  }
}

// from.down == 1, to.right == 1.
void transpose(From from, To to, Index rows, Index columns) {
  Index i = 0;
  for (; i + kLanes <= rows; i += kLanes) {
    Index j = 0;
    for (; j + kLanes <= columns; j += kLanes) {
      simd::F32x4 a = simd::load(from.at(i, j).data);
      simd::F32x4 b = simd::load(from.at(i, j + 1).data);
      simd::F32x4 c = simd::load(from.at(i, j + 2).data);
      simd::F32x4 d = simd::load(from.at(i, j + 3).data);
      simd::transpose(a, b, c, d);
      simd::store(to.at(i, j).data, a);
      simd::store(to.at(i + 1, j).data, b);
      simd::store(to.at(i + 2, j).data, c);
      simd::store(to.at(i + 3, j).data, d);
    }
    copy_entries(from.at(i, j), to.at(i, j), kLanes, columns - j);
  }
  copy_entries(from.at(i, 0), to.at(i, 0), rows - i, columns);
}

// to = from, by the way that suits the strides.
ATTNLAB_OWN_FUNCTION void copy(From from, To to, Index rows, Index columns) {
  if (from.right == 1 && to.right == 1) {
    for (Index i = 0; i < rows; ++i) {
      std::copy_n(from.at(i, 0).data, columns, to.at(i, 0).data);
    }
    return;
  }
  if (from.right == 1 && to.down == 1) {
    std::swap(from.down, from.right);
    std::swap(to.down, to.right);
    std::swap(rows, columns);
  }
  if (from.down == 1 && to.right == 1) {
    transpose(from, to, rows, columns);
  } else {
    copy_entries(from, to, rows, columns);
  }
}

}  // namespace

// Axes of size 1 drop out, and an axis that continues the one before it is one with it.
Slices::Axes::Axes(std::span<const SliceAxis> given) : axes{} {
  for (const SliceAxis& axis : given) {
    if (axis.size == 1) {
      continue;
    }
    if (count > 0 && axes[count - 1].stride == axis.size * axis.stride) {
      axes[count - 1] = {axes[count - 1].size * axis.size, axis.stride};
    } else {
      axes[count++] = axis;
    }
  }
}

Index Slices::Axes::offset(Index index) const {
  Index result = 0;
  for (std::size_t a = count; a-- > 0;) {
    result += index % axes[a].size * axes[a].stride;
    index /= axes[a].size;
  }
  return result;
}

SliceAxis Slices::Axes::innermost() const { return count == 0 ? SliceAxis{1, 1} : axes[count - 1]; }

Slices::Slices(std::span<const SliceAxis> across, std::span<const SliceAxis> along)
    : across_(across), along_(along), length_(1) {
  for (const SliceAxis& axis : along) {
    length_ *= axis.size;
  }
}

// Calls move(x offset, strides in x between slices and between entries, slices, entries, row,
// entry) for the largest pieces of the slices in which both strides are fixed.
template <typename Move>
void Slices::for_each_piece(Index first, Index count, Move&& move) const {
  const SliceAxis neighbors = across_.innermost();
  const SliceAxis entries = along_.innermost();
  for (Index row = 0; row < count;) {
    const Index slice = first + row;
    const Index slices = std::min(count - row, neighbors.size - slice % neighbors.size);
    const Index start = across_.offset(slice);
    for (Index entry = 0; entry < length_; entry += entries.size) {
      move(start + along_.offset(entry), neighbors.stride, entries.stride, slices, entries.size,
           row * length_ + entry);
    }
    row += slices;
  }
}

void Slices::gather(const float* x, Index first, Index count, float* rows) const {
  for_each_piece(first, count,
                 [&](Index at, Index down, Index right, Index slices, Index entries, Index place) {
                   copy({x + at, down, right}, {rows + place, length_, 1}, slices, entries);
                 });
}

void Slices::scatter(const float* rows, Index first, Index count, float* x) const {
  for_each_piece(first, count,
                 [&](Index at, Index down, Index right, Index slices, Index entries, Index place) {
                   copy({rows + place, length_, 1}, {x + at, down, right}, slices, entries);
                 });
}

}  // namespace attnlab::normalization
