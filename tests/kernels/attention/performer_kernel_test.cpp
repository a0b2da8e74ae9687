#include "attention/performer_kernel.h"

#include <cmath>
#include <vector>

#include "attention/performer_projection.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::Index;
using testing::close;
using testing::Random;

std::vector<float> project(Index m, Index d, const ProjectionOptions& options) {
  std::vector<float> out(static_cast<std::size_t>(m * d));
  std::vector<double> workspace(performer_projection_workspace(m, d));
  performer_projection(options, {out.data(), m, d}, workspace);
  return out;
}

std::vector<float> kernel(const std::vector<float>& x, const std::vector<float>& y, Index d,
                          const KernelOptions& options) {
  const auto n_x = static_cast<Index>(x.size()) / d;
  const auto n_y = static_cast<Index>(y.size()) / d;
  std::vector<float> out(static_cast<std::size_t>(n_x * n_y));
  std::vector<double> workspace(performer_kernel_workspace(options.draws));
  performer_kernel(ConstMatrix(x.data(), n_x, d), ConstMatrix(y.data(), n_y, d), options,
                   {out.data(), n_x, n_y}, workspace);
  return out;
}

double variance(const std::vector<float>& x, const std::vector<float>& y, Estimator estimator,
                Index draws) {
  float out = 0.0F;
  const auto d = static_cast<Index>(x.size());
  performer_variance(ConstMatrix(x.data(), 1, d), ConstMatrix(y.data(), 1, d), estimator, draws,
                     1.0, {&out, 1, 1});
  return static_cast<double>(out);
}

TEST_CASE("performer_kernel: golden values for fixed directions") {
  const std::vector<float> omega{1.0F, 0.0F, 0.0F, 1.0F, -1.0F, 2.0F};
  const std::vector<float> q{0.5F, -0.5F, 0.0F, 1.0F};
  const std::vector<float> k{0.2F, 0.1F, -0.3F, 0.4F, 1.0F, 1.0F};
  const auto out = kernel(q, k, 2, {.projection = omega.data(), .draws = 3});
  constexpr double kExpected[] = {.7360767633,  .6406819527,  .6433886376,
                                  2.2902312178, 4.8162768865, 2.2456470003};
  for (std::size_t e = 0; e < out.size(); ++e) {
    CHECK(close(out[e], kExpected[e], 1e-6));
  }
}

TEST_CASE("performer_variance: golden values") {
  const std::vector<float> x{0.6F, 0.0F};
  const std::vector<float> y{0.3F, 0.4F};
  CHECK(std::abs(variance(x, y, Estimator::kPositive, 1) - 2.3477139730) < 1e-6);
  CHECK(std::abs(variance(x, y, Estimator::kHyperbolic, 1) - 0.7288677138) < 1e-6);
  CHECK(std::abs(variance(x, y, Estimator::kTrigonometric, 1) - 0.0450253201) < 1e-7);
  CHECK(std::isnan(variance(x, y, Estimator::kRelu, 1)));
  CHECK(std::abs(variance(x, y, Estimator::kPositive, 10) - 0.23477139730) < 1e-7);
}

TEST_CASE("performer_kernel: exact where there is no variance") {
  Random random(91);
  for (const Index d : {1, 3, 16}) {
    const std::vector<float> x = random.values(static_cast<std::size_t>(d), -2.0F, 2.0F);
    std::vector<float> opposite = x;
    double square = 0.0;
    for (float& entry : opposite) {
      square += static_cast<double>(entry) * static_cast<double>(entry);
      entry = -entry;
    }
    for (const Index m : {1, 2, 7}) {
      const std::vector<float> omega = project(m, d, {.seed = 4});
      const KernelOptions same{
          .estimator = Estimator::kTrigonometric, .projection = omega.data(), .draws = m};
      const double exact = std::exp(square);
      CHECK(close(kernel(x, x, d, same)[0], exact, 1e-6 * exact));
      CHECK(variance(x, x, Estimator::kTrigonometric, m) < 1e-9);
      for (const Estimator estimator : {Estimator::kPositive, Estimator::kHyperbolic}) {
        const KernelOptions opposed{.estimator = estimator, .projection = omega.data(), .draws = m};
        CHECK(close(kernel(x, opposite, d, opposed)[0], std::exp(-square), 1e-6 * exact));
        CHECK(variance(x, opposite, estimator, m) < 1e-9);
      }
    }
  }
}

TEST_CASE("performer_kernel: large norms stay in range") {
  const std::vector<float> omega{1.0F, 2.0F};
  const std::vector<float> x{20.0F};
  const std::vector<float> y{-20.0F};
  const KernelOptions options{.projection = omega.data(), .draws = 2};
  CHECK(close(kernel(x, y, 1, options)[0], std::exp(-400.0), 1e-40));
  CHECK(
      kernel({40.0F}, {40.0F}, 1,
             {.estimator = Estimator::kTrigonometric, .projection = omega.data(), .draws = 2})[0] ==
      testing::kInfinity);
  CHECK(kernel({0.0F}, {0.0F}, 1, options)[0] == 1.0F);
}

TEST_CASE("performer_kernel: relu, and eps as implementations have it") {
  const std::vector<float> omega{1.0F, -1.0F, 0.5F, 2.0F};
  const std::vector<float> x{1.0F, 0.5F};
  const std::vector<float> y{-0.2F, 0.7F};
  // omega.x: 0.5, 1.5; omega.y: -0.9, 1.3.
  CHECK(close(
      kernel(x, y, 2, {.estimator = Estimator::kRelu, .projection = omega.data(), .draws = 2})[0],
      1.5 * 1.3 / 2.0, 1e-6));
  CHECK(close(
      kernel(
          x, y, 2,
          {.estimator = Estimator::kRelu, .projection = omega.data(), .draws = 2, .eps = 0.1})[0],
      (0.6 * 0.1 + 1.6 * 1.4) / 2.0, 1e-6));
  const double phi_x[] = {std::exp(0.5 - 0.625 - 1.5) + 0.1, std::exp(-0.625) + 0.1};
  const double phi_y[] = {std::exp(-0.9 - 0.265 - 1.3) + 0.1, std::exp(-0.265) + 0.1};
  CHECK(close(kernel(x, y, 2, {.projection = omega.data(), .draws = 2, .eps = 0.1})[0],
              (phi_x[0] * phi_y[0] + phi_x[1] * phi_y[1]) / 2.0, 1e-6));
}

struct Moments {
  double mean = 0.0;
  double square_error = 0.0;  // about the exact kernel
  double standard_error = 0.0;
};

// Of the estimate over many seeds.
Moments moments(const std::vector<float>& x, const std::vector<float>& y, Estimator estimator,
                Index m, bool orthogonal, Norms norms, int draws) {
  double exact = 0.0;
  for (std::size_t c = 0; c < x.size(); ++c) {
    exact += static_cast<double>(x[c]) * static_cast<double>(y[c]);
  }
  exact = std::exp(exact);
  Moments result;
  double square = 0.0;
  const auto d = static_cast<Index>(x.size());
  for (int seed = 0; seed < draws; ++seed) {
    const std::vector<float> omega = project(
        m, d, {.seed = static_cast<std::uint64_t>(seed), .orthogonal = orthogonal, .norms = norms});
    const auto estimate = static_cast<double>(
        kernel(x, y, d, {.estimator = estimator, .projection = omega.data(), .draws = m})[0]);
    result.mean += estimate / draws;
    square += estimate * estimate / draws;
    result.square_error += (estimate - exact) * (estimate - exact) / draws;
  }
  result.standard_error = std::sqrt((square - result.mean * result.mean) / draws);
  return result;
}

const std::vector<float> kX{0.3F, -0.2F, 0.25F, 0.1F};
const std::vector<float> kY{0.2F, 0.3F, 0.1F, -0.3F};
const double kExact = std::exp(0.3 * 0.2 - 0.2 * 0.3 + 0.25 * 0.1 - 0.1 * 0.3);

TEST_CASE("performer_kernel: unbiased where it claims to be") {
  constexpr int kDraws = 20000;
  for (const Estimator estimator :
       {Estimator::kPositive, Estimator::kHyperbolic, Estimator::kTrigonometric}) {
    for (const bool orthogonal : {false, true}) {
      for (const Norms norms : {Norms::kChi, Norms::kStratified}) {
        const Moments found = moments(kX, kY, estimator, 6, orthogonal, norms, kDraws);
        INFO(static_cast<int>(estimator) << orthogonal << static_cast<int>(norms));
        CHECK(std::abs(found.mean - kExact) < 4.0 * found.standard_error);
      }
    }
  }
}

TEST_CASE("performer_kernel: no bias along the diagonal, where a QR without signs has 15 %") {
  const std::vector<float> x(8, 0.4F / std::sqrt(8.0F));
  const Moments found = moments(x, x, Estimator::kPositive, 8, true, Norms::kChi, 20000);
  CHECK(std::abs(found.mean / std::exp(0.16) - 1.0) < 0.01);
}

TEST_CASE("performer_variance: is what independent draws have, and orthogonal ones have less") {
  constexpr int kDraws = 40000;
  constexpr Index kM = 4;
  for (const Estimator estimator :
       {Estimator::kPositive, Estimator::kHyperbolic, Estimator::kTrigonometric}) {
    const double predicted = variance(kX, kY, estimator, kM);
    const double independent =
        moments(kX, kY, estimator, kM, false, Norms::kChi, kDraws).square_error;
    const double orthogonal =
        moments(kX, kY, estimator, kM, true, Norms::kChi, kDraws).square_error;
    INFO(static_cast<int>(estimator));
    CHECK(std::abs(independent / predicted - 1.0) < 0.06);
    CHECK(orthogonal < predicted);
  }
  CHECK(variance(kX, kY, Estimator::kHyperbolic, kM) < variance(kX, kY, Estimator::kPositive, kM));
}

}  // namespace
}  // namespace attnlab::attention
