#include "attention/exact_backward.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "attention/reference/exact.h"
#include "attention/reference/exact_backward.h"
#include "support/attention_problem.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using testing::AttentionProblem;
using testing::close;
using testing::Fenced;
using testing::Input;
using testing::kInfinity;
using testing::kNan;
using testing::Random;

// Error bound of exact_backward.cpp's header: this constant times the magnitudes of the twin.
constexpr double kErrorFactor = 4e-7;

struct BackwardProblem : AttentionProblem {
  std::vector<float> d_output;

  BackwardProblem(const reference::Shape& sizes, Random& random, float spread = 1.0F)
      : AttentionProblem(sizes, random, spread),
        d_output(random.values(size(sizes.n_q, sizes.d_v), -1.5F, 1.5F)) {}

  Index bias_size() const { return static_cast<Index>(bias.size()); }

  reference::ExactGradients twin() const {
    std::vector<double> magnitudes;
    magnitudes.reserve(static_cast<std::size_t>(shape.n_q));
    for (Index i = 0; i < shape.n_q; ++i) {
      magnitudes.push_back(logit_magnitude(i));
    }
    return reference::exact_backward(q.data(), k.data(), v.data(), d_output.data(), options(),
                                     shape, magnitudes);
  }
};

struct Results {
  std::vector<float> dq;
  std::vector<float> dk;
  std::vector<float> dv;
  std::vector<float> dbias;
};

struct Wanted {
  bool dq = true;
  bool dk = true;
  bool dv = true;
};

// start: what dk, dv and dbias hold before the call, which adds to them.
Results run(const BackwardProblem& problem, std::size_t offset = 0, const Wanted& wanted = {},
            float start = 0.0F) {
  const auto [n_q, n_k, d, d_v] = problem.shape;
  const Input q(problem.q, offset);
  const Input k(problem.k, (offset + 1) % 4);
  const Input v(problem.v, (offset + 2) % 4);
  const Input d_output(problem.d_output, (offset + 3) % 4);
  Fenced dq(problem.q.size(), offset);
  Fenced dk(problem.k.size(), offset);
  Fenced dv(problem.v.size(), offset);
  Fenced dbias(problem.bias.size(), offset);
  for (Fenced* sum : {&dk, &dv, &dbias}) {
    std::fill(sum->values().begin(), sum->values().end(), start);
  }
  Fenced workspace(exact_backward_workspace(n_q, n_k, d, d_v), offset);
  exact_backward(ConstMatrix(q.data(), n_q, d), ConstMatrix(k.data(), n_k, d),
                 ConstMatrix(v.data(), n_k, d_v), ConstMatrix(d_output.data(), n_q, d_v),
                 problem.options(),
                 {.dq = wanted.dq ? dq.data() : nullptr,
                  .dk = wanted.dk ? dk.data() : nullptr,
                  .dv = wanted.dv ? dv.data() : nullptr,
                  .dbias = problem.bias.empty() ? nullptr : dbias.data()},
                 workspace.values());
  CHECK((dq.intact() && dk.intact() && dv.intact() && dbias.intact() && workspace.intact()));
  const auto copy = [](Fenced& from) {
    return std::vector<float>(from.values().begin(), from.values().end());
  };
  return {copy(dq), copy(dk), copy(dv), copy(dbias)};
}

void compare(const std::string& name, const std::vector<float>& actual,
             const reference::Gradient& expected) {
  INFO(name);
  // Weights and products below the smallest normal float may be lost.
  constexpr double kUnderflow = 1e-35;
  int wrong = 0;
  for (std::size_t e = 0; e < actual.size(); ++e) {
    // 0 times infinity is no magnitude, where the entry itself is a number of order 1 all the same.
    const double magnitude = std::isnan(expected.magnitudes[e]) ? 10.0 : expected.magnitudes[e];
    const double tolerance = kErrorFactor * magnitude + kUnderflow;
    wrong += close(actual[e], expected.values[e], tolerance) ? 0 : 1;
  }
  CHECK(wrong == 0);
}

// Holds every gradient to the twin.
void check(const BackwardProblem& problem, std::size_t offset = 0) {
  INFO(problem.describe() << ", offset " << offset);
  const Results actual = run(problem, offset);
  const reference::ExactGradients expected = problem.twin();
  compare("dq", actual.dq, expected.dq);
  compare("dk", actual.dk, expected.dk);
  compare("dv", actual.dv, expected.dv);
  compare("dbias", actual.dbias, expected.dbias);
}

constexpr Window kWindows[] = {{},     {kUnlimited, 0}, {0, 0},   {3, 0},
                               {2, 2}, {0, kUnlimited}, {100, 7}, {1000000, 1000000},
                               {5, 40}};

TEST_CASE("exact_backward: the twin agrees with finite differences") {
  Random random(201);
  for (int turn = 0; turn < 12; ++turn) {
    BackwardProblem problem({4, 5, 3, 2}, random);
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
        BackwardProblem problem({n_q, n_k, 5, 6}, random);
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
      check(BackwardProblem({9, 13, d, d_v}, random), static_cast<std::size_t>(d % 4));
    }
    check(BackwardProblem({9, 13, d, 0}, random));
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
      BackwardProblem problem({n_q, n_k, 8, 7}, random);
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
    BackwardProblem problem(shape, random, random.chance(0.2) ? 4.0F : 1.0F);
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
  BackwardProblem problem({70, 101, 6, 9}, random);
  problem.add_bias(random, true, true, 0.2);
  const Results all = run(problem);
  for (int subset = 0; subset < 8; ++subset) {
    const Wanted wanted{(subset & 1) != 0, (subset & 2) != 0, (subset & 4) != 0};
    const Results some = run(problem, 0, wanted, 0.0F);
    CHECK((wanted.dq ? some.dq == all.dq : std::isnan(some.dq[0])));
    CHECK(
        (wanted.dk ? some.dk == all.dk : std::count(some.dk.begin(), some.dk.end(), 0.0F) == 606));
    CHECK(
        (wanted.dv ? some.dv == all.dv : std::count(some.dv.begin(), some.dv.end(), 0.0F) == 909));
    CHECK(some.dbias == all.dbias);
  }
  // Without a bias, and nothing but dv.
  problem.bias.clear();
  const Results full = run(problem);
  CHECK(run(problem, 0, {false, false, true}).dv == full.dv);
}

TEST_CASE("exact_backward: adds to dk, dv and dbias, overwrites dq") {
  Random random(207);
  BackwardProblem problem({20, 31, 4, 8}, random);
  problem.add_bias(random, false, true, 0.0);
  const Results from_zero = run(problem);
  const Results from_five = run(problem, 0, {}, 5.0F);
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

TEST_CASE("exact_backward: what is hidden gets and gives exactly 0, whatever it holds") {
  Random random(208);
  for (const float odd : {kNan, kInfinity, -kInfinity}) {
    BackwardProblem masked({21, 40, 5, 7}, random);
    masked.hide_keys(random, 0.4);
    BackwardProblem biased({21, 40, 5, 7}, random);
    biased.add_bias(random, false, true, 0.4);
    for (BackwardProblem* problem : {&masked, &biased}) {
      const Results clean = run(*problem);
      for (Index j = 0; j < 40; ++j) {
        if (reference::hidden(problem->options(), problem->shape, 0, j) ||
            reference::hidden_by_bias(problem->options(), 0, j)) {
          CHECK(std::count(clean.dk.begin() + j * 5, clean.dk.begin() + j * 5 + 5, 0.0F) == 5);
          CHECK(std::count(clean.dv.begin() + j * 7, clean.dv.begin() + j * 7 + 7, 0.0F) == 7);
          std::fill_n(problem->k.begin() + j * 5, 5, odd);
          std::fill_n(problem->v.begin() + j * 7, 7, odd);
        }
      }
      const Results spoiled = run(*problem);
      CHECK(spoiled.dq == clean.dq);
      CHECK(spoiled.dk == clean.dk);
      CHECK(spoiled.dv == clean.dv);
      CHECK(spoiled.dbias == clean.dbias);
    }
  }
}

TEST_CASE("exact_backward: what is not finite spoils what sees it, and nothing else") {
  Random random(209);
  for (int operand = 0; operand < 4; ++operand) {
    BackwardProblem problem({30, 41, 5, 7}, random);
    problem.window = {6, 0};
    std::vector<float>* const operands[] = {&problem.q, &problem.k, &problem.v, &problem.d_output};
    const Index widths[] = {5, 5, 7, 7};
    const Index row = operand == 1 || operand == 2 ? 25 : 14;
    (*operands[operand])[static_cast<std::size_t>(row * widths[operand] + 2)] = kNan;
    check(problem);
    const Results actual = run(problem);
    for (Index i = 0; i < 30; ++i) {
      const bool spoiled =
          widths[operand] > 0 && (operand == 1 || operand == 2
                                      ? !reference::hidden(problem.options(), problem.shape, i, 25)
                                      : i == 14);
      CHECK(std::isnan(actual.dq[static_cast<std::size_t>(i * 5)]) == spoiled);
    }
  }
}

TEST_CASE("exact_backward: random problems with NaN and infinity in every operand") {
  Random random(210);
  for (int turn = 0; turn < 200; ++turn) {
    BackwardProblem problem({1 + random.below(20), 1 + random.below(40), 3, 5}, random);
    problem.window = kWindows[random.below(static_cast<int>(std::size(kWindows)))];
    if (random.chance(0.5)) {
      problem.hide_keys(random, 0.3);
    }
    if (random.chance(0.5)) {
      problem.add_bias(random, random.chance(0.5), random.chance(0.5), 0.3);
    }
    for (std::vector<float>* operand : {&problem.q, &problem.k, &problem.v, &problem.d_output}) {
      for (float& value : *operand) {
        if (random.chance(0.01)) {
          value = random.chance(0.5) ? kNan : (random.chance(0.5) ? kInfinity : -kInfinity);
        }
      }
    }
    check(problem);
  }
}

TEST_CASE("exact_backward: rows that see nothing have gradient 0, and give none") {
  Random random(211);
  BackwardProblem causal({11, 4, 4, 5}, random);
  causal.window = {kUnlimited, 0};
  causal.times_log_visible = true;
  std::fill_n(causal.q.begin(), 7 * 4, kNan);
  std::fill_n(causal.d_output.begin(), 7 * 5, kInfinity);
  check(causal);
  const Results results = run(causal);
  CHECK(std::count(results.dq.begin(), results.dq.begin() + 28, 0.0F) == 28);
  BackwardProblem biased({11, 23, 4, 5}, random);
  biased.add_bias(random, false, true, 1.0);
  const Results none = run(biased);
  CHECK(std::count(none.dq.begin(), none.dq.end(), 0.0F) == 44);
  CHECK(std::count(none.dk.begin(), none.dk.end(), 0.0F) == 92);
  CHECK(std::count(none.dv.begin(), none.dv.end(), 0.0F) == 115);
  CHECK(std::count(none.dbias.begin(), none.dbias.end(), 0.0F) == 23);
}

TEST_CASE("exact_backward: what float32 cannot hold on the way is held all the same") {
  Random random(212);
  BackwardProblem problem({.n_q = 9, .n_k = 200, .d = 3, .d_v = 5}, random);
  SECTION("logits of 90 to 100 and far beyond") {
    for (const float low : {90.0F, -100.0F, 5000.0F}) {
      problem.scale = 1.0;
      std::fill(problem.q.begin(), problem.q.end(), 0.5F);
      problem.k = random.values(600, low, low + 10.0F);
      check(problem);
    }
  }
  SECTION("logits beyond float32, of both signs") {
    problem.scale = 1.0;
    for (std::size_t c = 0; c < 3; ++c) {
      problem.q[c] = c == 0 ? 1e20F : 0.0F;
    }
    for (std::size_t j = 0; j < 200; ++j) {
      problem.k[j * 3] = static_cast<float>(-1.0 - static_cast<double>(j)) * 1e20F;
    }
    check(problem);
  }
  SECTION("a scale beyond float32") {
    problem.scale = 1e300;
    std::fill(problem.q.begin(), problem.q.end(), 0.0F);
    check(problem);
  }
  SECTION("products of dO and v beyond float32") {
    for (float& value : problem.v) {
      value *= 1e25F;
    }
    for (float& value : problem.d_output) {
      value *= 1e15F;
    }
    problem.scale = 1e-20;
    check(problem);
  }
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
