// Gradients of the inverses of pseudo_inverse.h, with G = dL/dV and H = dL/dA:
//
//   exact      H = -V^T G V^T
//   ridge      S = A^T A + ridge I, R = S^-1 G:  H = R^T - A (R V^T + V R^T)
//   pinv       A = U s W^T, V^T = U g(s) W^T, E = U^T G^T W:  H = U Z W^T with
//              Z_ij = D+_ij (E_ij + E_ji) / 2 + D-_ij (E_ij - E_ji) / 2
//              D+_ij = (g_i - g_j) / (s_i - s_j), or g'(s_i) where s_i = s_j
//              D-_ij = (g_i + g_j) / (s_i + s_j), or 0 where both are 0
//   iterative  the steps backwards, V before each step kept:
//              dP1 = V^T G / 4, dP2 = -X dP1, dP3 = -X dP2,
//              dX = -(dP1 P2 + dP2 P3 + dP3), G <- G P1 / 4 + A^T dX, H += dX V^T
//              (X and the P are symmetric), and at the start H += G^T / c and c's own share
//   none       H = 0
//
// With g = 1 / s above the cutoff and 0 below, the pinv formula is the derivative of what is
// computed, also where singular values are cut off; where none is, it is that of Golub and Pereyra.
#include <algorithm>
#include <cmath>

#include "linalg/pseudo_inverse_parts.h"

namespace attnlab::linalg {
namespace {

using inverse_parts::Steps;
using inverse_parts::Svd;
using inverse_parts::view;

// What the gradient needs beside the forward pass's own matrices.
struct Scratch {
  Steps steps;
  DoubleMatrix v;
  DoubleMatrix gradient;
  DoubleMatrix part;
  DoubleMatrix sum;
  double* history;

  Scratch(Index m, double* at)
      : steps(m, at),
        v(at + Steps::size(m), m, m),
        gradient(v.data() + m * m, m, m),
        part(gradient.data() + m * m, m, m),
        sum(part.data() + m * m, m, m),
        history(sum.data() + m * m) {}

  static std::size_t size(Index m, Index kept) {
    return Steps::size(m) + static_cast<std::size_t>((4 + kept) * m * m);
  }
};

constexpr Transpose kAsIs = Transpose::kNo;
constexpr Transpose kTurned = Transpose::kYes;

void multiply(const DoubleMatrix& a, Transpose turn_a, const DoubleMatrix& b, Transpose turn_b,
              DoubleMatrix out, Scratch& s) {
  gemm_double(view(a), turn_a, view(b), turn_b, out, Result::kGeneral, s.steps.scratch);
}

void add(const DoubleMatrix& x, double factor, DoubleMatrix to) {
  for (Index e = 0; e < x.rows() * x.cols(); ++e) {
    to.data()[e] += factor * x.data()[e];
  }
}

void iterative(const ConstDoubleMatrix& a, Index iterations, DoubleMatrix d_a, Scratch& s) {
  const Index m = a.rows();
  const Index run = inverse_parts::iterate(a, iterations, s.v, s.steps, s.history);
  d_a.setZero();
  for (Index step = run - 1; step >= 0; --step) {
    std::copy_n(s.history + step * m * m, m * m, s.v.data());
    inverse_parts::polynomials(a, view(s.v), s.steps);
    DoubleMatrix& x = s.steps.x;
    DoubleMatrix& d_p = s.steps.next;
    DoubleMatrix& d_x = s.sum;
    // dP1, and what V itself gets.
    multiply(s.v, kTurned, s.gradient, kAsIs, d_p, s);
    d_p *= 0.25;
    multiply(s.gradient, kAsIs, s.steps.p1, kTurned, s.part, s);
    s.gradient = 0.25 * s.part;
    // dX by way of P2 and P3.
    multiply(d_p, kAsIs, s.steps.p2, kTurned, d_x, s);
    d_x *= -1.0;
    multiply(x, kTurned, d_p, kAsIs, s.part, s);
    d_p = -s.part;
    multiply(d_p, kAsIs, s.steps.p3, kTurned, s.part, s);
    add(s.part, -1.0, d_x);
    multiply(x, kTurned, d_p, kAsIs, s.part, s);
    add(s.part, 1.0, d_x);
    // X = A V
    gemm_double(a, kTurned, view(d_x), kAsIs, s.part, Result::kGeneral, s.steps.scratch);
    add(s.part, 1.0, s.gradient);
    multiply(d_x, kAsIs, s.v, kTurned, s.part, s);
    add(s.part, 1.0, d_a);
  }
  // V_0 = A^T / c, c = |A|_1 |A|_inf; |A|_1 is the sum of one column.
  Index widest = 0;
  const double norms = inverse_parts::start(a, s.v, &widest);
  if (norms == 0.0) {
    return;
  }
  double column = 0.0;
  double d_norms = 0.0;
  for (Index i = 0; i < m; ++i) {
    column += std::abs(a(i, widest));
    for (Index j = 0; j < m; ++j) {
      d_a(i, j) += s.gradient(j, i) / norms;
      d_norms -= s.gradient(j, i) * a(i, j) / (norms * norms);
    }
  }
  for (Index i = 0; i < m; ++i) {
    d_a(i, widest) += std::copysign(1.0, a(i, widest)) * d_norms * norms / column;
  }
}

void pinv(const ConstDoubleMatrix& a, DoubleMatrix d_a, Scratch& s) {
  const Index m = a.rows();
  Svd svd{s.steps.x, s.steps.p1, s.steps.next.data()};
  inverse_parts::singular_values(a, svd);
  const double smallest = inverse_parts::cutoff(svd, m);
  // Directions of singular value 0 have no u; they are cut off, and any completion would do: what
  // they contribute is g = 0 times it, save in the quotients with the others, for which U must be
  // orthogonal. So it is completed.
  inverse_parts::complete(svd, m);
  const auto inverse_of = [&](double sigma) { return sigma <= smallest ? 0.0 : 1.0 / sigma; };
  // E = U^T G^T W; the u and w are rows.
  multiply(svd.left, kAsIs, s.gradient, kTurned, s.part, s);
  multiply(s.part, kAsIs, svd.right, kTurned, s.sum, s);
  DoubleMatrix& z = s.part;
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < m; ++j) {
      const double s_i = svd.sigma[i];
      const double s_j = svd.sigma[j];
      const double g_i = inverse_of(s_i);
      const double g_j = inverse_of(s_j);
      const bool both = g_i != 0.0 && g_j != 0.0;
      // -1 / (s_i s_j) is the quotient of differences where both count, without cancellation.
      const double difference = both ? -g_i * g_j : (s_i == s_j ? 0.0 : (g_i - g_j) / (s_i - s_j));
      const double mean = s_i + s_j == 0.0 ? 0.0 : (g_i + g_j) / (s_i + s_j);
      z(i, j) =
          0.5 * (difference * (s.sum(i, j) + s.sum(j, i)) + mean * (s.sum(i, j) - s.sum(j, i)));
    }
  }
  multiply(svd.left, kTurned, z, kAsIs, s.sum, s);
  multiply(s.sum, kAsIs, svd.right, kAsIs, d_a, s);
}

// H = -V^T G V^T
void exact(DoubleMatrix d_a, Scratch& s) {
  multiply(s.v, kTurned, s.gradient, kAsIs, s.part, s);
  multiply(s.part, kAsIs, s.v, kTurned, d_a, s);
  d_a *= -1.0;
}

void ridge(const ConstDoubleMatrix& a, DoubleMatrix d_a, Scratch& s) {
  // s.p2 = S^-1
  gemm_double(view(s.steps.p2), kAsIs, a, kTurned, s.v, Result::kGeneral, s.steps.scratch);
  multiply(s.steps.p2, kAsIs, s.gradient, kAsIs, s.part, s);
  multiply(s.part, kAsIs, s.v, kTurned, s.sum, s);
  DoubleMatrix& both = s.steps.p3;
  for (Index i = 0; i < a.rows(); ++i) {
    for (Index j = 0; j < a.rows(); ++j) {
      both(i, j) = s.sum(i, j) + s.sum(j, i);
    }
  }
  gemm_double(a, kAsIs, view(both), kAsIs, s.sum, Result::kGeneral, s.steps.scratch);
  for (Index i = 0; i < a.rows(); ++i) {
    for (Index j = 0; j < a.rows(); ++j) {
      d_a(i, j) = s.part(j, i) - s.sum(i, j);
    }
  }
}

Index kept(const InverseOptions& options) {
  return options.kind == InverseKind::kIterative ? std::min(options.iterations, kMostIterations)
                                                 : 0;
}

}  // namespace

void pseudo_inverse_backward(const ConstDoubleMatrix& a, const InverseOptions& options,
                             const ConstDoubleMatrix& d_inverse, DoubleMatrix d_a,
                             std::span<double> workspace) {
  const Index m = a.rows();
  Scratch s(m, workspace.data());
  std::copy_n(d_inverse.data(), m * m, s.gradient.data());
  if (m == 0) {
    return;
  }
  switch (options.kind) {
    case InverseKind::kIterative:
      iterative(a, options.iterations, d_a, s);
      break;
    case InverseKind::kExact:
      if (inverse_parts::invert(a, s.v, s.steps.x.data())) {
        exact(d_a, s);
      } else {
        pinv(a, d_a, s);
      }
      break;
    case InverseKind::kPinv:
      pinv(a, d_a, s);
      break;
    case InverseKind::kRidge:
      inverse_parts::ridge_gram(a, options.ridge, s.steps.p1, s.steps);
      if (inverse_parts::invert(view(s.steps.p1), s.steps.p2, s.steps.x.data())) {
        ridge(a, d_a, s);
      } else {
        pinv(a, d_a, s);
      }
      break;
    case InverseKind::kNone:
      d_a.setZero();
      break;
  }
}

std::size_t pseudo_inverse_backward_workspace(Index m, const InverseOptions& options) {
  return Scratch::size(m, kept(options));
}

}  // namespace attnlab::linalg
