// Sparse attention and its gradients where values are not finite, or float32 does not hold what is
// on the way.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "attention/reference/sparse.h"
#include "attention/sparse.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"
#include "support/run_sparse.h"
#include "support/sparse_problem.h"

namespace attnlab::attention {
namespace {

using testing::check;
using testing::close;
using testing::kInfinity;
using testing::kNan;
using testing::pattern_of;
using testing::Random;
using testing::random_pattern;
using testing::run;
using testing::SparseProblem;
using testing::SparseResults;

TEST_CASE("sparse: what is not kept contributes nothing, whatever it holds") {
  Random random(65);
  for (int turn = 0; turn < 120; ++turn) {
    const Index n = 20 + random.below(60);
    SparseProblem problem({n, n, 5, 7}, random_pattern(random), random);
    problem.hide_keys(random, 0.3);
    for (std::vector<float>* operand : {&problem.q, &problem.k, &problem.v}) {
      for (float& value : *operand) {
        if (random.chance(operand == &problem.v ? 0.02 : 0.004)) {
          value = random.chance(0.5) ? kNan : (random.chance(0.5) ? kInfinity : -kInfinity);
        }
      }
    }
    check(problem, 0, false);
    // Gradients: a key that is hidden, or a query whose keys are all as before, sees no change.
    SparseProblem clean({n, n, 5, 7}, problem.pattern, random);
    clean.mask = problem.mask;
    SparseProblem spoiled = clean;
    for (Index j = 0; j < n; ++j) {
      if (spoiled.mask[static_cast<std::size_t>(j)] == 0) {
        std::fill_n(spoiled.k.begin() + j * 5, 5, kNan);
        std::fill_n(spoiled.v.begin() + j * 7, 7, kInfinity);
      }
    }
    const SparseResults expected = run(clean);
    const SparseResults actual = run(spoiled);
    CHECK(actual.out == expected.out);
    CHECK(actual.dq == expected.dq);
    CHECK(actual.dk == expected.dk);
    CHECK(actual.dv == expected.dv);
  }
}

TEST_CASE("sparse: NaN in a row of dO spoils what that row keeps, and nothing else") {
  Random random(66);
  SparseProblem problem({60, 60, 4, 3},
                        {.kind = PatternKind::kSparse, .window = {2, 2}, .dilation = 7}, random);
  const std::vector<std::uint8_t> kept = pattern_of(problem);
  const SparseResults clean = run(problem);
  problem.d_output[30 * 3 + 1] = kNan;
  const SparseResults spoiled = run(problem);
  for (Index j = 0; j < 60; ++j) {
    const bool seen = kept[static_cast<std::size_t>(30 * 60 + j)] != 0;
    CHECK(std::isnan(spoiled.dv[static_cast<std::size_t>(j * 3 + 1)]) == seen);
    CHECK(spoiled.dv[static_cast<std::size_t>(j * 3)] == clean.dv[static_cast<std::size_t>(j * 3)]);
    CHECK(std::isnan(spoiled.dk[static_cast<std::size_t>(j * 4)]) == seen);
    CHECK(std::isnan(spoiled.dq[static_cast<std::size_t>(j * 4)]) == (j == 30));
  }
}

TEST_CASE("sparse: what float32 cannot hold on the way is held all the same") {
  Random random(67);
  SparseProblem problem({40, 40, 1, 2},
                        {.kind = PatternKind::kSparse, .window = {3, 3}, .dilation = 5}, random);
  problem.scale = 1.0;
  std::fill(problem.q.begin(), problem.q.end(), 1e20F);
  for (Index j = 0; j < 40; ++j) {
    problem.k[static_cast<std::size_t>(j)] = static_cast<float>(-1 - j) * 1e20F;
  }
  const std::vector<std::uint8_t> kept = pattern_of(problem);
  const reference::SparseResult expected =
      reference::sparse(problem.q.data(), problem.k.data(), problem.v.data(),
                        problem.d_output.data(), problem.options(), kept, problem.shape);
  const SparseResults actual = run(problem);
  for (std::size_t e = 0; e < actual.out.size(); ++e) {
    CHECK(close(actual.out[e], expected.out[e], 1e-6));
    CHECK(close(actual.dv[e], expected.dv[e], 1e-5));
  }
}

TEST_CASE("sparse: a scale that float32 does not hold") {
  Random random(68);
  for (const auto& [kind, globals] :
       {std::pair{PatternKind::kLocal, 0}, std::pair{PatternKind::kSparse, 2}}) {
    SparseProblem problem({40, 40, 3, 2},
                          {.kind = kind, .window = {3, 3}, .dilation = 5, .global_tokens = globals},
                          random);
    SECTION("too small") {
      problem.scale = 1e-60;
      for (std::vector<float>* operand : {&problem.q, &problem.k}) {
        for (float& value : *operand) {
          value *= 1e30F;
        }
      }
    }
    SECTION("too large") {
      problem.scale = 1e300;
      std::fill(problem.q.begin(), problem.q.end(), 0.0F);
    }
    check(problem);
  }
}

TEST_CASE("sparse: values as large as floats go") {
  Random random(69);
  SparseProblem problem({700, 700, 3, 2}, {.kind = PatternKind::kLocal, .window = {699, 699}},
                        random);
  constexpr float kMost = std::numeric_limits<float>::max();
  std::fill(problem.v.begin(), problem.v.end(), kMost);
  for (const float value : run(problem).out) {
    CHECK(close(value, static_cast<double>(kMost), 1e-6 * static_cast<double>(kMost)));
  }
}

void multiply_all(std::vector<float>& values, float factor) {
  for (float& value : values) {
    value *= factor;
  }
}

TEST_CASE("sparse: gradients that float32 holds where it does not hold the products behind them") {
  Random random(70);
  for (const PatternKind kind : {PatternKind::kLocal, PatternKind::kSparse}) {
    SparseProblem problem({40, 40, 3, 2}, {.kind = kind, .window = {3, 3}, .dilation = 5}, random);
    problem.hide_keys(random, 0.2);
    SECTION("dO . v") {
      multiply_all(problem.v, 1e25F);
      multiply_all(problem.d_output, 1e15F);
      problem.scale = 1e-20;
    }
    SECTION("the largest floats in dO . v and D_i, whose difference is none") {
      constexpr float kMost = std::numeric_limits<float>::max();
      for (float& value : problem.v) {
        value = kMost * (1.0F - 0.01F * std::abs(value));
      }
      std::fill(problem.d_output.begin(), problem.d_output.end(), 1.0F);
    }
    SECTION("dO . v - D_i, of both signs") {
      for (std::size_t e = 0; e < problem.v.size(); ++e) {
        problem.v[e] = e / 2 % 2 == 0 ? 3e38F : -3e38F;
      }
      for (std::size_t e = 0; e < problem.d_output.size(); ++e) {
        problem.d_output[e] = e % 2 == 0 ? 1.0F : 0.0F;
      }
      problem.scale = 1e-20;
    }
    SECTION("the sum of dq, before its scale") {
      multiply_all(problem.q, 1e-26F);
      multiply_all(problem.k, 1e36F);
      multiply_all(problem.d_output, 1e5F);
      problem.scale = 1e-10;
    }
    check(problem);
    const SparseResults results = run(problem);
    for (const std::vector<float>* gradient : {&results.dq, &results.dk, &results.dv}) {
      CHECK(std::all_of(gradient->begin(), gradient->end(),
                        [](float value) { return std::isfinite(value); }));
    }
  }
}

}  // namespace
}  // namespace attnlab::attention
