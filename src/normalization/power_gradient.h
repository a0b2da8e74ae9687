// The gradient of one row of a power transform, along which the exponent may move with the row:
//
//   d l_j = gamma q_j ((g_j - E g) - slope (l_j - E l))
//
// slope 0: the exponent stands still. slope = Cov(g, l) / Var(l): it moves so that the entropy stays what
// it is (entropy_normalize.h): what remains of g after its regression on l. d p_j = d l_j / p_j.
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
  // g: the gradient of the result. l: scratch of the row's length. out: where the gradient goes; scratch
  // before that. exponent is finite.
  PowerGradient(const SupportedRow& row, double exponent, const float* g, float* l, float* out);

  // Under q, of g and l, and of l.
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
