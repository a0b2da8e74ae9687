// What a caller may ask of softmax attention; shared by the exact kernel and attention_weights.
#pragma once

#include <algorithm>
#include <cmath>

#include "attention/minus_infinity.h"
#include "attention/visibility.h"

namespace attnlab::attention {

// Additive bias of the logits: entry (i, j) is data[i * row_stride + j * column_stride]; a stride
// of 0 repeats a row or a column. -infinity hides the entry. data == nullptr: no bias.
struct Bias {
  const float* data = nullptr;
  Index row_stride = 0;
  Index column_stride = 0;

  float at(Index i, Index j) const { return data[i * row_stride + j * column_stride]; }
};

struct Options {
  // logit(i, j) = scale_i * q_i . k_j + bias(i, j), where scale_i is scale, times ln(n_i) if
  // times_log_visible; n_i is the number of keys that query i sees after mask and window (the bias
  // does not count).
  double scale = 1.0;
  bool times_log_visible = false;
  const std::uint8_t* mask = nullptr;  // n_k bytes, nonzero = visible; nullptr: all visible
  Bias bias = {};
  Window window = {};
};

// Whether mask or bias hides key j from query i; the window is not asked.
inline bool hides(const Options& options, Index i, Index j) {
  return (options.mask != nullptr && options.mask[j] == 0) ||
         (options.bias.data != nullptr && options.bias.at(i, j) == minus_infinity<float>());
}

// scale_i of a query with that window.
inline double scale_of_row(const Options& options, const KeyRange& window) {
  if (!options.times_log_visible) {
    return options.scale;
  }
  const Index masked =
      options.mask == nullptr
          ? 0
          : std::count(options.mask + window.begin, options.mask + window.end, std::uint8_t{0});
  const Index visible = std::max<Index>(1, window.size() - masked);
  return options.scale * std::log(static_cast<double>(visible));
}

}  // namespace attnlab::attention
