#include "attention/exact_few_keys.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <span>
#include <vector>

#include "attention/exact.h"
#include "support/attention_problem.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"
#include "support/run_attention.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::Matrix;
using testing::AttentionProblem;
using testing::close;
using testing::kInfinity;
using testing::kNan;
using testing::Random;

std::vector<float> run(const AttentionProblem& problem, std::size_t offset = 0) {
  return testing::run_attention(
      problem, offset, 0,
      [](const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v, const Options& options,
         Matrix out, std::span<float>) { exact_few_keys(q, k, v, options, out); });
}

void check(const AttentionProblem& problem, std::size_t offset = 0) {
  INFO(problem.describe() << ", offset " << offset);
  CHECK(problem.wrong_entries(run(problem, offset)) == 0);
}

constexpr Window kWindows[] = {{},     {kUnlimited, 0}, {0, kUnlimited}, {0, 0},
                               {1, 0}, {1, 1},          {0, 2},          {1000000, 1000000}};

// A problem with options of every kind.
AttentionProblem any_problem(Random& random) {
  const reference::Shape shape{random.below(9), random.below(kFewKeys + 1), 1 + random.below(20),
                               random.below(20)};
  AttentionProblem problem(shape, random, random.chance(0.2) ? 8.0F : 1.0F);
  problem.window = kWindows[random.below(static_cast<int>(std::size(kWindows)))];
  if (random.chance(0.4)) {
    problem.hide_keys(random, random.uniform(0.0F, 1.0F));
  }
  if (random.chance(0.4)) {
    problem.add_bias(random, random.chance(0.5), random.chance(0.5), 0.3);
  }
  problem.times_log_visible = random.chance(0.3);
  if (random.chance(0.3)) {
    problem.scale = random.uniform(-2.0F, 2.0F);
  }
  return problem;
}

TEST_CASE("exact_few_keys: every size and misalignment") {
  Random random(531);
  std::size_t turn = 0;
  for (Index n_k = 0; n_k <= kFewKeys; ++n_k) {
    for (const Index d : {1, 3, 4, 7, 8, 9, 15, 16, 17, 63, 64, 65, 128}) {
      for (const Index d_v : {0, 1, 3, 4, 7, 64, 65}) {
        const AttentionProblem problem({1 + random.below(5), n_k, d, d_v}, random);
        check(problem, turn++ % 4);
      }
    }
  }
}

TEST_CASE("exact_few_keys: random combinations of all options") {
  Random random(532);
  for (int turn = 0; turn < 1500; ++turn) {
    check(any_problem(random), static_cast<std::size_t>(turn % 4));
  }
}

TEST_CASE("exact_few_keys: NaN and infinity in every operand, with all options") {
  Random random(533);
  for (int turn = 0; turn < 1500; ++turn) {
    AttentionProblem problem = any_problem(random);
    for (std::vector<float>* operand : {&problem.q, &problem.k, &problem.v}) {
      for (float& value : *operand) {
        if (random.chance(0.03)) {
          value = random.chance(0.5) ? kNan : (random.chance(0.5) ? kInfinity : -kInfinity);
        }
      }
    }
    check(problem);
  }
}

TEST_CASE("exact_few_keys: what is hidden contributes nothing, to the last bit") {
  Random random(534);
  for (int turn = 0; turn < 600; ++turn) {
    AttentionProblem problem = any_problem(random);
    const auto [n_q, n_k, d, d_v] = problem.shape;
    const std::vector<float> clean = run(problem);
    for (Index j = 0; j < n_k; ++j) {
      bool seen = false;
      for (Index i = 0; i < n_q; ++i) {
        seen = seen || !(reference::hidden(problem.options(), problem.shape, i, j) ||
                         reference::hidden_by_bias(problem.options(), i, j));
      }
      if (!seen) {
        const float odd = random.chance(0.5) ? kNan : kInfinity;
        std::fill_n(problem.k.begin() + j * d, d, odd);
        std::fill_n(problem.v.begin() + j * d_v, d_v, odd);
      }
    }
    CHECK(run(problem) == clean);
  }
}

TEST_CASE("exact_few_keys: a row has the same bits with any other rows") {
  Random random(535);
  for (Index n_k = 1; n_k <= kFewKeys; ++n_k) {
    AttentionProblem all({7, n_k, 19, 6}, random);
    const std::vector<float> together = run(all);
    for (Index i = 0; i < 7; ++i) {
      AttentionProblem alone = all;
      alone.shape.n_q = 1;
      alone.q.assign(all.q.begin() + i * 19, all.q.begin() + (i + 1) * 19);
      const std::vector<float> row = run(alone);
      CHECK(std::equal(row.begin(), row.end(), together.begin() + i * 6));
    }
    // A row that is no number is none of theirs.
    all.q[3 * 19 + 5] = kNan;
    const std::vector<float> spoiled = run(all);
    for (std::size_t e = 0; e < spoiled.size(); ++e) {
      CHECK((e / 6 == 3 ? std::isnan(spoiled[e]) : spoiled[e] == together[e]));
    }
  }
}

TEST_CASE("exact_few_keys: a lone key gives exactly its value") {
  Random random(536);
  AttentionProblem problem({5, 1, 64, 9}, random, 100.0F);
  const std::vector<float> out = run(problem);
  for (std::size_t e = 0; e < out.size(); ++e) {
    CHECK(out[e] == problem.v[e % 9]);
  }
  // Also beyond float32, down to the sign of a zero.
  std::fill(problem.q.begin(), problem.q.end(), 3e38F);
  std::fill(problem.k.begin(), problem.k.end(), -3e38F);
  std::fill(problem.v.begin(), problem.v.end(), -0.0F);
  for (const float value : run(problem)) {
    CHECK((value == 0.0F && std::signbit(value)));
  }
  // Of three keys, one is seen.
  AttentionProblem masked({5, 3, 64, 9}, random, 100.0F);
  masked.mask = {0, 1, 0};
  const std::vector<float> seen = run(masked);
  for (std::size_t e = 0; e < seen.size(); ++e) {
    CHECK(seen[e] == masked.v[9 + e % 9]);
  }
}

TEST_CASE("exact_few_keys: logits and sums that float32 cannot hold") {
  Random random(537);
  for (Index n_k = 1; n_k <= kFewKeys; ++n_k) {
    AttentionProblem problem({3, n_k, 3, 5}, random);
    std::fill(problem.v.begin(), problem.v.end(), 3e38F);
    check(problem);
    std::fill(problem.v.begin(), problem.v.end(), 1e-42F);
    for (const float value : run(problem)) {
      CHECK(close(value, 1e-42, 3e-45));
    }
    problem.v = random.values(problem.v.size(), -2.0F, 2.0F);
    problem.scale = 1e300;
    std::fill(problem.q.begin(), problem.q.end(), 0.0F);
    check(problem);
    problem.scale = 1.0;
    std::fill(problem.q.begin(), problem.q.end(), 1e20F);
    for (float& entry : problem.k) {
      entry = random.uniform(-1e20F, -1e19F);
    }
    check(problem);
  }
}

TEST_CASE("exact_few_keys: a scale too small for float32 counts") {
  for (const double scale : {1e-60, -1e-60}) {
    Random random(539);
    AttentionProblem problem({1, 2, 2, 1}, random);
    problem.q = {3e30F, 1e30F};
    problem.k = {1e30F, 1e30F, 2e30F, 2e30F};
    problem.v = {0.0F, 1.0F};
    problem.scale = scale;
    check(problem);
  }
}

TEST_CASE("exact_few_keys: a sum that overflows on the way hides no key") {
  Random random(540);
  AttentionProblem problem({1, 2, 8, 1}, random);
  std::fill(problem.q.begin(), problem.q.end(), 1.0F);
  std::fill(problem.k.begin(), problem.k.end(), 0.0F);
  const float parts[] = {-1.75e38F, 2.97e38F, 2.97e38F, 0.0F, -1.75e38F};
  std::copy(std::begin(parts), std::end(parts), problem.k.begin());
  problem.v = {10.0F, 20.0F};
  problem.scale = std::log(2.0);
  CHECK(run(problem) == std::vector<float>{10.0F});
}

TEST_CASE("exact_few_keys: a mean of the largest floats is one of them") {
  Random random(541);
  for (Index n_k = 1; n_k <= kFewKeys; ++n_k) {
    for (int turn = 0; turn < 300; ++turn) {
      AttentionProblem problem({1, n_k, 1, 3}, random);
      std::fill(problem.v.begin(), problem.v.end(), std::numeric_limits<float>::max());
      for (const float value : run(problem)) {
        CHECK(std::isfinite(value));
      }
    }
  }
}

TEST_CASE("exact_few_keys: is what exact does with them") {
  Random random(538);
  for (int turn = 0; turn < 50; ++turn) {
    const AttentionProblem problem = any_problem(random);
    const auto [n_q, n_k, d, d_v] = problem.shape;
    REQUIRE(exact_workspace(n_q, n_k, d, d_v) == 0);
    std::vector<float> out(AttentionProblem::size(n_q, d_v));
    exact(ConstMatrix(problem.q.data(), n_q, d), ConstMatrix(problem.k.data(), n_k, d),
          ConstMatrix(problem.v.data(), n_k, d_v), problem.options(), Matrix(out.data(), n_q, d_v),
          {});
    CHECK(std::equal(out.begin(), out.end(), run(problem).begin(),
                     [](float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }));
  }
}

}  // namespace
}  // namespace attnlab::attention
