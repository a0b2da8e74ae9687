#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "attention/exact.h"
#include "attention/reference/exact.h"
#include "support/attention_problem.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"
#include "support/run_exact.h"

namespace attnlab::attention {
namespace {

using testing::AttentionProblem;
using testing::check;
using testing::close;
using testing::kInfinity;
using testing::kNan;
using testing::kWindows;
using testing::Random;
using testing::run;

TEST_CASE("exact: logits of 90 to 100 and far beyond") {
  Random random(36);
  for (const float low : {90.0F, -100.0F, 5000.0F}) {
    AttentionProblem problem({10, 33, 1, 4}, random);
    problem.scale = 1.0;
    std::fill(problem.q.begin(), problem.q.end(), 1.0F);
    problem.k = random.values(33, low, low + 10.0F);
    check(problem);
  }
}

TEST_CASE("exact: rows that see nothing are exactly 0") {
  Random random(39);
  const auto all_zero = [](const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(), [](float value) { return value == 0.0F; });
  };
  AttentionProblem masked({11, 23, 4, 5}, random);
  masked.mask.assign(23, 0);
  CHECK(all_zero(run(masked)));
  AttentionProblem biased({11, 23, 4, 5}, random);
  biased.add_bias(random, false, true, 1.0);
  CHECK(all_zero(run(biased)));
  AttentionProblem nothing({11, 0, 4, 5}, random);
  CHECK(all_zero(run(nothing)));
  // More queries than keys: the first causal rows stand before the first key.
  AttentionProblem causal({11, 4, 4, 5}, random);
  causal.window = {kUnlimited, 0};
  const std::vector<float> out = run(causal);
  CHECK(all_zero({out.begin(), out.begin() + std::ptrdiff_t{7} * 5}));
  check(causal);
  // The same with the entropy scale, whose logarithm of 0 keys must not leak.
  causal.times_log_visible = true;
  check(causal);
}

TEST_CASE("exact: a hidden key contributes nothing, whatever it holds") {
  Random random(40);
  for (const float odd : {kNan, kInfinity, -kInfinity}) {
    AttentionProblem masked({21, 40, 5, 7}, random);
    masked.hide_keys(random, 0.4);
    AttentionProblem biased({21, 40, 5, 7}, random);
    biased.add_bias(random, false, true, 0.4);
    for (AttentionProblem* problem : {&masked, &biased}) {
      const std::vector<float> clean = run(*problem);
      for (Index j = 0; j < 40; ++j) {
        if (reference::hidden(problem->options(), problem->shape, 0, j) ||
            reference::hidden_by_bias(problem->options(), 0, j)) {
          std::fill_n(problem->k.begin() + j * 5, 5, odd);
          std::fill_n(problem->v.begin() + j * 7, 7, odd);
        }
      }
      CHECK(run(*problem) == clean);
    }
  }
}

TEST_CASE("exact: a key outside the window contributes nothing, whatever it holds") {
  Random random(41);
  for (const Window& window : {Window{kUnlimited, 0}, Window{3, 2}, Window{0, 0}, Window{0, 9}}) {
    for (const float odd : {kNan, kInfinity}) {
      AttentionProblem problem({30, 41, 5, 7}, random);
      problem.window = window;
      const std::vector<float> clean = run(problem);
      const Index key = 20;
      std::fill_n(problem.k.begin() + key * 5, 5, odd);
      std::fill_n(problem.v.begin() + key * 7, 7, odd);
      check(problem);
      const std::vector<float> spoiled = run(problem);
      for (Index i = 0; i < 30; ++i) {
        if (reference::hidden(problem.options(), problem.shape, i, key)) {
          CHECK(std::equal(clean.begin() + i * 7, clean.begin() + (i + 1) * 7,
                           spoiled.begin() + i * 7));
        } else {
          CHECK(std::isnan(spoiled[static_cast<std::size_t>(i * 7)]));
        }
      }
    }
  }
}

TEST_CASE("exact: NaN in a query spoils its row alone") {
  Random random(42);
  AttentionProblem problem({19, 25, 5, 3}, random);
  problem.q[7 * 5 + 2] = kNan;
  const std::vector<float> out = run(problem);
  for (std::size_t e = 0; e < out.size(); ++e) {
    CHECK(std::isnan(out[e]) == (e / 3 == 7));
  }
  check(problem);
}

TEST_CASE("exact: NaN or infinity in a visible value spoils its column of the rows that see it") {
  Random random(43);
  for (const float odd : {kNan, kInfinity, -kInfinity}) {
    AttentionProblem problem({19, 25, 5, 9}, random);
    problem.window = {6, 0};
    problem.v[10 * 9 + 4] = odd;
    const std::vector<float> out = run(problem);
    for (Index i = 0; i < 19; ++i) {
      const bool sees = !reference::hidden(problem.options(), problem.shape, i, 10);
      for (Index c = 0; c < 9; ++c) {
        CHECK(std::isfinite(out[static_cast<std::size_t>(i * 9 + c)]) == (!sees || c != 4));
      }
    }
    check(problem);
    problem.v[11 * 9 + 4] = -odd;
    check(problem);
  }
}

TEST_CASE("exact: random problems with NaN and infinity in every operand and all options") {
  Random random(44);
  for (int turn = 0; turn < 200; ++turn) {
    AttentionProblem problem({1 + random.below(20), 1 + random.below(40), 3, 5}, random);
    problem.window = kWindows[random.below(static_cast<int>(std::size(kWindows)))];
    if (random.chance(0.5)) {
      problem.hide_keys(random, 0.3);
    }
    if (random.chance(0.5)) {
      problem.add_bias(random, random.chance(0.5), random.chance(0.5), 0.3);
    }
    for (std::vector<float>* operand : {&problem.q, &problem.k, &problem.v}) {
      for (float& value : *operand) {
        if (random.chance(operand == &problem.v ? 0.03 : 0.005)) {
          value = random.chance(0.5) ? kNan : (random.chance(0.5) ? kInfinity : -kInfinity);
        }
      }
    }
    check(problem);
  }
}

TEST_CASE("exact: a finite bias as low as floats go does not hide") {
  Random random(45);
  constexpr float kLowest = std::numeric_limits<float>::lowest();
  AttentionProblem all({9, 14, 4, 3}, random);
  all.bias.assign(1, kLowest);
  const std::vector<float> out = run(all);
  for (std::size_t e = 0; e < 3; ++e) {
    double mean = 0.0;
    for (std::size_t j = 0; j < 14; ++j) {
      mean += static_cast<double>(all.v[j * 3 + e]) / 14.0;
    }
    CHECK(std::abs(static_cast<double>(out[e]) - mean) < 1e-6);
  }
  AttentionProblem some({9, 14, 4, 3}, random);
  some.add_bias(random, false, true, 0.0);
  some.bias[3] = kLowest;
  some.bias[7] = kLowest;
  check(some);
}

TEST_CASE("exact: denormal values and queries are taken as they are") {
  Random random(46);
  AttentionProblem problem({9, 14, 4, 3}, random);
  for (float& value : problem.v) {
    value *= 1e-42F;
  }
  const std::vector<float> out = run(problem);
  for (const float value : out) {
    CHECK(std::abs(value) < 3e-42F);
  }
  AttentionProblem tiny({9, 14, 4, 3}, random);
  for (float& value : tiny.q) {
    value *= 1e-44F;
  }
  check(tiny);
}

TEST_CASE("exact: what float32 cannot hold on the way is held all the same") {
  Random random(97);
  AttentionProblem problem({.n_q = 9, .n_k = 200, .d = 3, .d_v = 5}, random);
  SECTION("values whose sum overflows") {
    for (float& value : problem.v) {
      value = 3e38F;
    }
    for (const float value : run(problem)) {
      CHECK(close(value, 3e38, 3e38 * 1e-6));
    }
  }
  SECTION("many values whose sum overflows") {
    AttentionProblem many({.n_q = 2, .n_k = 5000, .d = 1, .d_v = 67}, random);
    many.scale = 0.0;
    std::fill(many.v.begin(), many.v.end(), 3.3e38F);
    for (const float value : run(many)) {
      CHECK(close(value, 3.3e38, 3.3e38 * 8e-7));
    }
  }
  SECTION("logits beyond float32, of both signs") {
    problem.scale = 1.0;
    for (Index c = 0; c < problem.shape.d; ++c) {
      problem.q[static_cast<std::size_t>(c)] = c == 0 ? 1e20F : 0.0F;
    }
    for (Index j = 0; j < problem.shape.n_k; ++j) {
      problem.k[static_cast<std::size_t>(j * problem.shape.d)] = static_cast<float>(-1 - j) * 1e20F;
    }
    const std::vector<float> actual = run(problem);
    for (Index c = 0; c < problem.shape.d_v; ++c) {
      CHECK(actual[static_cast<std::size_t>(c)] == problem.v[static_cast<std::size_t>(c)]);
    }
  }
  SECTION("a scale too small for float32") {
    problem.scale_beyond_float();
    check(problem);
  }
  SECTION("values as large as floats go") {
    std::fill(problem.v.begin(), problem.v.end(), std::numeric_limits<float>::max());
    for (const float value : run(problem)) {
      CHECK(std::isfinite(value));
    }
  }
  SECTION("a scale beyond float32") {
    problem.scale = 1e300;
    std::fill(problem.q.begin(), problem.q.end(), 0.0F);
    check(problem);
  }
}

}  // namespace
}  // namespace attnlab::attention
