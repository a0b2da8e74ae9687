#include "linalg/pseudo_inverse.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "attention/reference/nystrom.h"
#include "linalg/gemm_double.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"

namespace attnlab::linalg {
namespace {

using attention::reference::Dense;
using testing::kInfinity;
using testing::kNan;
using testing::Random;

Dense uniform(Random& random, Index rows, Index columns) {
  Dense result(rows, columns);
  for (Index e = 0; e < rows * columns; ++e) {
    result.data()[e] = static_cast<double>(random.uniform(-1.0F, 1.0F));
  }
  return result;
}

// Row-stochastic and well conditioned, as between good landmarks.
Dense stochastic(Random& random, Index m, double sharpness) {
  Dense logits = uniform(random, m, m);
  for (Index i = 0; i < m; ++i) {
    logits(i, i) += sharpness;
  }
  return attention::reference::softmax(logits);
}

struct Inverted {
  Dense inverse;
  Index iterations;
};

Inverted invert(const Dense& a, const InverseOptions& options) {
  const Index m = a.rows();
  Inverted result{Dense(m, m), 0};
  std::vector<double> workspace(pseudo_inverse_workspace(m) + 1, 1e300);
  result.iterations = pseudo_inverse({a.data(), m, m}, options, {result.inverse.data(), m, m},
                                     {workspace.data(), workspace.size() - 1});
  CHECK(workspace.back() == 1e300);
  return result;
}

double distance(const Dense& x, const Dense& y) {
  return x.size() == 0 ? 0.0 : (x - y).cwiseAbs().maxCoeff();
}

TEST_CASE("gemm_double: all sizes and transpositions, and half of a symmetric product") {
  Random random(71);
  constexpr Index kSizes[] = {0, 1, 3, 4, 5, 7, 8, 17};
  for (const Index m : kSizes) {
    for (const Index n : kSizes) {
      for (const Index k : kSizes) {
        for (int turn = 0; turn < 4; ++turn) {
          const Transpose turn_a = turn % 2 == 0 ? Transpose::kNo : Transpose::kYes;
          const Transpose turn_b = turn < 2 ? Transpose::kNo : Transpose::kYes;
          const Dense a = turn % 2 == 0 ? uniform(random, m, k) : uniform(random, k, m);
          const Dense b = turn < 2 ? uniform(random, k, n) : uniform(random, n, k);
          Dense out(m, n);
          std::vector<double> workspace(gemm_double_workspace(m, n, k));
          gemm_double({a.data(), a.rows(), a.cols()}, turn_a, {b.data(), b.rows(), b.cols()},
                      turn_b, {out.data(), m, n}, Result::kGeneral, workspace);
          const Dense left = turn % 2 == 0 ? a : Dense(a.transpose());
          const Dense right = turn < 2 ? b : Dense(b.transpose());
          const Dense expected = left * right;
          CHECK(distance(out, expected) <=
                static_cast<double>(k + 2) * 0x1p-53 * static_cast<double>(k));
        }
      }
      const Dense a = uniform(random, m, n);
      Dense gram(m, m);
      std::vector<double> workspace(gemm_double_workspace(m, m, n));
      gemm_double({a.data(), m, n}, Transpose::kNo, {a.data(), m, n}, Transpose::kYes,
                  {gram.data(), m, m}, Result::kSymmetric, workspace);
      CHECK(distance(gram, a * a.transpose()) < 1e-14);
    }
  }
}

TEST_CASE("pseudo_inverse: every kind agrees with Eigen") {
  Random random(72);
  for (const Index m : {1, 2, 3, 4, 5, 7, 16, 33, 64, 65}) {
    const Dense a = stochastic(random, m, 6.0);
    const Dense exact = attention::reference::inverse(a, {.kind = InverseKind::kExact});
    const double scale = exact.cwiseAbs().maxCoeff();
    const auto size = static_cast<double>(m);
    for (const InverseKind kind : {InverseKind::kExact, InverseKind::kPinv, InverseKind::kRidge,
                                   InverseKind::kNone, InverseKind::kIterative}) {
      const InverseOptions options{.kind = kind, .iterations = 6, .ridge = 0.02};
      const Inverted actual = invert(a, options);
      CHECK(distance(actual.inverse, attention::reference::inverse(a, options)) <
            1e-13 * size * scale);
      CHECK(actual.iterations <= (kind == InverseKind::kIterative ? 6 : 0));
    }
  }
  CHECK(invert(Dense(0, 0), {}).inverse.size() == 0);
}

TEST_CASE("pseudo_inverse: golden values of the scalar map") {
  // w <- w (13 - 15 w + 7 w^2 - w^3) / 4 from w = 0.1: the second entry of a diagonal matrix with
  // entries 1 and s, s^2 = 0.1.
  const double golden[] = {.289225, .6668797277592715, .9691969172922325, .9999778547659397,
                           .9999999999999917};
  const double sigma = std::sqrt(0.1);
  Dense a = Dense::Identity(2, 2);
  a(1, 1) = sigma;
  for (Index step = 1; step <= 5; ++step) {
    const Dense v = invert(a, {.iterations = step}).inverse;
    CHECK(std::abs(v(1, 1) * sigma - golden[step - 1]) < 1e-14);
  }
}

TEST_CASE("pseudo_inverse: the iteration stops early only where it has come to rest") {
  Random random(73);
  for (const double sharpness : {0.0, 2.0, 8.0}) {
    const Dense a = stochastic(random, 24, sharpness);
    const Inverted stopped = invert(a, {.iterations = 90});
    CHECK(stopped.iterations < 60);
    const Dense full = attention::reference::inverse(a, {.iterations = 60});
    CHECK(distance(stopped.inverse, full) < 1e-9 * full.cwiseAbs().maxCoeff());
  }
  const Dense a = stochastic(random, 24, 2.0);
  for (Index steps = 0; steps < 12; ++steps) {
    CHECK(invert(a, {.iterations = steps}).iterations == steps);
  }
}

TEST_CASE("pseudo_inverse: singular matrices meet the Penrose conditions") {
  Random random(74);
  Dense doubled = stochastic(random, 9, 3.0);
  doubled.row(4) = doubled.row(2);
  doubled.col(7) = doubled.col(1);
  const Dense constant = Dense::Constant(6, 6, 1.0 / 6.0);
  for (const Dense& a : {doubled, constant, Dense(Dense::Zero(5, 5))}) {
    for (const InverseKind kind :
         {InverseKind::kExact, InverseKind::kPinv, InverseKind::kIterative}) {
      const Dense v = invert(a, {.kind = kind, .iterations = 14}).inverse;
      const double scale = 1.0 + v.cwiseAbs().maxCoeff();
      CHECK(distance(a * v * a, a) < 1e-7 * scale);
      CHECK(distance(v * a * v, v) < 1e-7 * scale * scale);
      CHECK(distance((a * v).transpose(), a * v) < 1e-7 * scale);
      CHECK(distance((v * a).transpose(), v * a) < 1e-7 * scale);
    }
  }
}

TEST_CASE("pseudo_inverse: the residual is |AVA - A| / |A|") {
  Random random(75);
  const Dense a = stochastic(random, 13, 2.0);
  std::vector<double> workspace(pseudo_inverse_workspace(13));
  double before = 2.0;
  for (Index steps = 0; steps < 8; ++steps) {
    const Dense v = invert(a, {.iterations = steps}).inverse;
    const double residual = inverse_residual({a.data(), 13, 13}, {v.data(), 13, 13}, workspace);
    CHECK(std::abs(residual - (a * v * a - a).norm() / a.norm()) < 1e-13);
    CHECK(residual < before);
    before = residual;
  }
}

TEST_CASE("pseudo_inverse: NaN and infinity come out, and nothing hangs") {
  Random random(76);
  for (const float odd : {kNan, kInfinity}) {
    Dense a = stochastic(random, 7, 2.0);
    a(3, 4) = static_cast<double>(odd);
    for (const InverseKind kind :
         {InverseKind::kExact, InverseKind::kPinv, InverseKind::kRidge, InverseKind::kIterative}) {
      const Dense v = invert(a, {.kind = kind, .iterations = 90}).inverse;
      CHECK(v.size() == 49);
    }
  }
}

TEST_CASE("pseudo_inverse_backward: central differences agree") {
  Random random(77);
  for (const Index m : {1, 2, 3, 5, 8, 13}) {
    Dense a = stochastic(random, m, 2.5);
    Dense rank_deficient = a;
    if (m > 3) {
      // A small singular value that pinv cuts off.
      attention::reference::Svd parts = attention::reference::svd(a);
      parts.sigma(m - 1) = 1e-9;
      rank_deficient = parts.u * parts.sigma.asDiagonal() * parts.v.transpose();
    }
    const Dense g = uniform(random, m, m);
    for (const InverseOptions& options :
         {InverseOptions{.kind = InverseKind::kIterative, .iterations = 0},
          InverseOptions{.kind = InverseKind::kIterative, .iterations = 1},
          InverseOptions{.kind = InverseKind::kIterative, .iterations = 6},
          InverseOptions{.kind = InverseKind::kIterative, .iterations = 40},
          InverseOptions{.kind = InverseKind::kExact}, InverseOptions{.kind = InverseKind::kPinv},
          InverseOptions{.kind = InverseKind::kRidge, .ridge = 0.05},
          InverseOptions{.kind = InverseKind::kNone}}) {
      const bool cut = options.kind == InverseKind::kPinv;
      const Dense& at = cut ? rank_deficient : a;
      Dense actual(m, m);
      std::vector<double> workspace(pseudo_inverse_backward_workspace(m, options) + 1, 1e300);
      pseudo_inverse_backward({at.data(), m, m}, options, {g.data(), m, m}, {actual.data(), m, m},
                              {workspace.data(), workspace.size() - 1});
      CHECK(workspace.back() == 1e300);
      Dense expected(m, m);
      for (Index i = 0; i < m; ++i) {
        for (Index j = 0; j < m; ++j) {
          const double step = cut ? 1e-8 : 1e-6;  // below the cutoff's distance
          Dense up = at;
          Dense down = at;
          up(i, j) += step;
          down(i, j) -= step;
          // |A|_inf counts as a constant, so it is undone.
          const auto value = [&](const Dense& x) {
            Dense v = attention::reference::inverse(x, options);
            if (options.kind == InverseKind::kIterative) {
              v = x.transpose() / (at.cwiseAbs().rowwise().sum().maxCoeff() *
                                   x.cwiseAbs().colwise().sum().maxCoeff());
              const Dense unit = Dense::Identity(m, m);
              for (Index turn = 0; turn < options.iterations; ++turn) {
                const Dense p = x * v;
                v = 0.25 * v * (13.0 * unit - p * (15.0 * unit - p * (7.0 * unit - p)));
              }
            }
            return v.cwiseProduct(g).sum();
          };
          expected(i, j) = (value(up) - value(down)) / (2.0 * step);
        }
      }
      INFO("m " << m << ", kind " << static_cast<int>(options.kind) << ", iterations "
                << options.iterations);
      CHECK(distance(actual, expected) < 1e-5 * (1.0 + expected.cwiseAbs().maxCoeff()));
    }
  }
}

}  // namespace
}  // namespace attnlab::linalg
