// The state of softmax that sparse attention leaves behind, row by row, and one row in double where
// float32 cannot hold it.
#pragma once

#include <cmath>
#include <limits>

#include "attention/minus_infinity.h"
#include "attention/sparse.h"

namespace attnlab::attention {

// scale_i in front of q_i . k_j, given how many keys the query keeps.
inline double sparse_scale(const SparseOptions& options, float keys_kept) {
  if (!options.times_log_visible) {
    return options.scale;
  }
  return keys_kept > 0.0F ? options.scale * std::log(static_cast<double>(keys_kept)) : 0.0;
}

// weight(j) = exp(s_j - m) / sum_j' exp(s_j' - m) in double; exactly 0 where nothing is kept, NaN
// where a logit is NaN or +infinity.
class SparseRowInDouble {
 public:
  SparseRowInDouble(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                    const SparsePlan& plan, double scale, Index i)
      : q_(q), k_(k), plan_(plan), scale_(scale), i_(i) {
    for (Index j = 0; j < k.rows(); ++j) {
      const double value = plan.keeps(i, j) ? logit(j) : maximum_;
      if (std::isnan(value) || value > std::numeric_limits<double>::max()) {
        sum_ = std::numeric_limits<double>::quiet_NaN();
        return;
      }
      maximum_ = std::fmax(maximum_, value);
    }
    for (Index j = 0; j < k.rows(); ++j) {
      sum_ += plan.keeps(i, j) && maximum_ > minus_infinity<double>()
                  ? std::exp(logit(j) - maximum_)
                  : 0.0;
    }
  }

  double weight(Index j) const {
    if (sum_ == 0.0 || !plan_.keeps(i_, j)) {
      return 0.0;
    }
    return std::isnan(sum_) ? sum_ : std::exp(logit(j) - maximum_) / sum_;
  }

 private:
  double logit(Index j) const {
    double product = 0.0;
    for (Index p = 0; p < q_.cols(); ++p) {
      product += static_cast<double>(q_(i_, p)) * static_cast<double>(k_(j, p));
    }
    return scale_ * product;
  }

  const linalg::ConstMatrix& q_;
  const linalg::ConstMatrix& k_;
  const SparsePlan& plan_;
  double scale_;
  Index i_;
  double maximum_ = minus_infinity<double>();
  double sum_ = 0.0;
};

// What the forward pass leaves for each query: 2^s / 2^maximum / sum is a weight, s in units of
// ln 2.
struct SparseRows {
  float* maximum;    // [n_q]
  float* sum;        // [n_q]
  float* keys_kept;  // [n_q]
};

// sparse(), with the rows' state; workspace as sparse()'s.
void sparse_with_rows(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                      const linalg::ConstMatrix& v, const SparseOptions& options,
                      linalg::Matrix out, const SparseRows& rows, float* workspace);

// Floats of scratch that sparse_with_rows() needs.
Index sparse_rows_workspace(Index n_k, Index d, Index d_v);

}  // namespace attnlab::attention
