// The passes of norm.cpp over one row, or over a run of its entries, all in double.
#pragma once

#include "linalg/matrix.h"

namespace attnlab::normalization {

using linalg::Index;

// z_j = (x_j - shift) * factor + offset
struct RowScale {
  double shift;
  double factor;
  double offset;
};

// gamma and beta entry by entry; for the backward passes also the sums of their gradients, in
// double and, for the most recent rows, in float32, and gamma in float32.
struct RowParameters {
  double* gamma;
  double* beta;
  double* d_gamma;
  double* d_beta;
  float* recent_d_gamma;
  float* recent_d_beta;
  float* narrow_gamma;
};

// out_j = z_j,  or z_j gamma_j + beta_j. out may be x.
void map_row(const float* x, Index length, const RowScale& scale, float* out);
void map_row(const float* x, Index length, const RowScale& scale, const RowParameters& parameters,
             float* out);

}  // namespace attnlab::normalization
