// The passes of the norm's gradients over a row, or over a run of its entries, in float32.
//
//   deviations   sum_j d_j, sum_j d_j^2,   d_j = x_j - origin, from which statistics come
//   sums         sum_j h_j, sum_j h_j z_j,   h_j = dy_j,  or gamma_j dy_j
//                z_j = (x_j - shift) factor + offset
//   map          dx_j = gradient h_j + slope (x_j - shift) + constant
//
// Plan: `origin` is an entry of the row, so that rows with an offset keep their digits, and `shift`
// is the mean in float32: x_j - shift is exact near it, and offset or constant corrects for the
// rounding of the mean. Sums are chains of 16 additions in float32, which are added in double:
// error about 1e-8 of the sum of the absolute values, 1e-6 at worst. While a row is written, the
// deviations of the next one are summed, so that its loads overlap with the arithmetic. The entries
// beyond the last whole step are left to double (norm_gradient_in_double.h).
#pragma once

#include "normalization/norm_gradient_in_double.h"

namespace attnlab::normalization {

// Entries of a step; the passes do length / kGradientStep of them.
inline constexpr Index kGradientStep = 8;

inline Index whole_steps(Index length) { return length - length % kGradientStep; }

struct NarrowScale {
  float shift;
  float factor;
  float offset;

  explicit NarrowScale(const RowScale& scale);

  // Whether floats can hold the scale and what is computed with it.
  static bool fits(const RowScale& scale) { return scale.factor > 1e-18 && scale.factor < 1e18; }
};

struct NarrowLine {
  float shift;
  float gradient;
  float slope;
  float constant;

  NarrowLine(const GradientLine& line, float new_shift);
};

// gamma entry by entry, and float32 sums of the gradients, to be added to those in double every few
// rows. d_beta: nullptr if not wanted.
struct NarrowParameters {
  const float* gamma;
  float* d_gamma;
  float* d_beta;
};

RowSums sum_deviations(const float* x, Index length, float origin);

// With parameters, which go entry by entry, also adds dy_j z_j to d_gamma_j and dy_j to d_beta_j.
RowSums sum_gradients(const float* x, const float* dy, Index length, const NarrowScale& scale,
                      const NarrowParameters* parameters);

// gamma: nullptr (1), or entry by entry. Returns the sums of the deviations of `next` from
// `origin`. dx may be x.
RowSums map_gradients(const float* x, const float* dy, Index length, const NarrowLine& line,
                      const float* gamma, float* dx, const float* next, float origin);

}  // namespace attnlab::normalization
