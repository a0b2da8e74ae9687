#include "attention/online_trace.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"

namespace attnlab::attention {
namespace {

using testing::kInfinity;

struct Trace {
  std::vector<float> maximum;
  std::vector<float> denominator;
  std::vector<float> accumulated;  // [tiles, n]
};

Trace trace(const std::vector<float>& logits, const OnlineTraceOptions& options) {
  const auto n = static_cast<linalg::Index>(logits.size());
  const auto tiles = static_cast<std::size_t>(online_trace_tiles(n, options.tile));
  Trace result{.maximum = std::vector<float>(tiles),
               .denominator = std::vector<float>(tiles),
               .accumulated = std::vector<float>(tiles * logits.size())};
  online_trace(logits.data(), n, options, result.maximum.data(), result.denominator.data(),
               result.accumulated.data());
  return result;
}

// Softmax of the first `count` logits in double, one pass for the maximum and one for the sum.
std::vector<double> softmax_of_first(const std::vector<float>& logits, std::size_t count) {
  double maximum = -std::numeric_limits<double>::infinity();
  for (std::size_t j = 0; j < count; ++j) {
    maximum = std::max(maximum, static_cast<double>(logits[j]));
  }
  std::vector<double> weights(logits.size(), 0.0);
  double sum = 0.0;
  for (std::size_t j = 0; j < count; ++j) {
    weights[j] = std::exp(static_cast<double>(logits[j]) - maximum);
    sum += weights[j];
  }
  for (double& weight : weights) {
    weight /= sum;
  }
  return weights;
}

TEST_CASE("online_trace: after every tile it is the softmax of what was seen") {
  testing::Random random(11);
  for (const std::size_t n : {1U, 3U, 7U, 15U, 16U, 17U, 64U, 65U, 97U}) {
    for (const linalg::Index tile : {1, 2, 5, 8, 200}) {
      const std::vector<float> logits = random.values(n, -60.0F, 60.0F);
      const Trace run = trace(logits, {.tile = tile});
      for (std::size_t t = 0; t < run.maximum.size(); ++t) {
        const std::size_t seen = std::min(n, (t + 1) * static_cast<std::size_t>(tile));
        const std::vector<double> expected = softmax_of_first(logits, seen);
        CHECK(
            run.maximum[t] ==
            *std::max_element(logits.begin(), logits.begin() + static_cast<std::ptrdiff_t>(seen)));
        for (std::size_t j = 0; j < n; ++j) {
          const float weight = run.accumulated[t * n + j] / run.denominator[t];
          CHECK(std::abs(static_cast<double>(weight) - expected[j]) <= 2e-6);
        }
      }
    }
  }
}

TEST_CASE("online_trace: without rescaling the weights of a rising row are wrong") {
  const std::vector<float> logits = {0.0F, 1.0F, 2.0F, 3.0F};
  const Trace run = trace(logits, {.tile = 2, .rescale = false});
  // Tile 1 is measured from 1, tile 2 from 3, and nobody brings them together.
  const double expected = 1.0 / (2.0 * (1.0 + std::exp(-1.0)));
  CHECK(std::abs(run.accumulated[7] / run.denominator[1] - static_cast<float>(expected)) < 1e-6F);
  CHECK(std::abs(expected - softmax_of_first(logits, 4)[3]) > 0.2);
}

TEST_CASE("online_trace: without the maximum large logits overflow, small ones vanish") {
  const OnlineTraceOptions raw{.tile = 2, .subtract_maximum = false};
  const Trace large = trace({10.0F, 20.0F, 90.0F, 30.0F}, raw);
  CHECK(std::isfinite(large.denominator[0]));
  CHECK(large.denominator[1] == kInfinity);
  CHECK(std::isnan(large.accumulated[6] / large.denominator[1]));
  const Trace small = trace({-90.0F, -95.0F}, raw);
  CHECK(small.denominator[0] == 0.0F);
  // The maximum is recorded all the same.
  CHECK(large.maximum == std::vector<float>{20.0F, 90.0F});
}

TEST_CASE("online_trace: hidden entries") {
  const Trace hidden = trace({-kInfinity, -kInfinity, -kInfinity, 2.0F}, {.tile = 2});
  CHECK(hidden.maximum == std::vector<float>{-kInfinity, 2.0F});
  CHECK(hidden.denominator == std::vector<float>{0.0F, 1.0F});
  CHECK(hidden.accumulated == std::vector<float>{0, 0, 0, 0, 0, 0, 0, 1.0F});
  CHECK(trace({}, {}).maximum.empty());
  CHECK(std::isnan(trace({1.0F, testing::kNan, 0.0F}, {.tile = 1}).denominator[2]));
}

}  // namespace
}  // namespace attnlab::attention
