// Shannon entropy of rows and its gradient.
#pragma once

#include <span>

#include "linalg/matrix.h"
#include "normalization/support.h"

namespace attnlab::normalization {

// out_i = H of row i in nats.
//   x [rows, length], out [rows]
// Probabilities are divided by their sum first; 0 ln 0 = 0. An invalid row (support.h) gives NaN.
void entropy(const linalg::ConstMatrix& x, RowInput input, std::span<float> out);

// dx_ij = d_output_i * dH_i / dx_ij.
//   x, dx [rows, length], d_output [rows]; dx overlaps no input.
// At a probability of 0 the derivative is infinite, and so is dx unless d_output is 0; at a logit
// of -infinity dx is 0. An invalid row gives NaN.
void entropy_backward(const linalg::ConstMatrix& x, std::span<const float> d_output, RowInput input,
                      linalg::Matrix dx);

}  // namespace attnlab::normalization
