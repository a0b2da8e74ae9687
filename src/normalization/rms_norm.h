// RMSNorm.
#pragma once

#include "linalg/matrix.h"
#include "normalization/layer_norm.h"

namespace attnlab::normalization {

// out_ij = x_ij / sqrt(mean_j'(x_ij'^2) + eps) * gamma_j + beta_j; options.center is not looked at.
//   x, out [rows, length]; eps >= 0; out overlaps no input.
// Within 1 ulp of the same formula computed in double; a zero row gives exactly beta at any eps.
// NaN spoils its own row.
void rms_norm(const linalg::ConstMatrix& x, const NormOptions& options, linalg::Matrix out);

}  // namespace attnlab::normalization
