// A row as logarithms of the probabilities on its support: what entropy, the power transform and what
// is built on them start from.
//
//   support   the entries with p_j > 0 (logits: x_j > -infinity), s of them
//   l_j       ln(p_j / reference)  or  x_j - reference
//
// A row is valid if it holds no NaN, no +infinity and no negative probability, and has a support.
#pragma once

#include <cstdint>
#include <limits>

#include "linalg/matrix.h"

namespace attnlab::normalization {

using linalg::Index;

// What the entries of a row are. Probabilities need not sum to 1; logits are logarithms of
// probabilities up to a constant.
enum class RowInput : std::uint8_t { kProbabilities = 0, kLogits = 1 };

struct Support {
  bool valid = false;
  Index size = 0;
  float smallest = 0.0F;  // entry of the support
  float largest = 0.0F;
};

Support find_support(const float* x, Index length, RowInput input);

// How many entries equal `value` exactly.
Index count_equal(const float* x, Index length, float value);

// Writes l_j / unit for the entries of the support, in order, to out[0, support.size), and returns unit:
// 1, or a power of two where the spread of logits lies outside of what float32 holds comfortably.
// reference: support.largest or support.smallest. l_j is within 2.5 ulp; 0 exactly where x_j = reference
// and only there.
double log_row(const float* x, Index length, RowInput input, const Support& support,
               float reference, float* out);

// Moves the first entries of the row, one for each of the support, to where the support is; zeros between.
void expand_row(const float* x, Index length, RowInput input, const Support& support, float* row);

inline bool in_support(float value, RowInput input) {
  return input == RowInput::kProbabilities ? value > 0.0F
                                           : value > -std::numeric_limits<float>::infinity();
}

// function(j, k) for every entry j of the support, k being its place in a row without the others; from
// the last to the first, so that what stands at k may be replaced by what belongs at j.
template <typename Function>
void over_support(const float* x, Index length, RowInput input, Index size, Function&& function) {
  Index k = size;
  for (Index j = length - 1; j >= 0; --j) {
    if (in_support(x[j], input)) {
      --k;
      function(j, k);
    }
  }
}

}  // namespace attnlab::normalization
