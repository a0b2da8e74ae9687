// The passes of norm_gradient.h in double, entry by entry, over entries [begin, end): for what
// float32 cannot hold, and for the last few entries of a row. Slow, and rare.
#pragma once

#include "normalization/norm_row.h"

namespace attnlab::normalization {

// Two sums over a row: of the deviations and of their squares, or of h_j and of h_j z_j.
struct RowSums {
  double first = 0.0;
  double second = 0.0;

  RowSums& operator+=(const RowSums& other);
};

// dx_j = gradient h_j + slope (x_j - shift) + constant
struct GradientLine {
  double shift;
  double gradient;
  double slope;
  double constant;
};

RowSums sum_deviations_in_double(const float* x, Index begin, Index end, float origin);

// gamma: nullptr (1), or entry by entry. With parameters it adds dy_j z_j to d_gamma_j and dy_j to
// d_beta_j.
RowSums sum_gradients_in_double(const float* x, const float* dy, Index begin, Index end,
                                const RowScale& scale, const double* gamma,
                                const RowParameters* parameters);

// dx may be x.
void map_gradients_in_double(const float* x, const float* dy, Index begin, Index end,
                             const GradientLine& line, const double* gamma, float* dx);

}  // namespace attnlab::normalization
