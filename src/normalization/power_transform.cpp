// power transform   q_j = p_j^gamma / sum p^gamma = exp(gamma l_j) / sum exp(gamma l)
// gradient          with g = d_output and E the mean under q:
//   d gamma   = sum_j q_j (g_j - E g) l_j
//   d l_j     = gamma q_j (g_j - E g),   d p_j = d l_j / p_j,   d x_j = d l_j for logits
//
//   x, out, d_output, dx [rows, length]
//
// Plan: logarithms relative to the entry whose power is largest (support.h), so that no power
// overflows and none that matters underflows; see power_weights.h for the rest. Gradients: weights
// in float32, all their sums and products in double.
// Error: q within (8 + 2 |gamma l_j|) 2^-23 relative, 0 for gamma l_j < -88; gradients within 2e-6
// of the sum of the absolute values of their terms (tested).
// Cost: forward 4 reads, 3 writes, about 90 operations per entry (50 for logits); backward about
// twice that.
// Source: Su Jianlin, "Entropy normalization of probability distributions", kexue.fm/archives/8829.
#include "normalization/power_transform.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "normalization/power_gradient.h"
#include "normalization/power_weights.h"
#include "simd/row_softmax.h"

namespace attnlab::normalization {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

}  // namespace

void power_transform(const linalg::ConstMatrix& x, RowInput input, double exponent,
                     linalg::Matrix out) {
  const Index length = x.cols();
  for (Index i = 0; i < x.rows(); ++i) {
    const float* row = x.data() + i * length;
    float* result = out.data() + i * length;
    const Support support = find_support(row, length, input);
    if (!support.valid) {
      std::fill_n(result, length, kNan);
      continue;
    }
    const float reference = power_reference(support, exponent);
    const double unit = log_row(row, length, input, support, reference, result);
    const Moments moments = exponentiate_row(result, support.size, exponent * unit);
    simd::normalize_row(result, support.size, moments.sum, result);
    expand_row(row, length, input, support, result);
  }
}

std::size_t power_transform_backward_workspace(Index length) {
  return static_cast<std::size_t>(length);
}

double power_transform_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                                RowInput input, double exponent, linalg::Matrix dx,
                                std::span<float> workspace) {
  const Index length = x.cols();
  double d_exponent = 0.0;
  for (Index i = 0; i < x.rows(); ++i) {
    const float* row = x.data() + i * length;
    float* gradient = dx.data() + i * length;
    const Support support = find_support(row, length, input);
    if (!support.valid) {
      std::fill_n(gradient, length, kNan);
      d_exponent = std::numeric_limits<double>::quiet_NaN();
      continue;
    }
    PowerGradient power({row, length, input, support}, exponent, d_output.data() + i * length,
                        workspace.data(), gradient);
    d_exponent += power.covariance();
    power.write(0.0);
  }
  return d_exponent;
}

}  // namespace attnlab::normalization
