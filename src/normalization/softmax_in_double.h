// Passes of softmax and its gradients in double, for temperatures and gradients that float32 cannot
// hold and for the last few entries of a row: slow, and rare.
#pragma once

#include <algorithm>
#include <limits>

#include "linalg/matrix.h"
#include "simd/row_softmax.h"

namespace attnlab::normalization {

using linalg::Index;

// 1 / temperature, kept finite: (x_j - max) / temperature is then 0 and not NaN for the largest
// entries.
inline double inverse_of(double temperature) {
  return std::min(1.0 / temperature, std::numeric_limits<double>::max());
}

// simd::exponentiate_row for any temperature.
simd::RowSum exponentiate(const float* x, Index length, double temperature, float* out,
                          const float* next, float& maximum, Index block);

// dx_j = w_j (product (g_j - shift) + weight) + gradient g_j: the common form of the gradients.
struct Combination {
  double shift = 0.0;
  double product = 0.0;
  double weight = 0.0;
  double gradient = 0.0;
};

// Computes entries [begin, end). dx may be w.
void combine_in_double(const float* w, const float* g, Index begin, Index end,
                       const Combination& by, float* dx);

}  // namespace attnlab::normalization
