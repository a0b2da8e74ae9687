// The passes over one row, or over a run of its entries, that norm.cpp is made of; all in double. Those
// backward serve rows that float32 (norm_gradient.h) cannot hold: rare, and slow.
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

// gamma and beta entry by entry, and the sums of their gradients, which only the backward passes use: in
// double, and those of the last few rows in float32.
struct RowParameters {
  double* gamma;
  double* beta;
  double* d_gamma;
  double* d_beta;
  float* recent_d_gamma;
  float* recent_d_beta;
};

// out_j = z_j,  or z_j gamma_j + beta_j. out may be x.
void map_row(const float* x, Index length, const RowScale& scale, float* out);
void map_row(const float* x, Index length, const RowScale& scale, const RowParameters& parameters,
             float* out);

struct RowSums {
  double plain = 0.0;   // of h_j
  double with_z = 0.0;  // of h_j z_j
};

// h_j = dy_j,  or gamma_j dy_j.
RowSums sum_row(const float* x, const float* dy, Index length, const RowScale& scale);
RowSums sum_row(const float* x, const float* dy, Index length, const RowScale& scale,
                const RowParameters& parameters);

// Adds dy_j z_j to d_gamma_j and dy_j to d_beta_j.
void add_parameter_gradients(const float* x, const float* dy, Index length, const RowScale& scale,
                             const RowParameters& parameters);

// dx_j = (h_j - means.plain - z_j means.with_z) * scale.factor,  h_j = gamma dy_j  or  gamma_j dy_j.
// dx may be x.
void map_row_back(const float* x, const float* dy, Index length, const RowScale& scale,
                  const RowSums& means, double gamma, float* dx);
void map_row_back(const float* x, const float* dy, Index length, const RowScale& scale,
                  const RowSums& means, const RowParameters& parameters, float* dx);

}  // namespace attnlab::normalization
