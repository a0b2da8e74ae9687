// Sparsemax: the Euclidean projection of a row onto the simplex.
#pragma once

#include "linalg/matrix.h"

namespace attnlab::normalization {

// out_ij = max(x_ij - tau_i, 0) with tau_i such that row i sums to 1.
//   x, out [rows, length]; out overlaps no input.
// A row of -infinity gives zeros; NaN or +infinity makes its own row NaN.
void sparsemax(const linalg::ConstMatrix& x, linalg::Matrix out);

// dx_ij = d_output_ij - mean of d_output over the support of row i; 0 outside of it.
//   x, d_output, dx [rows, length]; dx overlaps no input.
void sparsemax_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                        linalg::Matrix dx);

}  // namespace attnlab::normalization
