#include "normalization/entropy_normalize.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <numeric>
#include <vector>

#include "normalization/reference/probability.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/entropy_run.h"
#include "support/random.h"
#include "support/rows.h"

namespace attnlab::normalization {
namespace {

using testing::EntropyRun;
using testing::kInfinity;
using testing::kInputs;
using testing::kNan;
using testing::Random;
using testing::solve;

// In double, from the floats of a result.
double entropy_of(const std::vector<float>& q) {
  return reference::entropy_of_distribution(testing::widened(q));
}

double bound(std::size_t length) {
  return 3e-6 * std::max(1.0, std::log(static_cast<double>(length)));
}

struct Ends {
  double low;
  double high;
};

Ends attainable(const std::vector<float>& row, RowInput input) {
  const Support support = find_support(row.data(), static_cast<Index>(row.size()), input);
  const Index ties = count_equal(row.data(), static_cast<Index>(row.size()), support.largest);
  return {std::log(static_cast<double>(ties)), std::log(static_cast<double>(support.size))};
}

TEST_CASE("entropy_normalize: 10,000 random problems") {
  Random random(81);
  double worst = 0.0;
  double worst_exponent = 0.0;
  double worst_entropy = 0.0;
  int solved = 0;
  int most = 0;
  std::vector<int> rounds;
  for (int problem = 0; problem < 10000; ++problem) {
    const RowInput input = kInputs[problem % 2];
    const float size = std::exp(random.uniform(std::log(2.0F), std::log(1500.0F)));
    const auto length = static_cast<std::size_t>(size);
    const std::vector<float> row = testing::draw_row(random, input, length);
    const Ends ends = attainable(row, input);
    const double part = static_cast<double>(random.uniform(0.001F, 0.999F));
    const double target = ends.low + part * (ends.high - ends.low);
    const EntropyRun run = solve(row, input, target, 100, length % 4);
    solved += run.result.status == EntropyStatus::kConverged ? 1 : 0;
    worst = std::max(worst, std::abs(entropy_of(run.out) - target) / bound(length));
    worst_entropy = std::max(worst_entropy, std::abs(run.result.entropy - entropy_of(run.out)));
    if (run.result.iterations > 0) {
      rounds.push_back(run.result.iterations);
      most = std::max(most, run.result.iterations);
    }
    if (problem % 20 == 0 && run.result.iterations > 0) {
      const auto twin = reference::entropy_normalize(testing::widened(row), input, target);
      worst_exponent =
          std::max(worst_exponent, std::abs(run.result.exponent / twin.exponent - 1.0));
    }
  }
  std::sort(rounds.begin(), rounds.end());
  const double mean =
      std::accumulate(rounds.begin(), rounds.end(), 0.0) / static_cast<double>(rounds.size());
  std::cout << "entropy_normalize, 10000 random problems: rounds median "
            << rounds[rounds.size() / 2] << ", mean " << mean << ", most " << most
            << "; worst |H - target| / (3e-6 max(1, ln n)) " << worst
            << "; worst relative error of the exponent " << worst_exponent
            << "; worst error of the entropy told " << worst_entropy << "\n";
  CHECK(solved == 10000);
  CHECK(worst <= 1.0);
  CHECK(worst_exponent < 1e-6);
  CHECK(worst_entropy < 2e-6);
  CHECK(most <= 12);
}

TEST_CASE("entropy_normalize: rows of many entries, whose rounds end in float32") {
  Random random(86);
  for (int turn = 0; turn < 60; ++turn) {
    std::vector<float> row(127 + static_cast<std::size_t>(random.below(1500)));
    for (float& value : row) {
      value = testing::normal(random) + (turn % 3 == 0 ? 1000.0F : 0.0F);
      value = turn % 3 == 2 ? std::abs(value) + 1e-3F : value;
    }
    const RowInput input = kInputs[turn % 3 == 2 ? 0 : 1];
    const double high = std::log(static_cast<double>(row.size()));
    for (const double part : {0.01, 0.2, 0.7, 0.95, 0.999}) {
      INFO("turn " << turn << ", part " << part);
      const EntropyRun run = solve(row, input, part * high);
      const auto twin = reference::entropy_normalize(testing::widened(row), input, part * high);
      CHECK(run.result.status == EntropyStatus::kConverged);
      CHECK(run.result.iterations <= 8);
      CHECK(std::abs(run.result.exponent / twin.exponent - 1.0) < 6e-7);
      CHECK(std::abs(entropy_of(run.out) - part * high) < 1e-6);
    }
  }
}

TEST_CASE("entropy_normalize: the golden values of p = (.5, .3, .2)") {
  const EntropyRun run = solve({0.5F, 0.3F, 0.2F}, RowInput::kProbabilities, 1.0);
  CHECK(run.result.exponent == Approx(1.205991472315).epsilon(2e-7));
  const double expected[] = {0.5343961912, 0.2886128437, 0.1769909650};
  for (std::size_t j = 0; j < 3; ++j) {
    CHECK(static_cast<double>(run.out[j]) == Approx(expected[j]).epsilon(3e-7));
  }
  const EntropyRun padded =
      solve({0.0F, 0.5F, 0.0F, 0.3F, 0.2F, 0.0F}, RowInput::kProbabilities, 1.0);
  CHECK(padded.out == std::vector<float>{0.0F, run.out[0], 0.0F, run.out[1], run.out[2], 0.0F});
  CHECK(padded.result.exponent == run.result.exponent);
}

TEST_CASE("entropy_normalize: solves what the article's iteration does not") {
  std::vector<float> peaked(10, 0.01F / 9.0F);
  peaked[0] = 0.99F;
  CHECK(entropy_of(solve(peaked, RowInput::kProbabilities, 2.0).out) == Approx(2.0).epsilon(3e-6));

  std::vector<float> geometric(20);
  for (std::size_t j = 0; j < geometric.size(); ++j) {
    geometric[j] = std::ldexp(1.0F, -static_cast<int>(j));
  }
  const EntropyRun flat = solve(geometric, RowInput::kProbabilities, 2.9);
  CHECK(flat.result.exponent == Approx(0.1128).epsilon(1e-3));
  CHECK(std::is_sorted(flat.out.rbegin(), flat.out.rend()));

  Random random(82);
  std::vector<float> nearly(100);
  for (float& value : nearly) {
    value = 1.0F + 1e-3F * testing::normal(random);
  }
  const double target = std::log(30.0);
  CHECK(entropy_of(solve(nearly, RowInput::kProbabilities, target).out) ==
        Approx(target).epsilon(3e-6));

  std::vector<float> wide(1000);
  for (float& value : wide) {
    value = 5.0F * testing::normal(random);
  }
  CHECK(std::abs(entropy_of(solve(wide, RowInput::kLogits, 0.01).out) - 0.01) < bound(1000));
}

TEST_CASE("entropy_normalize: neighbors in float32 are no ties") {
  for (const float value : {1.0F, 0.3F, 1e-38F, 1e-42F, 1e30F}) {
    std::vector<float> row(50, value);
    row[7] = std::nextafter(value, 1e38F);
    row[9] = std::nextafter(row[7], 1e38F);
    for (const double target : {0.1, 1.0, 3.9}) {
      const EntropyRun run = solve(row, RowInput::kProbabilities, target);
      CHECK(run.result.status == EntropyStatus::kConverged);
      CHECK(std::abs(entropy_of(run.out) - target) < bound(50));
      CHECK(run.out[9] > run.out[7]);
    }
  }
}

TEST_CASE("entropy_normalize: logits at both ends of float32") {
  for (const std::vector<float>& row :
       {std::vector<float>{3e38F, -3e38F, 0.0F, 1e38F},
        std::vector<float>{1e-44F, 0.0F, -1e-42F, -3e-42F},
        std::vector<float>{1e8F, 1e8F - 8.0F, 1e8F + 16.0F, 1e8F + 8.0F},
        std::vector<float>{0.0F, -1e-30F, -1.0F, -1e30F}}) {
    for (const double target : {0.2, 0.9, 1.3}) {
      const EntropyRun run = solve(row, RowInput::kLogits, target);
      CHECK(run.result.status == EntropyStatus::kConverged);
      CHECK(std::abs(entropy_of(run.out) - target) < bound(4));
    }
  }
}

TEST_CASE("entropy_normalize: the ends of the attainable set") {
  const std::vector<float> row{0.4F, 0.0F, 0.4F, 0.1F, 0.1F};
  const std::vector<float> uniform{0.25F, 0.0F, 0.25F, 0.25F, 0.25F};
  const std::vector<float> top{0.5F, 0.0F, 0.5F, 0.0F, 0.0F};
  const auto check = [&](double target, EntropyStatus status, double exponent,
                         const std::vector<float>& out, double entropy) {
    INFO("target " << target);
    const EntropyRun run = solve(row, RowInput::kProbabilities, target);
    CHECK(run.result.status == status);
    CHECK(run.result.exponent == exponent);
    CHECK(run.out == out);
    CHECK(run.result.entropy == Approx(entropy));
    CHECK(run.result.iterations == 0);
  };
  const double infinity = std::numeric_limits<double>::infinity();
  const double high = std::log(4.0);
  const double low = std::log(2.0);
  check(high, EntropyStatus::kConverged, 0.0, uniform, high);
  check(high + 9e-7, EntropyStatus::kConverged, 0.0, uniform, high);
  check(high - 9e-7, EntropyStatus::kConverged, 0.0, uniform, high);
  check(high + 2e-6, EntropyStatus::kClampedHigh, 0.0, uniform, high);
  check(infinity, EntropyStatus::kClampedHigh, 0.0, uniform, high);
  check(low, EntropyStatus::kConverged, infinity, top, low);
  check(static_cast<double>(static_cast<float>(low)), EntropyStatus::kConverged, infinity, top,
        low);
  check(low - 2e-6, EntropyStatus::kClampedLow, infinity, top, low);
  check(-1.0, EntropyStatus::kClampedLow, infinity, top, low);
  for (const double near : {low + 2e-6, low + 1e-4, high - 1e-4, high - 2e-6}) {
    const EntropyRun run = solve(row, RowInput::kProbabilities, near);
    CHECK(run.result.status == EntropyStatus::kConverged);
    CHECK(std::isfinite(run.result.exponent));
    CHECK(run.result.exponent > 0.0);
    CHECK(std::abs(entropy_of(run.out) - near) < bound(5));
  }
}

TEST_CASE("entropy_normalize: uniform, one-hot and rows that are no distribution") {
  const EntropyRun flat = solve({2.0F, 2.0F, 2.0F}, RowInput::kProbabilities, std::log(3.0));
  CHECK(flat.result.status == EntropyStatus::kConverged);
  CHECK(flat.result.exponent == 0.0);
  CHECK(solve({2.0F, 2.0F}, RowInput::kProbabilities, 0.1).result.status ==
        EntropyStatus::kClampedLow);
  const EntropyRun one = solve({0.0F, 1.0F, 0.0F}, RowInput::kProbabilities, 0.0);
  CHECK(one.out == std::vector<float>{0.0F, 1.0F, 0.0F});
  CHECK(one.result.status == EntropyStatus::kConverged);
  const EntropyRun higher = solve({0.0F, 1.0F, 0.0F}, RowInput::kProbabilities, 0.5);
  CHECK(higher.out == std::vector<float>{0.0F, 1.0F, 0.0F});
  CHECK(higher.result.status == EntropyStatus::kClampedHigh);

  const auto invalid = [](const std::vector<float>& row, RowInput input, double target) {
    const EntropyRun run = solve(row, input, target);
    CHECK(run.result.status == EntropyStatus::kInvalid);
    CHECK(std::isnan(run.result.exponent));
    CHECK(std::isnan(run.result.entropy));
    for (const float value : run.out) {
      CHECK(std::isnan(value));
    }
  };
  invalid({0.5F, kNan}, RowInput::kProbabilities, 0.5);
  invalid({0.5F, -0.1F}, RowInput::kProbabilities, 0.5);
  invalid({0.5F, kInfinity}, RowInput::kProbabilities, 0.5);
  invalid({0.0F, 0.0F}, RowInput::kProbabilities, 0.5);
  invalid({0.0F, kInfinity}, RowInput::kLogits, 0.5);
  invalid({-kInfinity, -kInfinity}, RowInput::kLogits, 0.5);
  invalid({0.0F, kNan}, RowInput::kLogits, 0.5);
  invalid({}, RowInput::kLogits, 0.5);
  invalid({0.5F, 0.2F}, RowInput::kProbabilities, std::numeric_limits<double>::quiet_NaN());
}

TEST_CASE("entropy_normalize: the rounds told are those made") {
  Random random(83);
  const std::vector<float> row = testing::draw_logits(random, 40);
  const EntropyRun run = solve(row, RowInput::kLogits, 1.7);
  REQUIRE(run.result.iterations >= 2);
  double product = 1.0;
  for (std::size_t round = 0; round < run.steps.size(); ++round) {
    product *= run.steps[round];
    CHECK(run.exponents[round] == Approx(product).epsilon(1e-12));
    const reference::Row q =
        reference::power_transform(testing::widened(row), RowInput::kLogits, run.exponents[round]);
    CHECK(std::abs(run.entropies[round] - reference::entropy_of_distribution(q)) < 1e-4);
  }
  CHECK(run.exponents.back() == run.result.exponent);
  CHECK(run.entropies.back() == run.result.entropy);

  const EntropyRun stopped = solve(row, RowInput::kLogits, 1.7, 1);
  CHECK(stopped.result.status == EntropyStatus::kMaxIterations);
  CHECK(stopped.result.iterations == 1);
  CHECK(entropy_of(stopped.out) == Approx(stopped.result.entropy).epsilon(1e-5));
}

TEST_CASE("entropy_normalize: invariants") {
  Random random(84);
  for (int turn = 0; turn < 50; ++turn) {
    std::vector<float> row = random.values(37, 0.1F, 2.0F);
    const double target = static_cast<double>(random.uniform(1.0F, 3.4F));
    const EntropyRun run = solve(row, RowInput::kProbabilities, target);
    // Idempotent: the second time the exponent is 1.
    const EntropyRun again = solve(run.out, RowInput::kProbabilities, target);
    CHECK(again.result.exponent == Approx(1.0).epsilon(1e-5));
    // The logarithms are logits of the same distribution, up to any constant; a power of it scales
    // gamma.
    std::vector<float> logits;
    std::vector<float> squares;
    for (const float value : row) {
      logits.push_back(std::log(value) + 3.0F);
      squares.push_back(value * value);
    }
    const EntropyRun from_logits = solve(logits, RowInput::kLogits, target);
    CHECK(from_logits.result.exponent == Approx(run.result.exponent).epsilon(1e-5));
    const EntropyRun squared = solve(squares, RowInput::kProbabilities, target);
    CHECK(squared.result.exponent == Approx(run.result.exponent / 2.0).epsilon(1e-5));
    // Order is kept, and a permutation goes through.
    for (std::size_t j = 1; j < row.size(); ++j) {
      CHECK((run.out[j] >= run.out[j - 1]) == (row[j] >= row[j - 1]));
    }
    std::reverse(row.begin(), row.end());
    std::vector<float> reversed = solve(row, RowInput::kProbabilities, target).out;
    std::reverse(reversed.begin(), reversed.end());
    for (std::size_t j = 0; j < row.size(); ++j) {
      CHECK(std::abs(reversed[j] - run.out[j]) <= 1e-6F * run.out[j]);
    }
  }
}

}  // namespace
}  // namespace attnlab::normalization
