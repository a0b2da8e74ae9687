// Softmax, its logarithm, the logarithm of its denominator, and their gradients, row by row.
#pragma once

#include "linalg/matrix.h"

namespace attnlab::normalization {

using linalg::Index;

// All functions: x, out, d_output, d_x [rows, length]; temperature > 0 and finite; out and d_x
// overlap no input. A row that holds NaN or +infinity gives NaN and affects no other row.

// out_ij = exp(x_ij / temperature) / sum_j' exp(x_ij' / temperature). A row of -infinity gives
// zeros.
void softmax(const linalg::ConstMatrix& x, double temperature, linalg::Matrix out);

// out_ij = ln softmax(x)_ij, accurate where the softmax itself underflows. A row of -infinity gives
// -infinity.
void log_softmax(const linalg::ConstMatrix& x, double temperature, linalg::Matrix out);

// out_i = ln sum_j exp(x_ij / temperature); -infinity for a row of -infinity, +infinity for one
// that holds +infinity and no NaN.
//   out [rows]
void log_sum_exp(const linalg::ConstMatrix& x, double temperature, float* out);

// d_x from d_output, the gradient with respect to the result of the forward function. A row of
// -infinity, whose result does not depend on x, gets zeros.
void softmax_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                      double temperature, linalg::Matrix d_x);
void log_softmax_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                          double temperature, linalg::Matrix d_x);
//   d_output [rows]
void log_sum_exp_backward(const linalg::ConstMatrix& x, const float* d_output, double temperature,
                          linalg::Matrix d_x);

}  // namespace attnlab::normalization
