// What the hot loops of exact attention leave out because it is rare: rows that float32 cannot hold
// while they are computed, and values that are not finite. Correct, and slow.
#pragma once

#include "attention/options.h"
#include "attention/visible_keys.h"
#include "linalg/matrix.h"

namespace attnlab::attention {

// Row i of the output once more, with weights computed in double: see row_in_double.h. Values that
// are not finite count as 0; add_values_that_are_not_finite comes after it.
void redo_in_double(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                    const linalg::ConstMatrix& v, const Options& options, Index i, float* row);

// The same with the values that are not finite: the whole row as it has to be.
void redo_row(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
              const linalg::ConstMatrix& v, const Options& options, Index i, float* row);

// Adds the infinities and NaNs of visible values to their columns of the rows that see them. Adding
// the value itself gives what the weighted sum would: infinity stays, its opposite or a NaN makes
// NaN.
void add_values_that_are_not_finite(const VisibleKeys& visible, const linalg::ConstMatrix& q,
                                    const linalg::ConstMatrix& v, const Options& options,
                                    linalg::Matrix out);

}  // namespace attnlab::attention
