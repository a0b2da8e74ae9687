// Biases that float32 holds, and no longer holds in units of ln 2: beyond 2.36e38.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "attention/attention_weights.h"
#include "attention/exact.h"
#include "attention/exact_backward.h"
#include "attention/reference/exact.h"
#include "attention/reference/exact_backward.h"
#include "support/attention_problem.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"
#include "support/run_exact.h"
#include "support/run_exact_backward.h"

namespace attnlab::attention {
namespace {

using testing::close;
using testing::compare_gradient;
using testing::ExactBackwardProblem;
using testing::kInfinity;
using testing::kWindows;
using testing::Random;

constexpr float kMost = std::numeric_limits<float>::max();

std::vector<float> weights_of(const ExactBackwardProblem& problem) {
  const auto [n_q, n_k, d, d_v] = problem.shape;
  std::vector<float> workspace(attention_weights_workspace(n_q, n_k, d));
  std::vector<float> out(static_cast<std::size_t>(n_q * n_k));
  attention_weights(linalg::ConstMatrix(problem.q.data(), n_q, d),
                    linalg::ConstMatrix(problem.k.data(), n_k, d), problem.options(),
                    linalg::Matrix(out.data(), n_q, n_k), workspace);
  return out;
}

// How many entries differ from those of the twin.
int differing(std::span<const float> actual, const std::vector<double>& expected) {
  int wrong = 0;
  for (std::size_t e = 0; e < expected.size(); ++e) {
    wrong += close(actual[e], expected[e], 8e-6) ? 0 : 1;
  }
  return wrong;
}

// Holds output, weights and gradients to the twin as if the logits were no larger than 8: that they
// are huge is no excuse here.
void hold_to_twin(const ExactBackwardProblem& problem) {
  INFO(problem.describe());
  const reference::Shape& shape = problem.shape;
  const std::vector<float> out =
      testing::run(static_cast<const testing::AttentionProblem&>(problem));
  const std::vector<float> weights = weights_of(problem);
  int wrong = 0;
  for (Index i = 0; i < shape.n_q; ++i) {
    const Options options = problem.options();
    wrong += differing(std::span(out).subspan(static_cast<std::size_t>(i * shape.d_v)),
                       reference::exact_row(problem.q.data(), problem.k.data(), problem.v.data(),
                                            options, shape, i));
    wrong +=
        differing(std::span(weights).subspan(static_cast<std::size_t>(i * shape.n_k)),
                  reference::weights_row(problem.q.data(), problem.k.data(), options, shape, i));
  }
  CHECK(wrong == 0);
  const reference::ExactGradients expected = reference::exact_backward(
      problem.q.data(), problem.k.data(), problem.v.data(), problem.d_output.data(),
      problem.options(), shape, std::vector<double>(static_cast<std::size_t>(shape.n_q), 8.0));
  const testing::ExactGradients actual = testing::run(problem);
  compare_gradient("dq", actual.dq, expected.dq);
  compare_gradient("dk", actual.dk, expected.dk);
  compare_gradient("dv", actual.dv, expected.dv);
  compare_gradient("dbias", actual.dbias, expected.dbias);
}

TEST_CASE("huge biases: of two, the larger one wins") {
  Random random(1501);
  for (const Index n_k : {2, 3, 4, 5, 16, 97, 200}) {
    for (const bool rows : {false, true}) {
      for (const auto& [lower, upper] : {std::pair{2.5e38F, 3e38F}, std::pair{-3e38F, -2.5e38F},
                                         std::pair{-kMost, std::nextafter(-kMost, 0.0F)},
                                         std::pair{std::nextafter(kMost, 0.0F), kMost}}) {
        ExactBackwardProblem problem({.n_q = 11, .n_k = n_k, .d = 3, .d_v = 5}, random);
        problem.add_bias(random, rows, true, 0.0);
        std::fill(problem.bias.begin(), problem.bias.end(), lower);
        const Index winner = random.below(static_cast<int>(n_k));
        for (std::size_t at = static_cast<std::size_t>(winner); at < problem.bias.size();
             at += static_cast<std::size_t>(n_k)) {
          problem.bias[at] = upper;
        }
        hold_to_twin(problem);
        const std::vector<float> out =
            testing::run(static_cast<const testing::AttentionProblem&>(problem));
        for (Index i = 0; i < 11; ++i) {
          CHECK(std::equal(out.begin() + i * 5, out.begin() + (i + 1) * 5,
                           problem.v.begin() + winner * 5));
        }
      }
    }
  }
}

TEST_CASE("huge biases: among others of any size, in any combination of options") {
  Random random(1502);
  constexpr float kBiases[] = {2.35e38F, 2.36e38F, 2.4e38F, 3e38F, kMost,  -2.35e38F, -2.36e38F,
                               -2.4e38F, -3e38F,   -kMost,  1e37F, -1e37F, -1e30F,    -kInfinity};
  for (int turn = 0; turn < 600; ++turn) {
    const Index n_k = random.chance(0.3) ? random.below(5) : random.below(120);
    ExactBackwardProblem problem({1 + random.below(20), n_k, 1 + random.below(9), 5}, random);
    problem.window = kWindows[random.below(static_cast<int>(std::size(kWindows)))];
    if (random.chance(0.3)) {
      problem.hide_keys(random, 0.4);
    }
    problem.add_bias(random, random.chance(0.6), random.chance(0.8), 0.1);
    // Down to one kind of bias per problem, and to one row of them.
    const int kinds = static_cast<int>(std::size(kBiases));
    const int first = random.below(kinds);
    const int count = 1 + random.below(kinds - first);
    const bool one_row = problem.bias_row_stride > 0 && random.chance(0.4);
    const float share = random.chance(0.5) ? 1.0F : 0.3F;
    const Index from = one_row ? random.below(static_cast<int>(problem.shape.n_q)) : 0;
    const Index length = std::max<Index>(1, problem.bias_row_stride);
    const auto begin = problem.bias.begin() + from * length;
    for (auto entry = begin; entry != (one_row ? begin + length : problem.bias.end()); ++entry) {
      *entry = random.chance(share) ? kBiases[first + random.below(count)] : *entry;
    }
    hold_to_twin(problem);
  }
}

TEST_CASE("huge biases: beside products of the other sign that cancel them") {
  Random random(1503);
  struct Key {
    float product;
    float bias;
  };
  constexpr Key kKeys[] = {{3e38F, -3e38F}, {3e38F, -2.9e38F}, {-3e38F, 3e38F}, {-2.9e38F, 3e38F},
                           {2e38F, -3e38F}, {1e38F, -kMost},   {-2e38F, 3e38F}, {1e36F, -3e38F},
                           {1e32F, -3e38F}, {-1e32F, -3e38F},  {0.0F, -3e38F},  {-1e38F, -3e38F},
                           {kMost, -kMost}, {-kMost, kMost}};
  for (int turn = 0; turn < 400; ++turn) {
    const Index n_k = 2 + random.below(random.chance(0.4) ? 3 : 60);
    ExactBackwardProblem problem({1 + random.below(12), n_k, 1, 5}, random);
    problem.scale = 1.0;
    std::fill(problem.q.begin(), problem.q.end(), 1.0F);
    problem.add_bias(random, random.chance(0.5), true, 0.0);
    const int kinds = static_cast<int>(std::size(kKeys));
    const int first = random.below(kinds);
    const int count = 1 + random.below(kinds - first);
    for (Index j = 0; j < n_k; ++j) {
      const Key& key = kKeys[first + random.below(count)];
      problem.k[static_cast<std::size_t>(j)] = key.product;
      for (auto at = static_cast<std::size_t>(j); at < problem.bias.size();
           at += static_cast<std::size_t>(n_k)) {
        problem.bias[at] = key.bias;
      }
    }
    hold_to_twin(problem);
  }
}

}  // namespace
}  // namespace attnlab::attention
