#include "random/orthogonal.h"

#include <cmath>
#include <vector>

#include "random/chi.h"
#include "support/catch.h"

namespace attnlab::random {
namespace {

std::vector<double> gaussian(std::uint64_t seed, std::size_t entries) {
  std::vector<double> result(entries);
  fill_normal(Draws(seed, Stream::kDirections), 0, entries, result.data());
  return result;
}

double largest_error(const std::vector<double>& rows, std::size_t count, std::size_t length) {
  double worst = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double dot = 0.0;
      for (std::size_t c = 0; c < length; ++c) {
        dot += rows[i * length + c] * rows[j * length + c];
      }
      worst = std::fmax(worst, std::abs(dot - (i == j ? 1.0 : 0.0)));
    }
  }
  return worst;
}

TEST_CASE("orthonormalize: frames of every size") {
  for (const std::size_t length : {1U, 2U, 3U, 7U, 15U, 16U, 17U, 63U, 64U, 65U, 127U}) {
    for (const std::size_t count : {std::size_t{1}, (length + 1) / 2, length}) {
      std::vector<double> rows = gaussian(length, count * length);
      const std::vector<double> before = rows;
      std::vector<double> norms(count);
      orthonormalize(count, length, rows.data(), norms.data());
      CHECK(largest_error(rows, count, length) < 1e-12);
      double first = 0.0;
      double along = 0.0;
      for (std::size_t c = 0; c < length; ++c) {
        first += before[c] * before[c];
        along += before[c] * rows[c];
      }
      CHECK(std::abs(norms[0] - std::sqrt(first)) < 1e-13 * norms[0]);
      CHECK(std::abs(along - norms[0]) < 1e-13 * norms[0]);
    }
  }
}

TEST_CASE("orthonormalize: vectors that are almost dependent") {
  constexpr std::size_t kLength = 8;
  std::vector<double> rows = gaussian(5, 2 * kLength);
  for (std::size_t c = 0; c < kLength; ++c) {
    rows[kLength + c] = rows[c] + 1e-9 * rows[kLength + c];
  }
  orthonormalize(2, kLength, rows.data(), nullptr);
  CHECK(largest_error(rows, 2, kLength) < 1e-12);
}

TEST_CASE("orthonormalize: no direction is preferred, unlike a QR without its signs") {
  // E u_r = 0 for every row. LAPACK's Householder QR gives rows whose first entries are mostly
  // negative; Performer implementations inherited a bias of 15 % from it.
  constexpr std::size_t kLength = 4;
  constexpr int kFrames = 20000;
  double mean[kLength * kLength] = {};
  for (int frame = 0; frame < kFrames; ++frame) {
    std::vector<double> rows =
        gaussian(1000 + static_cast<std::uint64_t>(frame), kLength * kLength);
    orthonormalize(kLength, kLength, rows.data(), nullptr);
    for (std::size_t e = 0; e < rows.size(); ++e) {
      mean[e] += rows[e] / kFrames;
    }
  }
  for (const double entry : mean) {
    CHECK(std::abs(entry) < 4.5 * 0.5 / std::sqrt(static_cast<double>(kFrames)));
  }
}

TEST_CASE("chi_quantile: golden values") {
  struct Case {
    int d;
    double quartiles[3];
  };
  // SciPy's chi distribution.
  constexpr Case kCases[] = {
      {1, {0.318639364, 0.674489750, 1.150349380}},  {2, {0.758527616, 1.177410023, 1.665109222}},
      {3, {1.101150718, 1.538172254, 2.026905261}},  {4, {1.386563207, 1.832128265, 2.320618249}},
      {16, {3.451408364, 3.916439567, 4.401006728}}, {64, {7.486655413, 7.958302710, 8.439498820}}};
  for (const Case& golden : kCases) {
    for (int i = 0; i < 3; ++i) {
      const double lower = 0.25 * (i + 1);
      CHECK(std::abs(chi_quantile(golden.d, lower, 1.0 - lower) - golden.quartiles[i]) < 1e-9);
    }
  }
}

TEST_CASE("chi_quantile: two degrees of freedom have a closed form, tails included") {
  for (const double tail : {0.9, 0.5, 0.1, 1e-3, 1e-6, 1e-12, 1e-18}) {
    const double upper = std::sqrt(-2.0 * std::log(tail));
    CHECK(std::abs(chi_quantile(2, 1.0 - tail, tail) - upper) < 1e-12 * upper);
    const double lower = std::sqrt(-2.0 * std::log1p(-tail));
    CHECK(std::abs(chi_quantile(2, tail, 1.0 - tail) - lower) < 1e-12 * lower);
  }
}

TEST_CASE("chi_quantile: inverts the distribution, integrated by Simpson's rule") {
  for (const int d : {1, 2, 3, 5, 8, 33, 128, 500}) {
    for (const double lower : {0.01, 0.3, 0.5, 0.7, 0.99}) {
      const double radius = chi_quantile(d, lower, 1.0 - lower);
      const double log_scale = (1.0 - 0.5 * d) * std::log(2.0) - std::lgamma(0.5 * d);
      const auto density = [&](double r) {
        return r == 0.0 ? (d == 1 ? std::exp(log_scale) : 0.0)
                        : std::exp(log_scale + (d - 1) * std::log(r) - 0.5 * r * r);
      };
      constexpr int kSteps = 20000;
      double total = 0.0;
      for (int step = 0; step < kSteps; ++step) {
        const double a = radius * step / kSteps;
        const double b = radius * (step + 1) / kSteps;
        total += (b - a) / 6.0 * (density(a) + 4.0 * density(0.5 * (a + b)) + density(b));
      }
      CHECK(std::abs(total - lower) < 1e-12);
    }
  }
}

}  // namespace
}  // namespace attnlab::random
