#include "normalization/norm_gradient_in_double.h"

namespace attnlab::normalization {

RowSums& RowSums::operator+=(const RowSums& other) {
  first += other.first;
  second += other.second;
  return *this;
}

RowSums sum_deviations_in_double(const float* x, Index begin, Index end, float origin) {
  RowSums sums;
  for (Index j = begin; j < end; ++j) {
    const double deviation = static_cast<double>(x[j]) - static_cast<double>(origin);
    sums += {deviation, deviation * deviation};
  }
  return sums;
}

RowSums sum_gradients_in_double(const float* x, const float* dy, Index begin, Index end,
                                const RowScale& scale, const double* gamma,
                                const RowParameters* parameters) {
  RowSums sums;
  for (Index j = begin; j < end; ++j) {
    const double z = (static_cast<double>(x[j]) - scale.shift) * scale.factor + scale.offset;
    const auto gradient = static_cast<double>(dy[j]);
    const double h = gamma == nullptr ? gradient : gradient * gamma[j];
    sums += {h, h * z};
    if (parameters != nullptr) {
      parameters->d_gamma[j] += gradient * z;
      parameters->d_beta[j] += gradient;
    }
  }
  return sums;
}

void map_gradients_in_double(const float* x, const float* dy, Index begin, Index end,
                             const GradientLine& line, const double* gamma, float* dx) {
  for (Index j = begin; j < end; ++j) {
    const auto gradient = static_cast<double>(dy[j]);
    const double h = gamma == nullptr ? gradient : gradient * gamma[j];
    dx[j] =
        static_cast<float>(line.gradient * h +
                           (line.slope * (static_cast<double>(x[j]) - line.shift) + line.constant));
  }
}

}  // namespace attnlab::normalization
