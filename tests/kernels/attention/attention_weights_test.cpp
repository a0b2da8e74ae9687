#include "attention/attention_weights.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "attention/reference/exact.h"
#include "support/attention_problem.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::Matrix;
using testing::AttentionProblem;
using testing::close;
using testing::Fenced;
using testing::Input;
using testing::kInfinity;
using testing::kNan;
using testing::Random;

constexpr double kErrorFactor = 4e-7;

std::vector<float> run(const AttentionProblem& problem, std::size_t offset = 0) {
  const auto [n_q, n_k, d, d_v] = problem.shape;
  const Input q(problem.q, offset);
  const Input k(problem.k, (offset + 1) % 4);
  Fenced out(AttentionProblem::size(n_q, n_k), offset);
  Fenced workspace(attention_weights_workspace(n_q, n_k, d), offset);
  attention_weights(ConstMatrix(q.data(), n_q, d), ConstMatrix(k.data(), n_k, d), problem.options(),
                    Matrix(out.data(), n_q, n_k), workspace.values());
  CHECK(out.intact());
  CHECK(workspace.intact());
  return {out.values().begin(), out.values().end()};
}

void check(const AttentionProblem& problem, std::size_t offset = 0) {
  INFO(problem.describe() << ", offset " << offset);
  const std::vector<float> actual = run(problem, offset);
  const auto& shape = problem.shape;
  Index wrong = 0;
  for (Index i = 0; i < shape.n_q; ++i) {
    const std::vector<double> expected =
        reference::weights_row(problem.q.data(), problem.k.data(), problem.options(), shape, i);
    const double tolerance = kErrorFactor * (2.0 + problem.logit_magnitude(i));
    for (Index j = 0; j < shape.n_k; ++j) {
      const float weight =
          actual[AttentionProblem::size(i, shape.n_k) + static_cast<std::size_t>(j)];
      const bool hidden = reference::hidden(problem.options(), shape, i, j) ||
                          reference::hidden_by_bias(problem.options(), i, j);
      wrong +=
          close(weight, expected[static_cast<std::size_t>(j)], hidden ? 0.0 : tolerance) ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}

constexpr Window kWindows[] = {{},     {kUnlimited, 0}, {0, 0}, {3, 0},
                               {2, 2}, {0, kUnlimited}, {5, 40}};

TEST_CASE("attention_weights: random combinations of all options, NaN and infinity among them") {
  Random random(51);
  for (int turn = 0; turn < 400; ++turn) {
    AttentionProblem problem({random.below(40), random.below(70), 1 + random.below(20), 0}, random,
                             random.chance(0.2) ? 4.0F : 1.0F);
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
    if (random.chance(0.3)) {
      for (std::vector<float>* operand : {&problem.q, &problem.k}) {
        for (float& value : *operand) {
          value = random.chance(0.01) ? (random.chance(0.5) ? kNan : kInfinity) : value;
        }
      }
    }
    check(problem, static_cast<std::size_t>(turn % 4));
  }
}

TEST_CASE("attention_weights: sizes around the blocks of the product") {
  Random random(52);
  for (const reference::Shape& shape :
       {reference::Shape{97, 101, 64, 0}, {5, 521, 65, 0}, {64, 64, 300, 0}, {1, 1, 1, 0}}) {
    AttentionProblem problem(shape, random);
    check(problem);
    problem.window = {kUnlimited, 0};
    check(problem);
  }
}

TEST_CASE("attention_weights: rows that see something sum to 1, others are exactly 0") {
  Random random(53);
  AttentionProblem problem({30, 20, 8, 0}, random);
  problem.window = {4, 0};
  problem.hide_keys(random, 0.4);
  const std::vector<float> weights = run(problem);
  for (Index i = 0; i < 30; ++i) {
    Index visible = 0;
    double sum = 0.0;
    for (Index j = 0; j < 20; ++j) {
      visible += reference::hidden(problem.options(), problem.shape, i, j) ? 0 : 1;
      sum += static_cast<double>(weights[static_cast<std::size_t>(i * 20 + j)]);
    }
    CHECK(std::abs(sum - (visible > 0 ? 1.0 : 0.0)) < (visible > 0 ? 1e-6 : 1e-300));
  }
}

TEST_CASE("attention_weights: logits that float32 cannot hold") {
  const std::vector<float> k{-1e20F, -2e20F, 1e20F};
  Fenced workspace(attention_weights_workspace(1, 3, 1));
  const auto weights_of = [&](float q, Index keys, double scale) {
    Fenced out(static_cast<std::size_t>(keys));
    attention_weights(ConstMatrix(&q, 1, 1), ConstMatrix(k.data(), keys, 1), {.scale = scale},
                      Matrix(out.data(), 1, keys), workspace.values());
    return std::vector<float>(out.values().begin(), out.values().end());
  };
  // All of them below the lowest float: seen all the same.
  CHECK(weights_of(1e20F, 2, 1.0) == std::vector<float>{1.0F, 0.0F});
  // One above the largest.
  CHECK(weights_of(1e20F, 3, 1.0) == std::vector<float>{0.0F, 0.0F, 1.0F});
  // Only the product overflows, not the logit.
  const std::vector<float> moderate = weights_of(1e20F, 3, 1e-40);
  CHECK(
      close(moderate[2], std::exp(1.0) / (std::exp(1.0) + std::exp(-1.0) + std::exp(-2.0)), 1e-6));
}

TEST_CASE("attention_weights: a scale that makes something of denormal products") {
  Random random(52);
  AttentionProblem problem({3, 5, 256, 0}, random);
  problem.scale = 3e38;
  for (std::size_t j = 0; j < 5; ++j) {
    const auto entry = static_cast<float>(1.0 + 0.05 * static_cast<double>(j)) * 1e-22F;
    std::fill_n(problem.k.begin() + static_cast<std::ptrdiff_t>(256 * j), 256, entry);
  }
  std::fill(problem.q.begin(), problem.q.end(), 1e-22F);
  check(problem);
}

TEST_CASE("attention_weights: the entropy scale counts the keys that a row sees") {
  // One channel, logits = ln(n_i) * k: the weights of row i are proportional to n_i^k.
  const std::vector<float> q(4, 1.0F);
  const std::vector<float> k{0.0F, 1.0F, 0.5F, 2.0F};
  const Options options{.scale = 1.0, .times_log_visible = true, .window = {kUnlimited, 0}};
  Fenced out(16);
  Fenced workspace(attention_weights_workspace(4, 4, 1));
  attention_weights(ConstMatrix(q.data(), 4, 1), ConstMatrix(k.data(), 4, 1), options,
                    Matrix(out.data(), 4, 4), workspace.values());
  for (std::size_t i = 0; i < 4; ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j <= i; ++j) {
      sum += std::pow(static_cast<double>(i + 1), static_cast<double>(k[j]));
    }
    for (std::size_t j = 0; j < 4; ++j) {
      const double expected =
          j <= i ? std::pow(static_cast<double>(i + 1), static_cast<double>(k[j])) / sum : 0.0;
      CHECK(close(out.values()[i * 4 + j], expected, 1e-6));
    }
  }
}

}  // namespace
}  // namespace attnlab::attention
