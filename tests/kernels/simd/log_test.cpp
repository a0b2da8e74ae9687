#include "simd/log.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"

namespace attnlab::simd {
namespace {

constexpr double kLargestUlps = 2.5;

float quotient(float x, float y) {
  float lanes[F32x4::kLanes];
  store(lanes, LogQuotient(y)(splat(x)));
  return lanes[3];
}

// ln(x / y) without what a quotient close to 1 loses.
double exact(float x, float y) {
  const auto a = static_cast<double>(x);
  const auto b = static_cast<double>(y);
  return a > 0.5 * b && a < 2.0 * b ? std::log1p((a - b) / b) : std::log(a) - std::log(b);
}

double error(float x, float y) { return testing::ulps(quotient(x, y), exact(x, y)); }

TEST_CASE("LogQuotient: within 2.5 ulp over all magnitudes, denormals among them") {
  testing::Random random(31);
  double worst = 0.0;
  for (int draw = 0; draw < 200000; ++draw) {
    const float x = __builtin_bit_cast(float, 1 + random.bits() % 0x7f7fffffU);
    const float y = __builtin_bit_cast(float, 1 + random.bits() % 0x7f7fffffU);
    worst = std::max(worst, error(x, y));
  }
  CHECK(worst <= kLargestUlps);
}

TEST_CASE("LogQuotient: within 2.5 ulp where the quotient is close to 1, down to neighbors") {
  testing::Random random(32);
  double worst = 0.0;
  for (int draw = 0; draw < 100000; ++draw) {
    const float y = random.uniform(1e-3F, 1e3F);
    worst = std::max(worst, error(random.uniform(0.2F, 3.0F) * y, y));
    worst = std::max(worst, error(std::nextafter(y, draw % 2 == 0 ? 0.0F : 1e9F), y));
    worst = std::max(worst, error(y * (1.0F + random.uniform(-1e-3F, 1e-3F)), y));
  }
  CHECK(worst <= kLargestUlps);
}

TEST_CASE("LogQuotient: exactly 0 for equal numbers, -infinity for 0") {
  for (const float y : {1.0F, 0.1F, 3.0F, 1e-45F, 1e-39F, std::numeric_limits<float>::min(),
                        std::numeric_limits<float>::max()}) {
    CHECK(quotient(y, y) == 0.0F);
    CHECK(quotient(0.0F, y) == -testing::kInfinity);
  }
}

}  // namespace
}  // namespace attnlab::simd
