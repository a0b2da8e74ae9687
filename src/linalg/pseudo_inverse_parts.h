// What pseudo_inverse() and its gradient share. Not for others.
#pragma once

#include <cstddef>
#include <span>

#include "linalg/pseudo_inverse.h"

namespace attnlab::linalg::inverse_parts {

inline ConstDoubleMatrix view(const DoubleMatrix& x) { return {x.data(), x.rows(), x.cols()}; }

// Matrices of one step of the iteration, [m, m] each, and scratch for products.
struct Steps {
  DoubleMatrix x;   // A V
  DoubleMatrix p3;  // 7 I - X
  DoubleMatrix p2;  // 15 I - X P3
  DoubleMatrix p1;  // 13 I - X P2
  DoubleMatrix next;
  DoubleMatrix old;
  std::span<double> scratch;  // for a product
  std::span<double> spare;    // for a residual

  Steps(Index m, double* at)
      : x(at, m, m),
        p3(at + m * m, m, m),
        p2(at + 2 * m * m, m, m),
        p1(at + 3 * m * m, m, m),
        next(at + 4 * m * m, m, m),
        old(at + 5 * m * m, m, m),
        scratch(at + 6 * m * m, gemm_double_workspace(m, m, m)),
        spare(scratch.data() + scratch.size(),
              static_cast<std::size_t>(2 * m * m) + gemm_double_workspace(m, m, m)) {}

  static std::size_t size(Index m) {
    return static_cast<std::size_t>(8 * m * m) + 2 * gemm_double_workspace(m, m, m);
  }
};

// V_0 and the product of the two norms; which column has the largest sum.
double start(const ConstDoubleMatrix& a, DoubleMatrix v, Index* widest_column);

// X, P3, P2, P1 of a V.
void polynomials(const ConstDoubleMatrix& a, const ConstDoubleMatrix& v, Steps& steps);

// Runs the iteration; history, if given, gets V before each step. Returns the steps run.
Index iterate(const ConstDoubleMatrix& a, Index iterations, DoubleMatrix v, Steps& steps,
              double* history);

// A^-1 into `inverse`; false, and nothing of use there, where A is singular to double precision.
// work: m^2 doubles.
bool invert(const ConstDoubleMatrix& a, DoubleMatrix inverse, double* work);

// A = sum_i sigma_i u_i w_i^T: the u_i are the rows of left, the w_i those of right. u_i = 0 where
// sigma_i = 0.
struct Svd {
  DoubleMatrix left;
  DoubleMatrix right;
  double* sigma;
};

void singular_values(const ConstDoubleMatrix& a, Svd& svd);

// Gives the rows of left whose singular value is 0 or next to it directions of their own, so that
// left is orthogonal.
void complete(Svd& svd, Index m);

// Singular values up to this count as 0.
double cutoff(const Svd& svd, Index m);

// A^T A + ridge I
inline void ridge_gram(const ConstDoubleMatrix& a, double ridge, DoubleMatrix gram, Steps& steps) {
  gemm_double(a, Transpose::kYes, a, Transpose::kNo, gram, Result::kSymmetric, steps.scratch);
  for (Index i = 0; i < a.rows(); ++i) {
    gram(i, i) += ridge;
  }
}

}  // namespace attnlab::linalg::inverse_parts
