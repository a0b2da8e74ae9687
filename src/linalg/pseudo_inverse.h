// Inverses of a small square matrix that may be singular, and their gradients.
//
//   iterative  V_0 = A^T / (|A|_1 |A|_inf),  V <- V (13 I - AV (15 I - AV (7 I - AV))) / 4
//   exact      A^-1; the pseudo-inverse where A is singular to double precision
//   pinv       the pseudo-inverse: singular values below m 2^-23 times the largest count as 0
//   ridge      (A^T A + ridge I)^-1 A^T
//   none       I
//
// |A|_1 is the largest sum of |entries| of a column, |A|_inf of a row. The iteration maps
// w = sigma v, sigma a singular value of A and v that of V, to w (13 - 15 w + 7 w^2 - w^3) / 4,
// from w_0 = sigma^2 / (|A|_1 |A|_inf) in (0, 1] towards 1: third order in 1 - w, and a factor of
// 13/4 a step while w is small. So a few steps are a soft cut-off of the spectrum.
// Numerical plan: all in double. In single precision further steps make an ill-conditioned inverse
// worse. AV and the polynomials of it are symmetric, so that half of each product is enough.
// Error: the exact inverse of a matrix of condition c is good to 1e-14 m c (tested against Eigen).
// Cost: 5 m^3 FLOPs a step; exact 2 m^3; ridge 6 m^3; pinv about 100 m^3 (one-sided Jacobi).
// Papers: Razavi, Kerayechian, Gachpazan and Shateyi, "A new iterative method for finding
// approximate inverses of complex matrices", 2014; Xiong et al., "Nystromformer", 2021, arXiv
// 2102.03902; Golub and Pereyra, 1973, for the gradient.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "linalg/gemm_double.h"

namespace attnlab::linalg {

enum class InverseKind : std::uint8_t {
  kIterative = 0,
  kExact = 1,
  kPinv = 2,
  kRidge = 3,
  kNone = 4
};

struct InverseOptions {
  InverseKind kind = InverseKind::kIterative;
  Index iterations = 6;  // asked for; the iteration stops earlier once nothing moves any more
  double ridge = 1e-3;
};

// No matrix needs more: the smallest positive w_0 of doubles has grown to 1 by then.
inline constexpr Index kMostIterations = 96;

// inverse [m, m] of a [m, m], any m. Returns the iterations run, 0 for the other kinds.
// workspace: at least pseudo_inverse_workspace(m) doubles.
Index pseudo_inverse(const ConstDoubleMatrix& a, const InverseOptions& options,
                     DoubleMatrix inverse, std::span<double> workspace);

// |A V A - A|_F / |A|_F; 0 for the zero matrix and for m = 0. Workspace as pseudo_inverse()'s.
double inverse_residual(const ConstDoubleMatrix& a, const ConstDoubleMatrix& inverse,
                        std::span<double> workspace);

// d_a = gradient of sum(inverse(a) * d_inverse), through the iterations really run.
// |A|_inf is taken as a constant (it is 1 for the row-stochastic matrices of attention).
// workspace: at least pseudo_inverse_backward_workspace(m, options) doubles.
void pseudo_inverse_backward(const ConstDoubleMatrix& a, const InverseOptions& options,
                             const ConstDoubleMatrix& d_inverse, DoubleMatrix d_a,
                             std::span<double> workspace);

// Doubles of scratch.
std::size_t pseudo_inverse_workspace(Index m);
std::size_t pseudo_inverse_backward_workspace(Index m, const InverseOptions& options);

}  // namespace attnlab::linalg
