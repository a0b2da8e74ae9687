#include "random/draws.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "random/elementary.h"
#include "random/philox.h"
#include "support/catch.h"

namespace attnlab::random {
namespace {

constexpr std::uint64_t kPoints = 200000;

// Distance in units of the last place of `expected`: whole ones where the functions of long double
// are those of double, as in the C library of WebAssembly.
double ulps(double actual, long double expected) {
  const auto rounded = static_cast<double>(expected);
  const double unit = std::nextafter(std::abs(rounded), HUGE_VAL) - std::abs(rounded);
  return static_cast<double>(std::abs(static_cast<long double>(actual) - expected)) / unit;
}

TEST_CASE("philox: the known answers of Random123") {
  CHECK(philox({0, 0, 0, 0}, {0, 0}) ==
        PhiloxCounter{0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U});
  CHECK(philox({0xffffffffU, 0xffffffffU, 0xffffffffU, 0xffffffffU}, {0xffffffffU, 0xffffffffU}) ==
        PhiloxCounter{0x408f276dU, 0x41c83b0eU, 0xa20bc7c6U, 0x6d5451fdU});
  CHECK(philox({0x243f6a88U, 0x85a308d3U, 0x13198a2eU, 0x03707344U}, {0xa4093822U, 0x299f31d0U}) ==
        PhiloxCounter{0xd16cfe09U, 0x94fdccebU, 0x5001e420U, 0x24126ea1U});
}

TEST_CASE("elementary: logarithm within 1 ulp") {
  const Draws draws(1);
  double worst = 0.0;
  for (std::uint64_t i = 0; i < kPoints; ++i) {
    // All magnitudes down to 2^-53, and the neighborhood of 1.
    const double u = draws.uniform(i);
    const double x = i % 2 == 0 ? std::ldexp(u, -static_cast<int>(i % 53)) : 0.7 + 0.8 * u;
    worst = std::max(worst, ulps(log(x), std::log(static_cast<long double>(x))));
  }
  CHECK(worst <= 1.0);
  CHECK(log(1.0) == 0.0);
}

TEST_CASE("elementary: exponential within 1 ulp") {
  const Draws draws(2);
  double worst = 0.0;
  for (std::uint64_t i = 0; i < kPoints; ++i) {
    const double x = (draws.uniform(i) - 0.5) * (i % 2 == 0 ? 1400.0 : 2.0);
    worst = std::max(worst, ulps(exp(x), std::exp(static_cast<long double>(x))));
  }
  CHECK(worst <= 1.0);
  CHECK(exp(0.0) == 1.0);
}

TEST_CASE("elementary: sine and cosine of turns") {
  constexpr long double kTwoPi = 6.283185307179586476925286766559L;
  const Draws draws(3);
  double worst = 0.0;
  double worst_absolute = 0.0;
  for (std::uint64_t i = 0; i < kPoints; ++i) {
    const double turns = draws.uniform(i);
    const SinCos actual = sin_cos_turns(turns);
    const long double angle = kTwoPi * static_cast<long double>(turns);
    for (const auto& [value, exact] :
         {std::pair{actual.sin, std::sin(angle)}, std::pair{actual.cos, std::cos(angle)}}) {
      worst_absolute = std::max(
          worst_absolute, static_cast<double>(std::abs(static_cast<long double>(value) - exact)));
      if (std::abs(exact) > 0.1L) {
        worst = std::max(worst, ulps(value, exact));
      }
    }
  }
  CHECK(worst < 1.5);
  CHECK(worst_absolute < 2e-16);
  CHECK(sin_cos_turns(0.25).sin == 1.0);
  CHECK(sin_cos_turns(0.5).cos == -1.0);
  CHECK(sin_cos_turns(1024.125).sin == sin_cos_turns(0.125).sin);
}

TEST_CASE("draws: an element depends on seed, stream and its number alone") {
  const Draws draws(7);
  for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{6}}) {
    for (const std::size_t count : {0U, 1U, 9U}) {
      std::vector<double> filled(count);
      fill_normal(draws, first, count, filled.data());
      for (std::size_t e = 0; e < count; ++e) {
        CHECK(filled[e] == draws.normal(first + e));
      }
    }
  }
  CHECK(Draws(7).normal(5) != Draws(8).normal(5));
  // All 64 bits of the seed count, and so do those of the element's number.
  CHECK(Draws(7).normal(5) != Draws(7 + (std::uint64_t{1} << 63)).normal(5));
  CHECK(draws.normal(5) != draws.normal(5 + (std::uint64_t{1} << 40)));
  CHECK(draws.uniform(5) != Draws(7, Stream::kDirections).uniform(5));
}

TEST_CASE("draws: the first numbers of seed 42, the same in every build") {
  // Computed from the formulas of draws.h with 60 digits: tests/fixtures/golden/make_random.py.
  const Draws draws(42);
  constexpr double kUniforms[] = {0.46858651833910503, 0.3408615493851789, 0.32706338120338485,
                                  0.4543156017348883,  0.6583155272123095, 0.7735846847302149,
                                  0.6706398529302328,  0.37912606997098786};
  constexpr double kNormals[] = {-0.6653748678073496, 1.0360238086554643,  -1.4338891806537386,
                                 0.42327818124445254, 0.13500793462831753, -0.9043863850666349,
                                 -0.6482506427558843, 0.6154812264131012};
  for (std::uint64_t i = 0; i < std::size(kUniforms); ++i) {
    CHECK(draws.uniform(i) == kUniforms[i]);
    CHECK(std::abs(draws.normal(i) - kNormals[i]) <= 4e-16 * std::abs(kNormals[i]));
  }
  // The bits themselves, over many draws: any build that rounds anything differently changes them.
  std::uint64_t hash = 0;
  for (std::uint64_t i = 0; i < kPoints; ++i) {
    hash = (hash ^ std::bit_cast<std::uint64_t>(draws.normal(i))) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 29;
  }
  CHECK(hash == 0xde5beb98c812c705ULL);
}

TEST_CASE("draws: moments") {
  const Draws draws(11);
  double uniform[3] = {};
  double normal[5] = {};
  double sign = 0.0;
  double neighbors = 0.0;
  double lowest = 1.0;
  double highest = 0.0;
  for (std::uint64_t i = 0; i < kPoints; ++i) {
    const double u = draws.uniform(i);
    const double g = draws.normal(i);
    lowest = std::min(lowest, u);
    highest = std::max(highest, u);
    uniform[1] += (u - 0.5) / kPoints;
    uniform[2] += (u - 0.5) * (u - 0.5) / kPoints;
    for (int power = 1; power < 5; ++power) {
      normal[power] += std::pow(g, power) / kPoints;
    }
    sign += draws.sign(i) / kPoints;
    neighbors += g * draws.normal(i + 1) / kPoints;
  }
  const double error = 4.0 / std::sqrt(static_cast<double>(kPoints));  // four standard errors
  CHECK(lowest > 0.0);
  CHECK(highest < 1.0);
  CHECK(std::abs(uniform[1]) < 0.29 * error);
  CHECK(std::abs(uniform[2] - 1.0 / 12.0) < 0.075 * error);
  CHECK(std::abs(normal[1]) < error);
  CHECK(std::abs(normal[2] - 1.0) < 1.5 * error);
  CHECK(std::abs(normal[3]) < 4.0 * error);
  CHECK(std::abs(normal[4] - 3.0) < 10.0 * error);
  CHECK(std::abs(sign) < error);
  CHECK(std::abs(neighbors) < error);
}

}  // namespace
}  // namespace attnlab::random
