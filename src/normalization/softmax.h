// Softmax and its logarithm, row by row.
#pragma once

#include "linalg/matrix.h"

namespace attnlab::normalization {

// out_ij = exp(x_ij / temperature) / sum_j' exp(x_ij' / temperature).
//   x, out [rows, length], temperature > 0 and finite; out overlaps no input.
// A row of -infinity gives zeros; a row that holds NaN or +infinity gives NaN; no other row is
// touched by it.
void softmax(const linalg::ConstMatrix& x, double temperature, linalg::Matrix out);

// out_ij = ln softmax(x)_ij, accurate where the softmax itself underflows. A row of -infinity gives
// -infinity.
void log_softmax(const linalg::ConstMatrix& x, double temperature, linalg::Matrix out);

}  // namespace attnlab::normalization
