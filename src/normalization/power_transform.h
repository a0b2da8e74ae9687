// The power transform of probabilities: p_j to the power gamma, divided by the sum. On logits it is
// softmax at temperature 1 / gamma.
#pragma once

#include <cstddef>
#include <span>

#include "linalg/matrix.h"
#include "normalization/support.h"

namespace attnlab::normalization {

// out_ij = p_ij^exponent / sum_j p_ij^exponent on the support of row i; zeros stay zeros.
//   x, out [rows, length]; exponent finite, of either sign; out overlaps no input.
// A row that is not valid (support.h) gives NaN.
void power_transform(const linalg::ConstMatrix& x, RowInput input, double exponent,
                     linalg::Matrix out);

// Scratch of power_transform_backward in floats.
std::size_t power_transform_backward_workspace(Index length);

// dx for the gradient d_output of the result. Returns the gradient of the exponent, which all rows
// share.
//   x, d_output, dx [rows, length]; dx overlaps no input.
// A probability of 0 stays 0: its dx is 0 except for exponent 1, where the derivative exists.
double power_transform_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                                RowInput input, double exponent, linalg::Matrix dx,
                                std::span<float> workspace);

}  // namespace attnlab::normalization
