#include "attention/exact.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "support/attention_problem.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"
#include "support/run_exact.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::Matrix;
using testing::AttentionProblem;
using testing::check;
using testing::close;
using testing::Fenced;
using testing::kWindows;
using testing::Random;
using testing::run;

TEST_CASE("exact: every small number of queries and keys") {
  Random random(31);
  constexpr Index kSizes[] = {0, 1, 3, 7, 15, 16, 17};
  std::size_t turn = 0;
  for (const Index n_q : kSizes) {
    for (const Index n_k : kSizes) {
      for (const Window& window : {Window{}, Window{kUnlimited, 0}}) {
        AttentionProblem problem({n_q, n_k, 5, 6}, random);
        problem.window = window;
        check(problem, turn++ % 4);
      }
    }
  }
}

TEST_CASE("exact: every width of queries and values") {
  Random random(32);
  constexpr Index kSizes[] = {1, 3, 7, 15, 16, 17, 63, 64, 65, 128};
  for (const Index d : kSizes) {
    for (const Index d_v : kSizes) {
      check(AttentionProblem({9, 13, d, d_v}, random), static_cast<std::size_t>(d % 4));
    }
    check(AttentionProblem({9, 13, d, 0}, random));
  }
}

TEST_CASE("exact: sizes around the blocks of keys and queries") {
  Random random(33);
  for (const auto& [n_q, n_k] : {std::array<Index, 2>{63, 64},
                                 {64, 65},
                                 {65, 191},
                                 {8, 192},
                                 {17, 193},
                                 {129, 197},
                                 {1, 389},
                                 {257, 31},
                                 {300, 401}}) {
    for (const Window& window : {Window{}, Window{kUnlimited, 0}, Window{20, 3}}) {
      AttentionProblem problem({n_q, n_k, 8, 7}, random);
      problem.window = window;
      check(problem);
    }
  }
}

TEST_CASE("exact: random combinations of all options") {
  Random random(34);
  for (int turn = 0; turn < 400; ++turn) {
    const reference::Shape shape{random.below(40), random.below(turn % 10 == 0 ? 400 : 60),
                                 1 + random.below(20), random.below(20)};
    AttentionProblem problem(shape, random, random.chance(0.2) ? 4.0F : 1.0F);
    problem.window = kWindows[random.below(static_cast<int>(std::size(kWindows)))];
    if (random.chance(0.5)) {
      problem.hide_keys(random, random.uniform(0.0F, 1.0F));
    }
    if (random.chance(0.5)) {
      problem.add_bias(random, random.chance(0.5), random.chance(0.5),
                       random.chance(0.5) ? 0.3 : 0.0);
    }
    problem.times_log_visible = random.chance(0.3);
    if (random.chance(0.3)) {
      problem.scale = random.uniform(-2.0F, 2.0F);
    }
    check(problem, static_cast<std::size_t>(turn % 4));
  }
}

TEST_CASE("exact: scale 0 averages what is seen") {
  Random random(35);
  AttentionProblem problem({12, 20, 4, 5}, random);
  problem.scale = 0.0;
  problem.window = {4, 2};
  check(problem);
}

TEST_CASE("exact: equal keys and values come back unchanged") {
  Random random(37);
  for (const Index n_k : {1, 5, 192, 500, 4096}) {
    AttentionProblem problem({9, n_k, 6, 3}, random);
    const std::vector<float> one_value{0.1F, -7.3F, 1e30F};
    for (std::size_t e = 0; e < problem.v.size(); ++e) {
      problem.v[e] = one_value[e % 3];
    }
    const std::vector<float> out = run(problem);
    for (std::size_t e = 0; e < out.size(); ++e) {
      const double expected = one_value[e % 3];
      REQUIRE(std::abs(static_cast<double>(out[e]) / expected - 1.0) < 2e-6);
    }
  }
}

TEST_CASE("exact: uniform rows of 4096 keys keep 1e-6") {
  Random random(38);
  AttentionProblem problem({8, 4096, 4, 2}, random);
  std::fill(problem.q.begin(), problem.q.end(), 0.0F);
  check(problem);
  std::fill(problem.v.begin(), problem.v.end(), 1.0F);
  for (const float value : run(problem)) {
    CHECK(value == 1.0F);
  }
}

TEST_CASE("exact: scratch beyond the packed keys and values stays below 1 MB") {
  for (const auto& [n, d] :
       {std::array<Index, 2>{64, 64}, {4096, 64}, {100000, 128}, {1024, 1024}}) {
    const std::size_t packed = AttentionProblem::size(n + 6, d) * 2 * sizeof(float) +
                               static_cast<std::size_t>(n) * sizeof(float);
    CHECK(exact_workspace(n, n, d, d) * sizeof(float) <= packed + 1024 * 1024);
  }
}

TEST_CASE("exact: a constant value comes back within 2e-6, however many keys share it") {
  Random random(98);
  for (const Index n_k : {95, 96, 97, 193, 1000, 4096}) {
    AttentionProblem problem({.n_q = 3, .n_k = n_k, .d = 1, .d_v = 7}, random);
    problem.scale = 0.0;
    std::fill(problem.v.begin(), problem.v.end(), 1.3155744F);
    for (const float value : run(problem)) {
      CHECK(close(value, 1.3155744F, 2e-6));
    }
  }
}

TEST_CASE("exact: golden values") {
  const std::vector<float> q{1, 0, 0, 1, 1, 1, -1, 1};
  const std::vector<float> k{0, 1, 1, 0, 1, -1, 2, 0};
  const std::vector<float> v{1, 2, 3, 4};
  const std::array<double, 4> expected{3.1931757359, 1.9311067092, 2.9446108457, 1.3111731264};
  std::array<float, 4> out{};
  Fenced workspace(exact_workspace(4, 4, 2, 1));
  exact(ConstMatrix(q.data(), 4, 2), ConstMatrix(k.data(), 4, 2), ConstMatrix(v.data(), 4, 1), {},
        Matrix(out.data(), 4, 1), workspace.values());
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(std::abs(static_cast<double>(out[i]) - expected[i]) < 5e-7);
  }
}

}  // namespace
}  // namespace attnlab::attention
