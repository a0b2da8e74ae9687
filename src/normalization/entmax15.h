// 1.5-entmax: between softmax and sparsemax, with zeros and yet smooth.
#pragma once

#include "linalg/matrix.h"

namespace attnlab::normalization {

// out_ij = max(x_ij / 2 - tau_i, 0)^2 with tau_i such that row i sums to 1.
//   x, out [rows, length]; out overlaps no input.
// A row of -infinity gives zeros; NaN or +infinity makes its own row NaN.
void entmax15(const linalg::ConstMatrix& x, linalg::Matrix out);

// With r = sqrt(out): dx_ij = r_ij (d_output_ij - sum_j r d_output / sum_j r).
//   x, d_output, dx [rows, length]; dx overlaps no input.
void entmax15_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                       linalg::Matrix dx);

}  // namespace attnlab::normalization
