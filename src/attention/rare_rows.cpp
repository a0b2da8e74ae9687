#include "attention/rare_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "attention/minus_infinity.h"
#include "attention/row_in_double.h"
#include "simd/finite.h"

namespace attnlab::attention {

using linalg::ConstMatrix;

void redo_in_double(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
                    const Options& options, Index i, float* row) {
  const RowInDouble weights(q, k, options, i);
  weigh_in_double([&](Index j) { return weights.weight(j); }, weights.window(), v, row);
}

void redo_row(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
              const Options& options, Index i, float* row) {
  redo_in_double(q, k, v, options, i, row);
  const KeyRange seen = keys_in_window(options.window, i, q.rows(), k.rows());
  for (Index j = seen.begin; j < seen.end; ++j) {
    for (Index c = 0; !hides(options, i, j) && c < v.cols(); ++c) {
      row[c] += std::isfinite(v(j, c)) ? 0.0F : v(j, c);
    }
  }
}

bool lost_to_bias(float maximum, const ConstMatrix& q, const ConstMatrix& k, const Options& options,
                  Index i) {
  using Limits = std::numeric_limits<float>;
  if (maximum > Limits::lowest() || options.bias.data == nullptr) {
    return false;
  }
  const KeyRange seen = keys_in_window(options.window, i, q.rows(), k.rows());
  float smallest = Limits::infinity();
  float largest = minus_infinity<float>();
  for (Index j = seen.begin; j < seen.end; ++j) {
    if (!hides(options, i, j)) {
      smallest = std::min(smallest, options.bias.at(i, j));
      largest = std::max(largest, options.bias.at(i, j));
    }
  }
  return smallest < largest;
}

void add_values_that_are_not_finite(const VisibleKeys& visible, const ConstMatrix& q,
                                    const ConstMatrix& v, const Options& options,
                                    linalg::Matrix out) {
  for (Index key = 0; key < visible.count(); ++key) {
    const Index j = visible.original(key);
    const float* row = v.data() + j * v.cols();
    if (simd::all_finite(row, v.cols())) {
      continue;
    }
    for (Index i = 0; i < q.rows(); ++i) {
      const KeyRange seen = visible.range(i);
      const bool hidden = key < seen.begin || key >= seen.end || hides(options, i, j);
      for (Index c = 0; !hidden && c < v.cols(); ++c) {
        if (!std::isfinite(row[c])) {
          out(i, c) += row[c];
        }
      }
    }
  }
}

}  // namespace attnlab::attention
