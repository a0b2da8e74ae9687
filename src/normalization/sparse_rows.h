// What sparsemax and 1.5-entmax share: a row relative to its largest entry, a threshold tau, and
// zeros for all entries below it.
//
//   d_j = slope (x_j - max x),   row_j = power of max(d_j - tau, 0),   -1 <= tau < 0
//
// All in double on float32 input, so that the result is the double one, rounded once.
#pragma once

#include <algorithm>
#include <limits>

#include "linalg/matrix.h"
#include "normalization/support.h"

namespace attnlab::normalization {

class SparseRow {
 public:
  // Entries that can lie above the threshold (d_j > -1) are collected in `scratch` [length].
  SparseRow(const float* x, Index length, double slope, float* scratch)
      : x_(x), length_(length), slope_(slope), candidates_(scratch) {
    const Support support = find_support(x, length, RowInput::kLogits);
    valid_ = support.valid;
    largest_ = static_cast<double>(support.largest);
    for (Index j = 0; valid_ && j < length; ++j) {
      if (distance(x[j]) > -1.0) {
        candidates_[count_++] = x[j];
      }
    }
    // An invalid row is one of -infinity only, or one with NaN or +infinity.
    empty_ = !valid_ && std::all_of(x, x + length, [](float value) {
      return value == -std::numeric_limits<float>::infinity();
    });
  }

  bool valid() const { return valid_; }

  // d of an entry.
  double distance(float x) const { return slope_ * (static_cast<double>(x) - largest_); }

  // function(d) for every candidate above the threshold; gives their number.
  template <typename Function>
  Index over_candidates(double threshold, Function&& function) const {
    Index above = 0;
    for (Index k = 0; k < count_; ++k) {
      const double d = distance(candidates_[k]);
      if (d > threshold) {
        function(d);
        ++above;
      }
    }
    return above;
  }

  // out_j = function(max(d_j - threshold, 0), j)
  template <typename Function>
  void write(double threshold, float* out, Function&& function) const {
    for (Index j = 0; j < length_; ++j) {
      const double above = distance(x_[j]) - threshold;
      out[j] = static_cast<float>(above > 0.0 ? function(above, j) : 0.0);
    }
  }

  // The result of a row that is not valid.
  void write_invalid(float* out) const {
    std::fill_n(out, length_, empty_ ? 0.0F : std::numeric_limits<float>::quiet_NaN());
  }

 private:
  const float* x_;
  Index length_;
  double slope_;
  float* candidates_;
  double largest_ = 0.0;
  Index count_ = 0;
  bool valid_ = false;
  bool empty_ = false;
};

}  // namespace attnlab::normalization
