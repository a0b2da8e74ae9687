#include "attention/exact_backward.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "attention/reference/exact.h"
#include "attention/reference/exact_backward.h"
#include "support/attention_problem.h"
#include "support/catch.h"
#include "support/random.h"
#include "support/run_exact_backward.h"

namespace attnlab::attention {
namespace {

using testing::AttentionProblem;
using testing::check;
using testing::ExactBackwardProblem;
using testing::ExactGradients;
using testing::kWindows;
using testing::Random;
using testing::run;
using testing::WantedGradients;

TEST_CASE("exact_backward: the twin agrees with finite differences") {
  Random random(201);
  for (int turn = 0; turn < 12; ++turn) {
    ExactBackwardProblem problem({4, 5, 3, 2}, random);
    problem.window = kWindows[turn % 4];
    problem.times_log_visible = turn % 2 == 1;
    if (turn % 3 == 1) {
      problem.hide_keys(random, 0.3);
    }
    problem.add_bias(random, turn % 2 == 0, turn % 4 < 2, 0.2);
    const reference::ExactGradients gradients = problem.twin();
    const auto loss = [&] {
      double sum = 0.0;
      for (Index i = 0; i < 4; ++i) {
        const std::vector<double> row =
            reference::exact_row(problem.q.data(), problem.k.data(), problem.v.data(),
                                 problem.options(), problem.shape, i);
        for (std::size_t c = 0; c < 2; ++c) {
          sum +=
              row[c] * static_cast<double>(problem.d_output[static_cast<std::size_t>(i) * 2 + c]);
        }
      }
      return sum;
    };
    const auto differ = [&](std::vector<float>& operand, const reference::Gradient& gradient) {
      for (std::size_t e = 0; e < operand.size(); ++e) {
        const float before = operand[e];
        if (!std::isfinite(before)) {
          CHECK(gradient.values[e] == 0.0);
          continue;
        }
        constexpr float kStep = 0x1p-9F;
        operand[e] = before + kStep;
        const double above = loss();
        const double up = static_cast<double>(operand[e]);
        operand[e] = before - kStep;
        const double difference = (above - loss()) / (up - static_cast<double>(operand[e]));
        operand[e] = before;
        CHECK(std::abs(difference - gradient.values[e]) < 3e-5);
      }
    };
    differ(problem.q, gradients.dq);
    differ(problem.k, gradients.dk);
    differ(problem.v, gradients.dv);
    differ(problem.bias, gradients.dbias);
  }
}

TEST_CASE("exact_backward: every small number of queries and keys") {
  Random random(202);
  constexpr Index kSizes[] = {0, 1, 3, 7, 15, 16, 17};
  std::size_t turn = 0;
  for (const Index n_q : kSizes) {
    for (const Index n_k : kSizes) {
      for (const Window& window : {Window{}, Window{kUnlimited, 0}}) {
        ExactBackwardProblem problem({n_q, n_k, 5, 6}, random);
        problem.window = window;
        check(problem, turn++ % 4);
      }
    }
  }
}

TEST_CASE("exact_backward: every width of queries and values") {
  Random random(203);
  constexpr Index kSizes[] = {1, 3, 7, 15, 16, 17, 63, 64, 65};
  for (const Index d : kSizes) {
    for (const Index d_v : kSizes) {
      check(ExactBackwardProblem({9, 13, d, d_v}, random), static_cast<std::size_t>(d % 4));
    }
    check(ExactBackwardProblem({9, 13, d, 0}, random));
  }
}

TEST_CASE("exact_backward: sizes around the blocks of keys and queries") {
  Random random(204);
  for (const auto& [n_q, n_k] : {std::array<Index, 2>{63, 64},
                                 {64, 65},
                                 {65, 191},
                                 {8, 192},
                                 {17, 193},
                                 {129, 197},
                                 {1, 389},
                                 {257, 31}}) {
    for (const Window& window : {Window{}, Window{kUnlimited, 0}, Window{20, 3}}) {
      ExactBackwardProblem problem({n_q, n_k, 8, 7}, random);
      problem.window = window;
      check(problem);
    }
  }
}

TEST_CASE("exact_backward: random combinations of all options") {
  Random random(205);
  for (int turn = 0; turn < 300; ++turn) {
    const reference::Shape shape{random.below(turn % 7 == 0 ? 150 : 40),
                                 random.below(turn % 10 == 0 ? 300 : 60), 1 + random.below(20),
                                 random.below(20)};
    ExactBackwardProblem problem(shape, random, random.chance(0.2) ? 4.0F : 1.0F);
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

TEST_CASE("exact_backward: a subset of gradients is what it is among all, and the rest stays") {
  Random random(206);
  ExactBackwardProblem problem({70, 101, 6, 9}, random);
  problem.add_bias(random, true, true, 0.2);
  const ExactGradients all = run(problem);
  for (int subset = 0; subset < 8; ++subset) {
    const WantedGradients wanted{(subset & 1) != 0, (subset & 2) != 0, (subset & 4) != 0};
    const ExactGradients some = run(problem, 0, wanted, 0.0F);
    CHECK((wanted.dq ? some.dq == all.dq : std::isnan(some.dq[0])));
    CHECK(
        (wanted.dk ? some.dk == all.dk : std::count(some.dk.begin(), some.dk.end(), 0.0F) == 606));
    CHECK(
        (wanted.dv ? some.dv == all.dv : std::count(some.dv.begin(), some.dv.end(), 0.0F) == 909));
    CHECK(some.dbias == all.dbias);
  }
  // Without a bias, and nothing but dv.
  problem.bias.clear();
  const ExactGradients full = run(problem);
  CHECK(run(problem, 0, {false, false, true}).dv == full.dv);
}

TEST_CASE("exact_backward: adds to dk, dv and dbias, overwrites dq") {
  Random random(207);
  ExactBackwardProblem problem({20, 31, 4, 8}, random);
  problem.add_bias(random, false, true, 0.0);
  const ExactGradients from_zero = run(problem);
  const ExactGradients from_five = run(problem, 0, {}, 5.0F);
  CHECK(from_five.dq == from_zero.dq);
  const auto apart = [](const std::vector<float>& sums, const std::vector<float>& terms) {
    double largest = 0.0;
    for (std::size_t e = 0; e < sums.size(); ++e) {
      largest = std::max(
          largest, std::abs(static_cast<double>(sums[e]) - 5.0 - static_cast<double>(terms[e])));
    }
    return largest;
  };
  CHECK(apart(from_five.dk, from_zero.dk) < 4e-6);
  CHECK(apart(from_five.dv, from_zero.dv) < 4e-6);
  CHECK(apart(from_five.dbias, from_zero.dbias) < 4e-6);
}

TEST_CASE("exact_backward: scratch grows with the keys alone") {
  for (const auto& [n, d] : {std::array<Index, 2>{64, 64}, {4096, 64}, {100000, 128}}) {
    const std::size_t packed = AttentionProblem::size(n + 6, d + 2) * 3 * sizeof(float);
    const std::size_t strips = AttentionProblem::size(n + 6, 129) * sizeof(float);
    CHECK(exact_backward_workspace(n, n, d, d) * sizeof(float) <= packed + strips + 1024 * 1024);
  }
}

}  // namespace
}  // namespace attnlab::attention
