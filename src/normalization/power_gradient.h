// The gradient of one row of a power transform whose exponent may depend on the row:
//
//   d l_j = gamma q_j ((g_j - E g) - slope (l_j - E l)),   d p_j = d l_j / p_j
//
// slope = 0: the exponent is a constant. slope = Cov(g, l) / Var(l): the exponent is such that the
// entropy is a constant (entropy_normalize.h); the gradient is the residual of g after its
// regression on l.
#pragma once

#include "linalg/matrix.h"
#include "normalization/support.h"

namespace attnlab::normalization {

// A row with its support.
struct SupportedRow {
  const float* x;
  Index length;
  RowInput input;
  Support support;
};

// Logarithms are taken relative to the entry whose power is largest.
inline float power_reference(const Support& support, double exponent) {
  return exponent < 0.0 ? support.smallest : support.largest;
}

class PowerGradient {
 public:
  // g: the gradient of the result. l: scratch of the row's length. out: where the gradient is
  // written; used as scratch before. exponent is finite.
  PowerGradient(const SupportedRow& row, double exponent, const float* g, float* l, float* out);

  // Cov(g, l) and Var(l) under q.
  double covariance() const { return unit_ * covariance_; }
  double variance() const { return unit_ * unit_ * variance_; }

  // Writes the gradient of the row, once.
  void write(double slope);

 private:
  SupportedRow row_;
  double exponent_;
  const float* g_;
  float* l_;
  float* out_;
  double unit_;
  double sum_ = 0.0;
  double mean_l_ = 0.0;
  double mean_g_ = 0.0;
  double covariance_ = 0.0;
  double variance_ = 0.0;
};

}  // namespace attnlab::normalization
