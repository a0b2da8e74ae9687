// One row of attention in double: what the fast kernels fall back on where float32 cannot hold a
// row's logits or sums.
//
// Scores beyond 3.4e38, scales beyond it, or values whose sum passes it before the division are all
// legal, and rare. The fast kernels find them afterwards, by a row that came out as NaN, infinite
// or without any weight, and ask for it again here. So the hot loops need no care for them.
//
//   weight(j) = exp(s_j - m) / sum_j' exp(s_j' - m),   s_j = scale_i q_i . k_j + bias_ij
//
// A row with a NaN or +infinity among its logits stays NaN, which the first such logit settles.
// Cost: 2 n_k d double FLOPs to set up, 2 d for each weight asked for.
#pragma once

#include "attention/options.h"
#include "linalg/matrix.h"

namespace attnlab::attention {

class RowInDouble {
 public:
  RowInDouble(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k, const Options& options,
              Index i);

  // Exactly 0 for a hidden key, and for all of them where the row sees nothing.
  double weight(Index j) const;

  KeyRange window() const { return window_; }

 private:
  double logit(Index j) const;

  const linalg::ConstMatrix& q_;
  const linalg::ConstMatrix& k_;
  const Options& options_;
  Index i_;
  KeyRange window_;
  double scale_;
  double maximum_;
  double sum_ = 0.0;
};

}  // namespace attnlab::attention
