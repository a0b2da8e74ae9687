#include <cmath>
#include <limits>
#include <vector>

#include "normalization/entropy_normalize.h"
#include "normalization/reference/probability.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/entropy_run.h"
#include "support/random.h"
#include "support/rows.h"

namespace attnlab::normalization {
namespace {

using testing::EntropyRun;
using testing::Fenced;
using testing::kInputs;
using testing::Random;
using testing::solve;

TEST_CASE("entropy_normalize_backward: finite differences in double at a fixed target") {
  Random random(85);
  for (const RowInput input : kInputs) {
    for (const std::size_t length : {3U, 7U, 16U, 33U}) {
      const std::vector<float> row = random.values(length, 0.2F, 2.0F);
      const std::vector<float> g = random.values(length);
      const double target = 0.8 * std::log(static_cast<double>(length));
      const auto count = static_cast<Index>(length);
      const EntropyRun run = solve(row, input, target);
      Fenced dx(length, 1);
      Fenced workspace(length, 2);
      entropy_normalize_backward(row.data(), count, g.data(), input, run.result.exponent, dx.data(),
                                 workspace.values());
      CHECK((dx.intact() && workspace.intact()));
      const reference::Row expected = reference::numerical_gradient(
          testing::widened(row), testing::widened(g), 1e-4, [&](const reference::Row& moved) {
            return reference::entropy_normalize(moved, input, target).q;
          });
      for (std::size_t j = 0; j < length; ++j) {
        INFO("length " << length << ", entry " << j);
        CHECK(std::abs(static_cast<double>(dx.values()[j]) - expected[j]) < 1e-5);
      }
    }
  }
}

TEST_CASE("entropy_normalize_backward: limits give 0, no distribution gives NaN, zeros are held") {
  const std::vector<float> row{0.5F, 0.0F, 0.3F, 0.2F};
  const std::vector<float> g{1.0F, 2.0F, 3.0F, 4.0F};
  std::vector<float> workspace(4);
  const auto run = [&](double exponent) {
    std::vector<float> dx(4);
    entropy_normalize_backward(row.data(), 4, g.data(), RowInput::kProbabilities, exponent,
                               dx.data(), workspace);
    return dx;
  };
  const std::vector<float> nothing(4, 0.0F);
  CHECK(run(0.0) == nothing);
  CHECK(run(std::numeric_limits<double>::infinity()) == nothing);
  CHECK(std::isnan(run(std::numeric_limits<double>::quiet_NaN())[2]));
  const std::vector<float> dx = run(1.5);
  CHECK(dx[1] == 0.0F);
  CHECK(dx[0] != 0.0F);
  // Scaling the row changes nothing, and neither does taking a power of it.
  double along_scale = 0.0;
  double along_power = 0.0;
  for (const std::size_t j : {0U, 2U, 3U}) {
    const auto p = static_cast<double>(row[j]);
    along_scale += static_cast<double>(dx[j]) * p;
    along_power += static_cast<double>(dx[j]) * p * std::log(p);
  }
  CHECK(std::abs(along_scale) < 1e-6);
  CHECK(std::abs(along_power) < 1e-6);
}

}  // namespace
}  // namespace attnlab::normalization
