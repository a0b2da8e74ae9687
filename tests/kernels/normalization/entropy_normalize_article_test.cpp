// The article's iteration: its figures where it works, and its failures.
#include <algorithm>
#include <cmath>
#include <vector>

#include "normalization/entropy_normalize.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/entropy_run.h"
#include "support/random.h"
#include "support/rows.h"

namespace attnlab::normalization {
namespace {

using testing::EntropyRun;
using testing::Fenced;
using testing::Random;

EntropyRun iterate(const std::vector<float>& row, RowInput input, double target, int rounds = 10) {
  Fenced out(row.size());
  std::vector<double> workspace(row.size());
  EntropyRun run(rounds);
  run.result = entropy_normalize_article(row.data(), static_cast<Index>(row.size()), input, target,
                                         rounds, out.data(), workspace, run.trace());
  CHECK(out.intact());
  run.out.assign(out.values().begin(), out.values().end());
  return run;
}

TEST_CASE("article: p = (1..5) / 15 to ln 3") {
  // Rows of small whole numbers are the same distribution, exactly.
  const EntropyRun run =
      iterate({1.0F, 2.0F, 3.0F, 4.0F, 5.0F}, RowInput::kProbabilities, std::log(3.0));
  const double steps[] = {2.9843749144, 0.9729693051, 1.0002064742, 1.0000000115};
  const double entropies[] = {1.0841028431, 1.0987217528, 1.0986122947, 1.0986122887};
  const double p[] = {0.0051020882, 0.0381971368, 0.1240090818, 0.2859655120, 0.5467261812};
  double product = 1.0;
  for (std::size_t round = 0; round < 4; ++round) {
    product *= run.steps[round];
    CHECK(std::abs(run.steps[round] - steps[round]) < 6e-11);
    CHECK(std::abs(run.entropies[round] - entropies[round]) < 6e-11);
    CHECK(run.exponents[round] == Approx(product).epsilon(1e-14));
  }
  for (std::size_t j = 0; j < 5; ++j) {
    CHECK(std::abs(static_cast<double>(run.out[j]) - p[j]) < 4e-8);
  }
  CHECK(run.result.status == EntropyStatus::kConverged);
  CHECK(run.result.iterations == 10);
}

TEST_CASE("article: its first step is the Newton step on the exponent") {
  Random random(91);
  const std::vector<float> row = random.values(30, 0.1F, 1.0F);
  const EntropyRun run = iterate(row, RowInput::kProbabilities, 3.0, 1);
  double sum = 0.0;
  for (const float value : row) {
    sum += static_cast<double>(value);
  }
  double entropy = 0.0;
  for (const float value : row) {
    entropy -= static_cast<double>(value) / sum * std::log(static_cast<double>(value) / sum);
  }
  double variance = 0.0;
  for (const float value : row) {
    const double p = static_cast<double>(value) / sum;
    variance += p * (std::log(p) + entropy) * (std::log(p) + entropy);
  }
  CHECK(run.steps[0] == Approx(1.0 + (entropy - 3.0) / variance).epsilon(1e-10));
  CHECK(run.result.status == EntropyStatus::kMaxIterations);
}

TEST_CASE("article: a peaked start turns the order around and ends in NaN") {
  std::vector<float> row(10);
  for (std::size_t j = 1; j < 10; ++j) {
    row[j] = 0.0011F + 0.00001F * static_cast<float>(j);
  }
  row[0] = 0.99F;
  const EntropyRun run = iterate(row, RowInput::kProbabilities, 2.0);
  CHECK(run.steps[0] < -3.0);
  CHECK(run.result.status == EntropyStatus::kDiverged);
  CHECK(std::isnan(run.out[0]));
  CHECK(std::isnan(run.result.exponent));
}

TEST_CASE("article: the geometric row converges to the entropy with its order turned around") {
  std::vector<float> row(20);
  for (std::size_t j = 0; j < row.size(); ++j) {
    row[j] = std::ldexp(1.0F, -static_cast<int>(j));
  }
  const EntropyRun run = iterate(row, RowInput::kProbabilities, 2.9, 30);
  CHECK(run.steps[0] == Approx(-0.58).margin(0.005));
  CHECK(run.steps[1] == Approx(-0.01).margin(0.005));
  CHECK(run.result.status == EntropyStatus::kConverged);
  CHECK(run.result.exponent == Approx(-0.1128).epsilon(1e-3));
  CHECK(run.out.front() < run.out.back());
}

TEST_CASE("article: a start next to uniform overshoots to one-hot and 0 / 0") {
  Random random(92);
  std::vector<float> row(100);
  for (float& value : row) {
    value = 1.0F + 1e-3F * testing::normal(random);
  }
  const EntropyRun run = iterate(row, RowInput::kProbabilities, std::log(30.0));
  CHECK(run.steps[0] > 1e5);
  CHECK(run.result.status == EntropyStatus::kDiverged);
}

TEST_CASE("article: a low target underflows to 0 ln 0") {
  Random random(93);
  std::vector<float> row(1000);
  for (float& value : row) {
    value = 5.0F * testing::normal(random);
  }
  // Two entries close to each other at the top want an exponent that all others underflow under.
  row[0] = *std::max_element(row.begin(), row.end()) - 0.1F;
  const EntropyRun run = iterate(row, RowInput::kLogits, 0.01, 30);
  CHECK(run.result.status == EntropyStatus::kDiverged);
  CHECK(run.result.iterations > 2);
}

TEST_CASE("article: zeros give 0 ln 0, rows that are no distribution stay invalid") {
  CHECK(iterate({0.5F, 0.5F, 0.0F}, RowInput::kProbabilities, 0.5).result.status ==
        EntropyStatus::kDiverged);
  CHECK(iterate({0.5F, -0.5F}, RowInput::kProbabilities, 0.5).result.status ==
        EntropyStatus::kInvalid);
  CHECK(iterate({0.5F, testing::kNan}, RowInput::kProbabilities, 0.5).result.status ==
        EntropyStatus::kInvalid);
}

}  // namespace
}  // namespace attnlab::normalization
