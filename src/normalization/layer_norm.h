// LayerNorm.
#pragma once

#include "linalg/matrix.h"

namespace attnlab::normalization {

// Options of the norms that keep a row's scale fixed. gamma and beta have one entry per column;
// nullptr: 1 and 0.
struct NormOptions {
  const float* gamma = nullptr;
  const float* beta = nullptr;
  double eps = 1e-5;
  bool center = true;  // false: the mean is taken to be 0, which makes LayerNorm the RMSNorm
};

// out_ij = (x_ij - mean_i) / sqrt(variance_i + eps) * gamma_j + beta_j, with the biased variance.
//   x, out [rows, length]; eps >= 0; out overlaps no input.
// Within 1 ulp of the same formula computed in double. A constant row gives exactly beta at any
// offset and any eps; where variance + eps is 0 the normalized value is 0. A NaN in a row spoils
// that row and no other.
void layer_norm(const linalg::ConstMatrix& x, const NormOptions& options, linalg::Matrix out);

}  // namespace attnlab::normalization
