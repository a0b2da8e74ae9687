#include "linalg/pseudo_inverse.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/pseudo_inverse_parts.h"

namespace attnlab::linalg {
namespace inverse_parts {

double start(const ConstDoubleMatrix& a, DoubleMatrix v, Index* widest_column) {
  double rows = 0.0;
  double columns = 0.0;
  Index widest = 0;
  for (Index i = 0; i < a.rows(); ++i) {
    double row = 0.0;
    double column = 0.0;
    for (Index j = 0; j < a.rows(); ++j) {
      row += std::abs(a(i, j));
      column += std::abs(a(j, i));
    }
    rows = std::max(rows, row);
    widest = column > columns ? i : widest;
    columns = std::max(columns, column);
  }
  const double norms = rows * columns;
  for (Index i = 0; i < a.rows(); ++i) {
    for (Index j = 0; j < a.rows(); ++j) {
      v(i, j) = norms == 0.0 ? 0.0 : a(j, i) / norms;
    }
  }
  *widest_column = widest;
  return norms;
}

void polynomials(const ConstDoubleMatrix& a, const ConstDoubleMatrix& v, Steps& s) {
  const Index m = a.rows();
  const auto minus = [m](double diagonal, DoubleMatrix x) {
    for (Index e = 0; e < m * m; ++e) {
      x.data()[e] = -x.data()[e];
    }
    for (Index i = 0; i < m; ++i) {
      x(i, i) += diagonal;
    }
  };
  gemm_double(a, Transpose::kNo, v, Transpose::kNo, s.x, Result::kSymmetric, s.scratch);
  std::copy_n(s.x.data(), m * m, s.p3.data());
  minus(7.0, s.p3);
  gemm_double(view(s.x), Transpose::kNo, view(s.p3), Transpose::kNo, s.p2, Result::kSymmetric,
              s.scratch);
  minus(15.0, s.p2);
  gemm_double(view(s.x), Transpose::kNo, view(s.p2), Transpose::kNo, s.p1, Result::kSymmetric,
              s.scratch);
  minus(13.0, s.p1);
}

Index iterate(const ConstDoubleMatrix& a, Index iterations, DoubleMatrix v, Steps& s,
              double* history) {
  // AV moves by more than this as long as any singular direction that doubles can tell from
  // rounding is still growing.
  constexpr double kAtRest = 1e-13;
  const Index m = a.rows();
  Index widest = 0;
  start(a, v, &widest);
  double residual = std::numeric_limits<double>::infinity();
  Index run = 0;
  for (; run < std::min(iterations, kMostIterations); ++run) {
    if (run > 0) {
      std::copy_n(s.x.data(), m * m, s.old.data());
    }
    polynomials(a, view(v), s);
    double moved = run == 0 ? 1.0 : 0.0;
    for (Index e = 0; run > 0 && e < m * m; ++e) {
      moved = std::fmax(moved, std::abs(s.x.data()[e] - s.old.data()[e]));
    }
    if (moved < kAtRest) {
      const double now = inverse_residual(a, view(v), s.spare);
      if (!(now < residual)) {
        break;
      }
      residual = now;
    }
    if (history != nullptr) {
      std::copy_n(v.data(), m * m, history + run * m * m);
    }
    gemm_double(view(v), Transpose::kNo, view(s.p1), Transpose::kNo, s.next, Result::kGeneral,
                s.scratch);
    for (Index e = 0; e < m * m; ++e) {
      v.data()[e] = 0.25 * s.next.data()[e];
    }
  }
  return run;
}

bool invert(const ConstDoubleMatrix& a, DoubleMatrix inverse, double* work) {
  const Index m = a.rows();
  double largest = 0.0;
  for (Index e = 0; e < m * m; ++e) {
    work[e] = a.data()[e];
    largest = std::max(largest, std::abs(work[e]));
  }
  inverse.setIdentity();
  // Gauss and Jordan, with the largest entry of the column as pivot.
  const auto swap_rows = [m](double* matrix, Index i, Index j) {
    std::swap_ranges(matrix + i * m, matrix + (i + 1) * m, matrix + j * m);
  };
  for (Index p = 0; p < m; ++p) {
    Index pivot = p;
    for (Index i = p + 1; i < m; ++i) {
      pivot = std::abs(work[i * m + p]) > std::abs(work[pivot * m + p]) ? i : pivot;
    }
    // A pivot of rounding errors alone.
    if (!(std::abs(work[pivot * m + p]) > static_cast<double>(m) * 0x1p-52 * largest)) {
      return false;
    }
    if (pivot != p) {
      swap_rows(work, p, pivot);
      swap_rows(inverse.data(), p, pivot);
    }
    const double reciprocal = 1.0 / work[p * m + p];
    for (Index j = 0; j < m; ++j) {
      work[p * m + j] *= reciprocal;
      inverse(p, j) *= reciprocal;
    }
    for (Index i = 0; i < m; ++i) {
      const double factor = work[i * m + p];
      if (i == p || factor == 0.0) {
        continue;
      }
      for (Index j = 0; j < m; ++j) {
        work[i * m + j] -= factor * work[p * m + j];
        inverse.data()[i * m + j] -= factor * inverse.data()[p * m + j];
      }
    }
  }
  return true;
}

void singular_values(const ConstDoubleMatrix& a, Svd& svd) {
  constexpr int kSweeps = 60;
  constexpr double kOrthogonal = 1e-15;
  const Index m = a.rows();
  // Columns of A as rows: they are rotated against each other until all are orthogonal.
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < m; ++j) {
      svd.left(i, j) = a(j, i);
    }
  }
  svd.right.setIdentity();
  const auto dot = [m](const double* x, const double* y) {
    double sum = 0.0;
    for (Index e = 0; e < m; ++e) {
      sum += x[e] * y[e];
    }
    return sum;
  };
  const auto rotate = [m](double* x, double* y, double cosine, double sine) {
    for (Index e = 0; e < m; ++e) {
      const double old = x[e];
      x[e] = cosine * old - sine * y[e];
      y[e] = sine * old + cosine * y[e];
    }
  };
  bool turned = true;
  for (int sweep = 0; turned && sweep < kSweeps; ++sweep) {
    turned = false;
    for (Index i = 0; i < m; ++i) {
      for (Index j = i + 1; j < m; ++j) {
        double* x = svd.left.data() + i * m;
        double* y = svd.left.data() + j * m;
        const double xx = dot(x, x);
        const double yy = dot(y, y);
        const double xy = dot(x, y);
        if (!(std::abs(xy) > kOrthogonal * std::sqrt(xx * yy))) {
          continue;
        }
        turned = true;
        const double zeta = (yy - xx) / (2.0 * xy);
        const double tangent =
            std::copysign(1.0, zeta) / (std::abs(zeta) + std::sqrt(1.0 + zeta * zeta));
        const double cosine = 1.0 / std::sqrt(1.0 + tangent * tangent);
        rotate(x, y, cosine, cosine * tangent);
        rotate(svd.right.data() + i * m, svd.right.data() + j * m, cosine, cosine * tangent);
      }
    }
  }
  for (Index i = 0; i < m; ++i) {
    double* row = svd.left.data() + i * m;
    svd.sigma[i] = std::sqrt(dot(row, row));
    for (Index e = 0; svd.sigma[i] > 0.0 && e < m; ++e) {
      row[e] /= svd.sigma[i];
    }
  }
}

void complete(Svd& svd, Index m) {
  // A row as small as rounding may point anywhere: it is made again, from the unit vector that the
  // others leave the most of, by Gram and Schmidt, twice.
  const double tiny = 0x1p-40 * *std::max_element(svd.sigma, svd.sigma + m);
  for (Index i = 0; i < m; ++i) {
    if (!(svd.sigma[i] <= tiny)) {
      continue;
    }
    const auto counts = [&](Index other) {
      return other != i && (other < i || svd.sigma[other] > tiny);
    };
    Index unit = 0;
    double most = -1.0;
    for (Index e = 0; e < m; ++e) {
      double left = 1.0;
      for (Index other = 0; other < m; ++other) {
        left -= counts(other) ? svd.left(other, e) * svd.left(other, e) : 0.0;
      }
      if (left > most) {
        most = left;
        unit = e;
      }
    }
    svd.left.row(i).setZero();
    svd.left(i, unit) = 1.0;
    for (int pass = 0; pass < 2; ++pass) {
      for (Index other = 0; other < m; ++other) {
        if (!counts(other)) {
          continue;
        }
        double product = 0.0;
        for (Index e = 0; e < m; ++e) {
          product += svd.left(i, e) * svd.left(other, e);
        }
        for (Index e = 0; e < m; ++e) {
          svd.left(i, e) -= product * svd.left(other, e);
        }
      }
    }
    double norm = 0.0;
    for (Index e = 0; e < m; ++e) {
      norm += svd.left(i, e) * svd.left(i, e);
    }
    for (Index e = 0; e < m; ++e) {
      svd.left(i, e) /= std::sqrt(norm);
    }
  }
}

double cutoff(const Svd& svd, Index m) {
  constexpr double kSingle = 0x1p-23;
  return static_cast<double>(m) * kSingle * *std::max_element(svd.sigma, svd.sigma + m);
}

}  // namespace inverse_parts

namespace {

using inverse_parts::Steps;
using inverse_parts::Svd;
using inverse_parts::view;

// V = sum_i w_i u_i^T / sigma_i
void pinv(const ConstDoubleMatrix& a, DoubleMatrix inverse, Steps& s) {
  const Index m = a.rows();
  Svd svd{s.x, s.p1, s.next.data()};
  inverse_parts::singular_values(a, svd);
  const double smallest = m == 0 ? 0.0 : inverse_parts::cutoff(svd, m);
  for (Index i = 0; i < m; ++i) {
    const double sigma = svd.sigma[i];
    for (Index e = 0; e < m; ++e) {
      // A NaN passes: it is not below the cutoff.
      svd.left(i, e) = sigma <= smallest ? 0.0 : svd.left(i, e) / sigma;
    }
  }
  gemm_double(view(svd.right), Transpose::kYes, view(svd.left), Transpose::kNo, inverse,
              Result::kGeneral, s.scratch);
}

}  // namespace

Index pseudo_inverse(const ConstDoubleMatrix& a, const InverseOptions& options,
                     DoubleMatrix inverse, std::span<double> workspace) {
  const Index m = a.rows();
  Steps s(m, workspace.data());
  switch (options.kind) {
    case InverseKind::kIterative:
      return inverse_parts::iterate(a, options.iterations, inverse, s, nullptr);
    case InverseKind::kExact:
      if (!inverse_parts::invert(a, inverse, s.x.data())) {
        pinv(a, inverse, s);
      }
      break;
    case InverseKind::kPinv:
      pinv(a, inverse, s);
      break;
    case InverseKind::kRidge:
      inverse_parts::ridge_gram(a, options.ridge, s.p1, s);
      if (!inverse_parts::invert(view(s.p1), s.p2, s.x.data())) {
        pinv(a, inverse, s);  // ridge 0 and a singular matrix: the limit of small ridges
        break;
      }
      gemm_double(view(s.p2), Transpose::kNo, a, Transpose::kYes, inverse, Result::kGeneral,
                  s.scratch);
      break;
    case InverseKind::kNone:
      inverse.setIdentity();
      break;
  }
  return 0;
}

double inverse_residual(const ConstDoubleMatrix& a, const ConstDoubleMatrix& inverse,
                        std::span<double> workspace) {
  const Index m = a.rows();
  const auto size = static_cast<std::size_t>(m * m);
  DoubleMatrix product(workspace.data(), m, m);
  DoubleMatrix back(workspace.data() + size, m, m);
  const std::span<double> scratch = workspace.subspan(2 * size);
  gemm_double(a, Transpose::kNo, inverse, Transpose::kNo, product, Result::kGeneral, scratch);
  gemm_double(view(product), Transpose::kNo, a, Transpose::kNo, back, Result::kGeneral, scratch);
  double difference = 0.0;
  double norm = 0.0;
  for (Index e = 0; e < m * m; ++e) {
    const double off = back.data()[e] - a.data()[e];
    difference += off * off;
    norm += a.data()[e] * a.data()[e];
  }
  return norm == 0.0 ? 0.0 : std::sqrt(difference / norm);
}

std::size_t pseudo_inverse_workspace(Index m) { return Steps::size(m); }

}  // namespace attnlab::linalg
