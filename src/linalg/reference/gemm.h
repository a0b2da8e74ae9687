// The matrix product by its definition, in double: the twin that tests hold linalg::gemm to.
#pragma once

#include "linalg/gemm.h"

namespace attnlab::linalg::reference {

// Entry (i, j) of op(a) * op(b).
inline double product_entry(const ConstMatrix& a, Transpose transpose_a, const ConstMatrix& b,
                            Transpose transpose_b, Index i, Index j) {
  const Index k = transpose_a == Transpose::kNo ? a.cols() : a.rows();
  double sum = 0.0;
  for (Index p = 0; p < k; ++p) {
    const double left = transpose_a == Transpose::kNo ? a(i, p) : a(p, i);
    const double right = transpose_b == Transpose::kNo ? b(p, j) : b(j, p);
    sum += left * right;
  }
  return sum;
}

// sum_p |op(a)_ip| |op(b)_pj|: the magnitude that a bound on the rounding error scales with.
inline double product_magnitude(const ConstMatrix& a, Transpose transpose_a, const ConstMatrix& b,
                                Transpose transpose_b, Index i, Index j) {
  const Index k = transpose_a == Transpose::kNo ? a.cols() : a.rows();
  double sum = 0.0;
  for (Index p = 0; p < k; ++p) {
    const double left = transpose_a == Transpose::kNo ? a(i, p) : a(p, i);
    const double right = transpose_b == Transpose::kNo ? b(p, j) : b(j, p);
    sum += (left < 0.0 ? -left : left) * (right < 0.0 ? -right : right);
  }
  return sum;
}

}  // namespace attnlab::linalg::reference
