// The common rows of LayerNorm and RMSNorm, done in one pass that also adds up the next row.
//
// A row's sums must be known before its first result is, so a norm passes over each row twice: the first
// time its loads wait for memory, the second time memory waits for the arithmetic. Here the sums of the
// next row are taken along with the results of this one, and both are busy all the time. Only where
// products are fused with sums: elsewhere the arithmetic takes longer than memory anyhow.
//
// Plan: LayerNorm with gamma or beta in double as in norm_row.h. RMSNorm, which has no offset, in float32,
// which spares the conversions, with the factor as the sum of two floats:
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

// out_j = z_j,  or z_j gamma_j + beta_j where there are parameters, and the sums of `next`, which has the
// same length; nothing is done, and nothing returned, for a row that is not of a common kind. centered:
// of both sums, else only of the squares. with_beta: some of beta may not be 0. out may be x, and next
// may be x; then the sums are of no use.
std::optional<RowPowers> map_row_ahead(const float* x, Index length, const RowScale& scale,
                                       bool centered, const RowParameters* parameters,
                                       bool with_beta, const float* next, float* out);

}  // namespace attnlab::normalization
