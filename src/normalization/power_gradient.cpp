#include "normalization/power_gradient.h"

#include <algorithm>

#include "normalization/power_weights.h"

namespace attnlab::normalization {

PowerGradient::PowerGradient(const SupportedRow& row, double exponent, const float* g, float* l,
                             float* out)
    : row_(row), exponent_(exponent), g_(g), l_(l), out_(out) {
  const float reference = power_reference(row.support, exponent);
  unit_ = log_row(row.x, row.length, row.input, row.support, reference, l);
  std::copy_n(l, row.support.size, out);
  const Moments moments = exponentiate_row(out, row.support.size, exponent * unit_);
  sum_ = moments.sum;
  mean_l_ = moments.mean;
  const auto over = [&](auto&& function) {
    over_support(row_.x, row_.length, row_.input, row_.support.size, function);
  };
  over([&](Index j, Index k) {
    mean_g_ += static_cast<double>(out[k]) / sum_ * static_cast<double>(g[j]);
  });
  over([&](Index j, Index k) {
    const double q = static_cast<double>(out[k]) / sum_;
    const double distance = static_cast<double>(l[k]) - mean_l_;
    covariance_ += q * (static_cast<double>(g[j]) - mean_g_) * distance;
    variance_ += q * distance * distance;
  });
}

void PowerGradient::write(double slope) {
  const bool probabilities = row_.input == RowInput::kProbabilities;
  over_support(row_.x, row_.length, row_.input, row_.support.size, [&](Index j, Index k) {
    const double pull = (static_cast<double>(g_[j]) - mean_g_) -
                        slope * unit_ * (static_cast<double>(l_[k]) - mean_l_);
    const double d_l = exponent_ * static_cast<double>(out_[k]) / sum_ * pull;
    out_[j] = static_cast<float>(probabilities ? d_l / static_cast<double>(row_.x[j]) : d_l);
  });
  if (row_.support.size == row_.length) {
    return;
  }
  // Where p_j = 0, the slope of p_j^gamma / sum p^gamma exists for gamma = 1 only, as 1 / sum p.
  const bool linear = probabilities && exponent_ == 1.0 && slope == 0.0;
  const double scale = linear ? 1.0 / (sum_ * static_cast<double>(row_.support.largest)) : 0.0;
  for (Index j = 0; j < row_.length; ++j) {
    if (!in_support(row_.x[j], row_.input)) {
      out_[j] = linear ? static_cast<float>(scale * (static_cast<double>(g_[j]) - mean_g_)) : 0.0F;
    }
  }
}

}  // namespace attnlab::normalization
