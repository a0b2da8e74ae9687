#include <algorithm>
#include <cmath>
#include <vector>

#include "attention/exact_backward.h"
#include "attention/reference/exact.h"
#include "support/attention_problem.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"
#include "support/run_exact_backward.h"

namespace attnlab::attention {
namespace {

using testing::check;
using testing::ExactBackwardProblem;
using testing::ExactGradients;
using testing::kInfinity;
using testing::kNan;
using testing::kWindows;
using testing::Random;
using testing::run;

TEST_CASE("exact_backward: what is hidden gets and gives exactly 0, whatever it holds") {
  Random random(208);
  for (const float odd : {kNan, kInfinity, -kInfinity}) {
    ExactBackwardProblem masked({21, 40, 5, 7}, random);
    masked.hide_keys(random, 0.4);
    ExactBackwardProblem biased({21, 40, 5, 7}, random);
    biased.add_bias(random, false, true, 0.4);
    for (ExactBackwardProblem* problem : {&masked, &biased}) {
      const ExactGradients clean = run(*problem);
      for (Index j = 0; j < 40; ++j) {
        if (reference::hidden(problem->options(), problem->shape, 0, j) ||
            reference::hidden_by_bias(problem->options(), 0, j)) {
          CHECK(std::count(clean.dk.begin() + j * 5, clean.dk.begin() + j * 5 + 5, 0.0F) == 5);
          CHECK(std::count(clean.dv.begin() + j * 7, clean.dv.begin() + j * 7 + 7, 0.0F) == 7);
          std::fill_n(problem->k.begin() + j * 5, 5, odd);
          std::fill_n(problem->v.begin() + j * 7, 7, odd);
        }
      }
      const ExactGradients spoiled = run(*problem);
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
    ExactBackwardProblem problem({30, 41, 5, 7}, random);
    problem.window = {6, 0};
    std::vector<float>* const operands[] = {&problem.q, &problem.k, &problem.v, &problem.d_output};
    const Index widths[] = {5, 5, 7, 7};
    const Index row = operand == 1 || operand == 2 ? 25 : 14;
    (*operands[operand])[static_cast<std::size_t>(row * widths[operand] + 2)] = kNan;
    check(problem);
    const ExactGradients actual = run(problem);
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
    ExactBackwardProblem problem({1 + random.below(20), 1 + random.below(40), 3, 5}, random);
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
  ExactBackwardProblem causal({11, 4, 4, 5}, random);
  causal.window = {kUnlimited, 0};
  causal.times_log_visible = true;
  std::fill_n(causal.q.begin(), 7 * 4, kNan);
  std::fill_n(causal.d_output.begin(), 7 * 5, kInfinity);
  check(causal);
  const ExactGradients results = run(causal);
  CHECK(std::count(results.dq.begin(), results.dq.begin() + 28, 0.0F) == 28);
  ExactBackwardProblem biased({11, 23, 4, 5}, random);
  biased.add_bias(random, false, true, 1.0);
  const ExactGradients none = run(biased);
  CHECK(std::count(none.dq.begin(), none.dq.end(), 0.0F) == 44);
  CHECK(std::count(none.dk.begin(), none.dk.end(), 0.0F) == 92);
  CHECK(std::count(none.dv.begin(), none.dv.end(), 0.0F) == 115);
  CHECK(std::count(none.dbias.begin(), none.dbias.end(), 0.0F) == 23);
}

TEST_CASE("exact_backward: what float32 cannot hold on the way is held all the same") {
  Random random(212);
  ExactBackwardProblem problem({.n_q = 9, .n_k = 200, .d = 3, .d_v = 5}, random);
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
  SECTION("differences of such products beyond float32") {
    problem.scale = 1000.0;  // all weights but one of a row are 0
    for (std::size_t e = 0; e < problem.v.size(); ++e) {
      problem.v[e] = e / 5 % 2 == 0 ? 3e38F : -3e38F;
    }
    for (std::size_t e = 0; e < problem.d_output.size(); ++e) {
      problem.d_output[e] = e % 5 == 0 ? 1.0F : 0.0F;
    }
    check(problem);
  }
  SECTION("a scale too small for float32") {
    problem.scale_beyond_float();
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

}  // namespace
}  // namespace attnlab::attention
