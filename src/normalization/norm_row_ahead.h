// One pass for the common rows of LayerNorm and RMSNorm that also sums the next row.
//
// The sums of a row must be known before its first result, so a norm passes over each row twice:
// the first pass is bound by memory, the second by arithmetic. Here the second pass over a row also
// does the first one over the next row, which keeps both busy. Only where multiply-add is fused:
// elsewhere the arithmetic alone takes longer than memory.
//
// Plan: LayerNorm with gamma or beta in double as in norm_row.h. RMSNorm, which has no offset, in
// float32, which saves the conversions, with the factor as the sum of two floats:
//   x f  =  x f_hi + (x f_lo)
// the second product rounded, then the sum; and with h = x f_hi rounded,
//   x f gamma  =  h gamma + ((x f_hi - h) + x f_lo) gamma
// Error: within 0.51 ulp (tested through norm).
// Cost: per vector of four 9 (RMSNorm), 12 (with gamma), 19 (LayerNorm) operations.
#pragma once

#include <optional>

#include "normalization/norm_row.h"
#include "normalization/power_sums.h"

namespace attnlab::normalization {

// out_j = z_j, or z_j gamma_j + beta_j where there are parameters. Returns the sums of `next`,
// which has the same length: both with `centered`, otherwise only that of the squares. Does nothing
// and returns nothing where the row is not a common one. with_beta: beta may hold other entries
// than 0. out may be x; next may be x if the sums are not used.
std::optional<RowPowers> map_row_ahead(const float* x, Index length, const RowScale& scale,
                                       bool centered, const RowParameters* parameters,
                                       bool with_beta, const float* next, float* out);

}  // namespace attnlab::normalization
