// Slices of a tensor along some of its axes, brought into rows.
//
// Kernels work on rows: entries one after the other, one row after the other. A slice along axes
// that are not the last ones is scattered; a panel of slices at a time is gathered into rows in the
// cache, worked on there, and scattered back. Slices that are rows already stay where they are.
//
// Cost: each entry is read and written once more, in the cache; where neighboring slices are
// neighbors in memory, in blocks of 4 x 4 that are transposed in registers.
#pragma once

#include <algorithm>
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

  Index count() const { return count_; }
  Index length() const { return length_; }
  bool are_rows() const { return are_rows_; }

  // Slices [first, first + count) of x to rows, and back.
  void gather(const float* x, Index first, Index count, float* rows) const;
  void scatter(const float* rows, Index first, Index count, float* x) const;

  // Slices in one panel of `count` slices of `length` entries, and the floats of a panel.
  static Index panel_rows(Index count, Index length);
  std::size_t panel_size() const {
    return are_rows_ ? 0 : static_cast<std::size_t>(panel_rows(count_, length_) * length_);
  }

 private:
  struct Axes {
    std::array<SliceAxis, kMaxAxes> axes;
    std::size_t count = 0;

    explicit Axes(std::span<const SliceAxis> given);
    Index offset(Index index) const;
    SliceAxis innermost() const;
  };

  template <typename Move>
  void for_each_run(Index first, Index count, Move&& move) const;

  Axes across_;
  Axes along_;
  Index count_;
  Index length_;
  bool are_rows_;
};

// Calls work(first, count, inputs, outputs) for panels of slices, with pointers to their rows.
// nullptr among the inputs or outputs stays nullptr.
//   panels: (Inputs + Outputs) * slices.panel_size()
template <std::size_t Inputs, std::size_t Outputs, typename Work>
void for_each_panel(const Slices& slices, const std::array<const float*, Inputs>& inputs,
                    const std::array<float*, Outputs>& outputs, std::span<float> panels,
                    Work&& work) {
  if (slices.are_rows()) {
    work(Index{0}, slices.count(), inputs, outputs);
    return;
  }
  const Index step = Slices::panel_rows(slices.count(), slices.length());
  for (Index first = 0; first < slices.count(); first += step) {
    const Index count = std::min(step, slices.count() - first);
    std::array<const float*, Inputs> from{};
    std::array<float*, Outputs> to{};
    float* panel = panels.data();
    for (std::size_t i = 0; i < Inputs; ++i, panel += slices.panel_size()) {
      if (inputs[i] != nullptr) {
        slices.gather(inputs[i], first, count, panel);
        from[i] = panel;
      }
    }
    for (std::size_t o = 0; o < Outputs; ++o, panel += slices.panel_size()) {
      to[o] = outputs[o] == nullptr ? nullptr : panel;
    }
    work(first, count, from, to);
    for (std::size_t o = 0; o < Outputs; ++o) {
      if (outputs[o] != nullptr) {
        slices.scatter(to[o], first, count, outputs[o]);
      }
    }
  }
}

}  // namespace attnlab::normalization
