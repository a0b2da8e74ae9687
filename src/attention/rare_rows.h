// What the hot loops of exact attention leave out because it is rare: rows that float32 cannot hold
// while they are computed, and values that are not finite. Correct, and slow.
#pragma once

#include <algorithm>
#include <cmath>

#include "attention/options.h"
#include "attention/visible_keys.h"
#include "linalg/matrix.h"

namespace attnlab::attention {

// row = sum_j weight_of(j) v_j over some keys, added up in double. Values that are not finite count
// as 0.
template <typename WeightOf>
void weigh_in_double(const WeightOf& weight_of, KeyRange keys, const linalg::ConstMatrix& v,
                     float* row) {
  constexpr Index kColumns = 64;  // at a time; the weights are computed again for each
  for (Index first = 0; first < v.cols(); first += kColumns) {
    const Index columns = std::min(kColumns, v.cols() - first);
    double sums[kColumns] = {};
    for (Index j = keys.begin; j < keys.end; ++j) {
      const double weight = weight_of(j);
      const float* value = v.data() + j * v.cols() + first;
      for (Index c = 0; weight != 0.0 && c < columns; ++c) {
        sums[c] += weight * (std::isfinite(value[c]) ? static_cast<double>(value[c]) : 0.0);
      }
    }
    std::transform(sums, sums + columns, row + first,
                   [](double sum) { return static_cast<float>(sum); });
  }
}

// Row i of the output once more, with weights computed in double: see row_in_double.h. Values that
// are not finite count as 0; add_values_that_are_not_finite comes after it.
void redo_in_double(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                    const linalg::ConstMatrix& v, const Options& options, Index i, float* row);

// The same with the values that are not finite: the whole row as it has to be.
void redo_row(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
              const linalg::ConstMatrix& v, const Options& options, Index i, float* row);

// Whether row i has to be done in double for the sake of its biases. maximum: the row's largest
// score. A bias too low for units of ln 2 makes its score the lowest float (logit_tile.h): where no
// score lies above that, the biases decide the row, unless they are all the same.
bool lost_to_bias(float maximum, const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                  const Options& options, Index i);

// Adds the infinities and NaNs of visible values to their columns of the rows that see them. Adding
// the value itself gives what the weighted sum would: infinity stays, its opposite or a NaN makes
// NaN.
void add_values_that_are_not_finite(const VisibleKeys& visible, const linalg::ConstMatrix& q,
                                    const linalg::ConstMatrix& v, const Options& options,
                                    linalg::Matrix out);

}  // namespace attnlab::attention
