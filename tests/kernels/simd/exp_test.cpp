#include "simd/exp.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "simd/exp_f64x2.h"
#include "support/catch.h"
#include "support/compare.h"

namespace attnlab::simd {
namespace {

using testing::kInfinity;

constexpr float kLargestUlps = 2.0F;

using Function = F32x4 (*)(F32x4);

float apply(Function function, float x) {
  float lanes[F32x4::kLanes];
  store(lanes, function(splat(x)));
  return lanes[2];
}

// The largest error in ulp over evenly spaced points of [low, high].
template <typename Exact>
double largest_error(Function function, Exact exact, float low, float high) {
  constexpr int kPoints = 400000;
  double worst = 0.0;
  float lanes[F32x4::kLanes];
  float results[F32x4::kLanes];
  for (int point = 0; point < kPoints; point += F32x4::kLanes) {
    for (int lane = 0; lane < F32x4::kLanes; ++lane) {
      lanes[lane] = low + (high - low) * (static_cast<float>(point + lane) / kPoints);
    }
    store(results, function(load(lanes)));
    for (int lane = 0; lane < F32x4::kLanes; ++lane) {
      worst =
          std::max(worst, testing::ulps(results[lane], exact(static_cast<double>(lanes[lane]))));
    }
  }
  return worst;
}

double exact_exp(double x) { return std::exp(x); }
double exact_exp2(double x) { return std::exp2(x); }

TEST_CASE("exp: within 2 ulp wherever the result is normal") {
  CHECK(largest_error(exp_nonpositive, exact_exp, -87.3F, 0.0F) <= kLargestUlps);
  CHECK(largest_error(exp_nonpositive, exact_exp, -1.0F, 0.0F) <= kLargestUlps);
  CHECK(largest_error(exp, exact_exp, -87.3F, 88.7F) <= kLargestUlps);
  CHECK(largest_error(exp, exact_exp, -0.5F, 0.5F) <= kLargestUlps);
}

TEST_CASE("exp2: within 2 ulp wherever the result is normal") {
  CHECK(largest_error(exp2_nonpositive, exact_exp2, -125.99F, 0.0F) <= kLargestUlps);
  CHECK(largest_error(exp2_nonpositive, exact_exp2, -1.0F, 0.0F) <= kLargestUlps);
  CHECK(largest_error(exp2, exact_exp2, -125.99F, 127.99F) <= kLargestUlps);
}

TEST_CASE("exp2: whole numbers are exact") {
  for (int n = -126; n <= 127; ++n) {
    const float expected = std::ldexp(1.0F, n);
    CHECK(apply(exp2, static_cast<float>(n)) == expected);
    if (n <= 0) {
      CHECK(apply(exp2_nonpositive, static_cast<float>(n)) == expected);
    }
  }
}

TEST_CASE("exp: 0 gives 1, -infinity and what underflows give 0, what overflows gives infinity") {
  for (const Function function : {exp, exp_nonpositive, exp2, exp2_nonpositive}) {
    CHECK(apply(function, 0.0F) == 1.0F);
    CHECK(apply(function, -0.0F) == 1.0F);
    CHECK(apply(function, -kInfinity) == 0.0F);
    CHECK(apply(function, -3e38F) == 0.0F);
    CHECK(apply(function, -128.0F) == 0.0F);
  }
  for (const Function function : {exp, exp_nonpositive}) {
    CHECK(apply(function, -88.1F) == 0.0F);
  }
  CHECK(apply(exp2, -126.01F) == 0.0F);
  CHECK(apply(exp, -87.4F) == 0.0F);
  for (const Function function : {exp, exp2}) {
    CHECK(apply(function, kInfinity) == kInfinity);
    CHECK(apply(function, 3e38F) == kInfinity);
    CHECK(apply(function, 129.0F) == kInfinity);
  }
  CHECK(apply(exp2, 128.0F) == kInfinity);
  CHECK(apply(exp, 88.73F) == kInfinity);
}

TEST_CASE("exp: NaN gives NaN, whatever its payload and sign") {
  for (const std::uint32_t bits :
       {0x7FC00000U, 0x7FC00001U, 0x7FFFFFFFU, 0xFFC00000U, 0xFFFFFFFFU, 0x7F800001U}) {
    for (const Function function : {exp, exp_nonpositive, exp2, exp2_nonpositive}) {
      CHECK(std::isnan(apply(function, std::bit_cast<float>(bits))));
    }
  }
}

TEST_CASE("exp: denormal arguments give 1") {
  for (const Function function : {exp, exp_nonpositive, exp2, exp2_nonpositive}) {
    CHECK(apply(function, -1e-45F) == 1.0F);
    CHECK(apply(function, -1e-38F) == 1.0F);
  }
}

TEST_CASE("exp64_nonpositive: relative error 2e-12, the limits, NaN") {
  const auto at = [](double x) { return exp64_nonpositive(splat64(x)).lanes[1]; };
  constexpr int kPoints = 200000;
  double worst = 0.0;
  for (int point = 0; point < kPoints; ++point) {
    for (const double low : {-708.0, -1.0}) {
      const double x = low * point / kPoints;
      worst = std::max(worst, std::abs(at(x) / std::exp(x) - 1.0));
    }
  }
  CHECK(worst <= 2e-12);
  CHECK(at(0.0) == 1.0);
  CHECK(at(-0.0) == 1.0);
  CHECK(at(-710.0) == 0.0);
  CHECK(at(-1e308) == 0.0);
  CHECK(at(-std::numeric_limits<double>::infinity()) == 0.0);
  CHECK(std::isnan(at(std::numeric_limits<double>::quiet_NaN())));
}

}  // namespace
}  // namespace attnlab::simd
