#include "attention/row_in_double.h"

#include <cmath>
#include <limits>

#include "attention/minus_infinity.h"

namespace attnlab::attention {

RowInDouble::RowInDouble(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                         const Options& options, Index i)
    : q_(q),
      k_(k),
      options_(options),
      i_(i),
      window_(keys_in_window(options.window, i, q.rows(), k.rows())),
      scale_(scale_of_row(options, window_)),
      maximum_(minus_infinity<double>()) {
  // Pass 1: the maximum. A logit that is no number settles the row.
  for (Index j = window_.begin; j < window_.end; ++j) {
    const double value = hides(options, i, j) ? minus_infinity<double>() : logit(j);
    if (std::isnan(value) || value > std::numeric_limits<double>::max()) {
      sum_ = std::numeric_limits<double>::quiet_NaN();
      return;
    }
    maximum_ = std::fmax(maximum_, value);
  }
  // Pass 2: the sum. It stays 0 where nothing is seen.
  for (Index j = window_.begin; maximum_ > minus_infinity<double>() && j < window_.end; ++j) {
    sum_ += hides(options, i, j) ? 0.0 : std::exp(logit(j) - maximum_);
  }
}

double RowInDouble::weight(Index j) const {
  if (sum_ == 0.0 || hides(options_, i_, j)) {
    return 0.0;
  }
  return std::isnan(sum_) ? sum_ : std::exp(logit(j) - maximum_) / sum_;
}

double RowInDouble::logit(Index j) const {
  double product = 0.0;
  for (Index p = 0; p < q_.cols(); ++p) {
    product += static_cast<double>(q_(i_, p)) * static_cast<double>(k_(j, p));
  }
  const double bias = options_.bias.data == nullptr ? 0.0 : options_.bias.at(i_, j);
  return scale_ * product + bias;
}

}  // namespace attnlab::attention
