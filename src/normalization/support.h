// A row as the logarithms of its probabilities on its support: the input of entropy, of the power
// transform and of what is built on them.
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

// Writes l_j / unit for the entries of the support, in order, to out[0, support.size), and returns
// unit: 1, or a power of two where the spread of the logits is outside of 2^-50 to 2^50. reference:
// support.largest or support.smallest. l_j is within 2.5 ulp; 0 exactly where x_j = reference and
// only there.
double log_row(const float* x, Index length, RowInput input, const Support& support,
               float reference, float* out);

// The inverse of gathering the support: moves the first support.size entries of the row to the
// places of the support, with zeros between.
void expand_row(const float* x, Index length, RowInput input, const Support& support, float* row);

inline bool in_support(float value, RowInput input) {
  return input == RowInput::kProbabilities ? value > 0.0F
                                           : value > -std::numeric_limits<float>::infinity();
}

// Calls function(j, k) for every entry j of the support, the k-th of them, from the last to the
// first, so that the value at k may be moved to j in place.
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
