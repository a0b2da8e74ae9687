#include "normalization/slices.h"

#include "simd/f32x4.h"

namespace attnlab::normalization {
namespace {

constexpr Index kLanes = simd::F32x4::kLanes;

// to[j * to_stride + i] = from[i * from_stride + j] for i < rows, j < columns.
void transpose(const float* from, Index from_stride, Index rows, Index columns, float* to,
               Index to_stride) {
  Index i = 0;
  for (; i + kLanes <= rows; i += kLanes) {
    const float* corner = from + i * from_stride;
    Index j = 0;
    for (; j + kLanes <= columns; j += kLanes) {
      simd::F32x4 a = simd::load(corner + j);
      simd::F32x4 b = simd::load(corner + from_stride + j);
      simd::F32x4 c = simd::load(corner + 2 * from_stride + j);
      simd::F32x4 d = simd::load(corner + 3 * from_stride + j);
      simd::transpose(a, b, c, d);
      float* target = to + j * to_stride + i;
      simd::store(target, a);
      simd::store(target + to_stride, b);
      simd::store(target + 2 * to_stride, c);
      simd::store(target + 3 * to_stride, d);
    }
    for (; j < columns; ++j) {
      for (Index lane = 0; lane < kLanes; ++lane) {
        to[j * to_stride + i + lane] = corner[lane * from_stride + j];
      }
    }
  }
  for (; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) {
      to[j * to_stride + i] = from[i * from_stride + j];
    }
  }
}

Index product_of_sizes(std::span<const SliceAxis> axes) {
  Index product = 1;
  for (const SliceAxis& axis : axes) {
    product *= axis.size;
  }
  return product;
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

SliceAxis Slices::Axes::innermost() const {
  return count == 0 ? SliceAxis{1, 1} : axes[count - 1];
}

Slices::Slices(std::span<const SliceAxis> across, std::span<const SliceAxis> along)
    : across_(across),
      along_(along),
      count_(product_of_sizes(across)),
      length_(product_of_sizes(along)),
      are_rows_(along_.count <= 1 && along_.innermost().stride == 1 && across_.count <= 1 &&
                (across_.count == 0 || across_.innermost().stride == length_)) {}

Index Slices::panel_rows(Index count, Index length) {
  // A panel of 64 KB stays in the second-level cache; 16 neighboring slices share each cache line.
  constexpr Index kPanelFloats = 16384;
  constexpr Index kFewest = 16;
  const Index fitting = length == 0 ? kFewest : kPanelFloats / length;
  return std::min(std::max(fitting / kFewest * kFewest, kFewest), std::max(count, Index{1}));
}

// Calls move(x offset, stride between slices, stride between entries, slices, entries, row, entry)
// for the largest pieces of the slices in which both strides are fixed.
template <typename Move>
void Slices::for_each_run(Index first, Index count, Move&& move) const {
  const SliceAxis neighbors = across_.innermost();
  const SliceAxis entries = along_.innermost();
  for (Index row = 0; row < count;) {
    const Index slice = first + row;
    const Index slices = std::min(count - row, neighbors.size - slice % neighbors.size);
    const Index start = across_.offset(slice);
    for (Index entry = 0; entry < length_; entry += entries.size) {
      move(start + along_.offset(entry), neighbors.stride, entries.stride, slices, entries.size,
           row, entry);
    }
    row += slices;
  }
}

void Slices::gather(const float* x, Index first, Index count, float* rows) const {
  for_each_run(first, count,
               [&](Index at, Index between_slices, Index between_entries, Index slices,
                   Index entries, Index row, Index entry) {
                 float* to = rows + row * length_ + entry;
                 if (between_slices == 1 && between_entries != 1) {
                   transpose(x + at, between_entries, entries, slices, to, length_);
                   return;
                 }
                 for (Index i = 0; i < slices; ++i) {
                   for (Index j = 0; j < entries; ++j) {
                     to[i * length_ + j] = x[at + i * between_slices + j * between_entries];
                   }
                 }
               });
}

void Slices::scatter(const float* rows, Index first, Index count, float* x) const {
  for_each_run(first, count,
               [&](Index at, Index between_slices, Index between_entries, Index slices,
                   Index entries, Index row, Index entry) {
                 const float* from = rows + row * length_ + entry;
                 if (between_slices == 1 && between_entries != 1) {
                   // Few entries at a time: what is written then lies together.
                   for (Index j = 0; j < entries; j += kLanes) {
                     transpose(from + j, length_, slices, std::min(kLanes, entries - j),
                               x + at + j * between_entries, between_entries);
                   }
                   return;
                 }
                 for (Index i = 0; i < slices; ++i) {
                   for (Index j = 0; j < entries; ++j) {
                     x[at + i * between_slices + j * between_entries] = from[i * length_ + j];
                   }
                 }
               });
}

}  // namespace attnlab::normalization
