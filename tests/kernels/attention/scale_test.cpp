#include "attention/scale.h"

#include <cmath>

#include "support/catch.h"

namespace attnlab::attention {
namespace {

constexpr double kTolerance = 1e-14;

double relative_error(double actual, double expected) {
  return std::abs(actual - expected) / std::abs(expected);
}

TEST_CASE("attention_scale: golden values") {
  CHECK(attention_scale(ScaleKind::kSqrt, 64.0, 1.0, 0.0) == 0.125);
  CHECK(relative_error(attention_scale(ScaleKind::kEntropy, 64.0, 64.0, 512.0), 1.0 / 12.0) <
        kTolerance);
  // kappa = sqrt(d) / ln 512 turns the kappa form into the base-512 form.
  const double kappa = std::sqrt(64.0) / std::log(512.0);
  CHECK(std::abs(kappa - 1.2823955919) < 1e-10);
  CHECK(relative_error(attention_scale(ScaleKind::kKappa, 64.0, 64.0, kappa), 1.0 / 12.0) <
        kTolerance);
  CHECK(relative_error(attention_scale(ScaleKind::kLog, 16.0, 100.0, 0.0), std::log(100.0) / 4.0) <
        kTolerance);
}

// The distance of a double from a result in long double, in units of its last place.
long double ulps(double actual, long double expected) {
  const int exponent = std::ilogb(static_cast<double>(expected)) - 52;
  return std::fabs(static_cast<long double>(actual) - expected) / std::ldexp(1.0L, exponent);
}

TEST_CASE("attention_scale: within 4 ulp of the formulas in long double") {
  for (const double d : {1.0, 3.0, 32.0, 64.0, 80.0, 127.0, 1000.0}) {
    const long double root = std::sqrt(static_cast<long double>(d));
    CHECK(ulps(attention_scale(ScaleKind::kSqrt, d, 7.0, 0.0), 1.0L / root) <= 4.0L);
    for (const double n : {2.0, 3.0, 17.0, 511.0, 513.5, 4096.0, 1e9}) {
      const long double log = std::log(static_cast<long double>(n));
      const long double base = std::log(300.0L);
      CHECK(ulps(attention_scale(ScaleKind::kEntropy, d, n, 300.0), log / base / root) <= 4.0L);
      CHECK(ulps(attention_scale(ScaleKind::kKappa, d, n, 1.25), 1.25L * log / d) <= 4.0L);
      CHECK(ulps(attention_scale(ScaleKind::kLog, d, n, 0.0), log / root) <= 4.0L);
    }
  }
}

TEST_CASE("attention_scale: the entropy form equals 1/sqrt(d) at n = base, to the bit") {
  for (const double d : {1.0, 3.0, 64.0, 80.0, 128.0}) {
    CHECK(attention_scale(ScaleKind::kEntropy, d, 512.0, 512.0) == 1.0 / std::sqrt(d));
  }
}

TEST_CASE("attention_scale: one visible key gives 0 except for sqrt") {
  CHECK(attention_scale(ScaleKind::kSqrt, 16.0, 1.0, 0.0) == 0.25);
  CHECK(attention_scale(ScaleKind::kEntropy, 16.0, 1.0, 512.0) == 0.0);
  CHECK(attention_scale(ScaleKind::kKappa, 16.0, 1.0, 1.3) == 0.0);
  CHECK(attention_scale(ScaleKind::kLog, 16.0, 1.0, 0.0) == 0.0);
}

TEST_CASE("scale_coefficient times ln n is attention_scale") {
  for (const double n : {2.0, 17.0, 512.0, 4096.0}) {
    for (const ScaleKind kind : {ScaleKind::kEntropy, ScaleKind::kKappa, ScaleKind::kLog}) {
      const double parameter = 300.0;
      CHECK(relative_error(scale_coefficient(kind, 48.0, parameter) * std::log(n),
                           attention_scale(kind, 48.0, n, parameter)) < kTolerance);
    }
  }
  CHECK(scale_coefficient(ScaleKind::kSqrt, 64.0, 0.0) == 0.125);
}

}  // namespace
}  // namespace attnlab::attention
