// The passes of the norm's gradients over one row, or over a run of its entries, in float32.
//
// Plan: the statistics come from double, and z from the mean in two floats, so that rows with an
// offset keep their digits: z_j = ((x_j - shift) * factor) + offset, where x_j - shift is exact near
// the mean and offset is what rounding the mean left. Sums run in chains of 16 additions in float32,
// which are added up in double: relative error of a sum about 1e-8 of the sum of the absolute values,
// 1e-6 at worst.
#pragma once

#include "normalization/norm_row.h"

namespace attnlab::normalization {

// RowScale in float32.
struct NarrowScale {
  float shift = 0.0F;
  float factor = 0.0F;
  float offset = 0.0F;
  bool fits = false;  // whether floats hold what is computed with it

  explicit NarrowScale(const RowScale& scale);
};

// gamma entry by entry, and float32 sums of the gradients, to be added to those in double every few
// rows. d_beta: nullptr if not wanted.
struct NarrowParameters {
  const float* gamma;
  float* d_gamma;
  float* d_beta;
};

// As sum_row. parameters: nullptr, or entry by entry; then adds dy_j z_j to d_gamma_j and dy_j to d_beta_j.
RowSums sum_row_narrow(const float* x, const float* dy, Index length, const NarrowScale& scale,
                       const NarrowParameters* parameters);

// As map_row_back, h_j = gamma dy_j, or gammas_j dy_j if gammas is not nullptr. dx may be x.
void map_row_back_narrow(const float* x, const float* dy, Index length, const NarrowScale& scale,
                         const RowSums& means, double gamma, const float* gammas, float* dx);

}  // namespace attnlab::normalization
