// Logits that float32 holds, though a sum on the way to them passes 3.4e38: such a key must count,
// in every kernel of softmax attention, wherever it stands, and stay hidden where it is.
#include <algorithm>
#include <cmath>
#include <vector>

#include "attention/attention_weights.h"
#include "attention/exact.h"
#include "attention/exact_query.h"
#include "attention/reference/exact.h"
#include "attention/reference/sparse.h"
#include "attention/sparse.h"
#include "attention/sparse_backward.h"
#include "support/attention_problem.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"
#include "support/run_attention.h"
#include "support/run_exact.h"
#include "support/run_exact_backward.h"
#include "support/sparse_problem.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::Matrix;
using testing::AttentionProblem;
using testing::close;
using testing::ExactBackwardProblem;
using testing::ExactGradients;
using testing::Random;
using testing::SparseProblem;

// What the other terms of a logit may amount to: far less than the tolerance of a hidden key.
constexpr double kMagnitude = 20.0;

constexpr double kLn2 = 0.6931471805599453;

// Every query has 1 at four channels, and key j has terms there that leave float32 and come back:
// their sum is 0, and the scale such that kernels in units of ln 2 leave float32 too. The channels
// lie 4 apart where there is room, so that kernels which add up several sums side by side meet them
// in one.
template <typename Problem>
void overflow_at(Problem& problem, Index j, float sign) {
  const auto [n_q, n_k, d, d_v] = problem.shape;
  const Index step = d >= 64 ? 4 : 1;
  constexpr float kTerms[] = {3.3e38F, 3e37F, -3.3e38F, -3e37F};
  std::fill_n(problem.k.begin() + j * d, d, 0.0F);
  for (Index t = 0; t < 4; ++t) {
    for (Index i = 0; i < n_q; ++i) {
      problem.q[static_cast<std::size_t>(i * d + t * step)] = 1.0F;
    }
    problem.k[static_cast<std::size_t>(j * d + t * step)] = sign * kTerms[t];
  }
  problem.scale = std::copysign(kLn2, problem.scale);
}

std::vector<float> weights(const AttentionProblem& problem) {
  const auto [n_q, n_k, d, d_v] = problem.shape;
  testing::Fenced out(AttentionProblem::size(n_q, n_k));
  testing::Fenced workspace(attention_weights_workspace(n_q, n_k, d));
  attention_weights(ConstMatrix(problem.q.data(), n_q, d), ConstMatrix(problem.k.data(), n_k, d),
                    problem.options(), Matrix(out.data(), n_q, n_k), workspace.values());
  CHECK((out.intact() && workspace.intact()));
  return {out.values().begin(), out.values().end()};
}

void check_row_by_row(const AttentionProblem& problem) {
  INFO(problem.describe());
  const std::vector<float> out = testing::run(problem);
  const std::vector<float> shares = weights(problem);
  constexpr double kTolerance = 4e-7 * (2.0 + kMagnitude);
  int wrong = 0;
  for (Index i = 0; i < problem.shape.n_q; ++i) {
    const std::vector<double> row = reference::exact_row(
        problem.q.data(), problem.k.data(), problem.v.data(), problem.options(), problem.shape, i);
    for (std::size_t c = 0; c < row.size(); ++c) {
      wrong +=
          close(out[AttentionProblem::size(i, problem.shape.d_v) + c], row[c], 2.0 * kTolerance)
              ? 0
              : 1;
    }
    const std::vector<double> row_of_weights = reference::weights_row(
        problem.q.data(), problem.k.data(), problem.options(), problem.shape, i);
    for (std::size_t j = 0; j < row_of_weights.size(); ++j) {
      wrong += close(shares[AttentionProblem::size(i, problem.shape.n_k) + j], row_of_weights[j],
                     kTolerance)
                   ? 0
                   : 1;
    }
  }
  CHECK(wrong == 0);
}

void check_gradients(const ExactBackwardProblem& problem) {
  INFO(problem.describe());
  const auto [n_q, n_k, d, d_v] = problem.shape;
  const ExactGradients actual = testing::run(problem);
  const reference::ExactGradients expected =
      reference::exact_backward(problem.q.data(), problem.k.data(), problem.v.data(),
                                problem.d_output.data(), problem.options(), problem.shape,
                                std::vector<double>(static_cast<std::size_t>(n_q), kMagnitude));
  testing::compare_gradient("dq", actual.dq, expected.dq);
  testing::compare_gradient("dk", actual.dk, expected.dk);
  testing::compare_gradient("dv", actual.dv, expected.dv);
  testing::compare_gradient("dbias", actual.dbias, expected.dbias);
}

// Calls body(n_k, d, j, sign): keys at the start, in the middle and at the end.
template <typename Body>
void for_places(Body&& body) {
  for (const Index n_k : {5, 64, 300}) {
    for (const Index d : {4, 64, 80}) {
      for (const Index j : {Index{0}, n_k / 2, n_k - 1}) {
        for (const float sign : {1.0F, -1.0F}) {
          body(n_k, d, j, sign);
        }
      }
    }
  }
}

TEST_CASE("partial sums: a key counts whose logit comes back to float32") {
  Random random(1401);
  for_places([&](Index n_k, Index d, Index j, float sign) {
    for (const Index n_q : {1, 7, 70}) {
      AttentionProblem problem({n_q, n_k, d, 5}, random, 0.4F);
      problem.scale = n_q == 7 ? -1.0 : 1.0;
      overflow_at(problem, j, sign);
      check_row_by_row(problem);
    }
  });
}

TEST_CASE("partial sums: with every option") {
  Random random(1402);
  for_places([&](Index n_k, Index d, Index j, float sign) {
    ExactBackwardProblem problem({23, n_k, d, 3}, random, 0.4F);
    overflow_at(problem, j, sign);
    problem.window =
        testing::kWindows[random.below(static_cast<int>(std::size(testing::kWindows)))];
    if (random.chance(0.3)) {  // ln n may be as low as ln 2
      problem.times_log_visible = true;
      problem.scale *= 2.0;
    }
    if (random.chance(0.5)) {
      problem.hide_keys(random, 0.3);
    }
    if (random.chance(0.5)) {
      problem.add_bias(random, random.chance(0.5), random.chance(0.5), 0.3);
    }
    check_row_by_row(problem);
    check_gradients(problem);
  });
}

TEST_CASE("partial sums: several keys and both signs in one tile") {
  Random random(1403);
  ExactBackwardProblem problem({70, 97, 64, 5}, random, 0.4F);
  for (const float first : {-1.0F, 1.0F}) {
    for (const Index j : {3, 4, 40, 96}) {
      overflow_at(problem, j, j < 40 ? first : -1.0F);
    }
    check_row_by_row(problem);
    check_gradients(problem);
  }
}

TEST_CASE("partial sums: a hidden key stays hidden, to the last bit") {
  Random random(1404);
  for_places([&](Index n_k, Index d, Index j, float sign) {
    const auto hidden_by = [&](ExactBackwardProblem& problem) {
      overflow_at(problem, j, sign);
      ExactBackwardProblem clean = problem;
      std::fill_n(clean.k.begin() + j * d, d, 0.25F);
      CHECK(testing::run(static_cast<const AttentionProblem&>(problem)) ==
            testing::run(static_cast<const AttentionProblem&>(clean)));
      CHECK(weights(problem) == weights(clean));
      const ExactGradients actual = testing::run(problem);
      const ExactGradients expected = testing::run(clean);
      CHECK((actual.dq == expected.dq && actual.dk == expected.dk && actual.dv == expected.dv &&
             actual.dbias == expected.dbias));
    };
    const reference::Shape shape{9, n_k, d, 3};
    ExactBackwardProblem masked(shape, random, 0.4F);
    masked.mask.assign(static_cast<std::size_t>(n_k), 1);
    masked.mask[static_cast<std::size_t>(j)] = 0;
    hidden_by(masked);
    for (const bool by_row : {false, true}) {
      ExactBackwardProblem biased(shape, random, 0.4F);
      biased.add_bias(random, by_row, true, 0.0);
      for (Index i = 0; i < (by_row ? shape.n_q : 1); ++i) {
        biased.bias[static_cast<std::size_t>(i * n_k + j)] = -testing::kInfinity;
      }
      hidden_by(biased);
    }
    // Queries before the key: a causal model hides it from all but the last.
    ExactBackwardProblem causal({9, n_k, d, 3}, random, 0.4F);
    causal.window = {kUnlimited, 0};
    overflow_at(causal, n_k - 1, sign);
    ExactBackwardProblem clean = causal;
    std::fill_n(clean.k.begin() + (n_k - 1) * d, d, 0.25F);
    const std::vector<float> out = testing::run(static_cast<const AttentionProblem&>(causal));
    const std::vector<float> same = testing::run(static_cast<const AttentionProblem&>(clean));
    CHECK(std::equal(out.begin(), out.end() - 3, same.begin()));
  });
}

TEST_CASE("partial sums: a logit below float32 has no weight beside others") {
  Random random(1405);
  AttentionProblem problem({9, 40, 4, 3}, random, 0.4F);
  overflow_at(problem, 7, -1.0F);
  std::fill_n(problem.k.begin() + 7 * 4, 4, -3.3e38F);
  for (const bool biased : {false, true}) {
    if (biased) {  // one that lifts it back
      problem.bias.assign(40, 0.0F);
      problem.bias_column_stride = 1;
      problem.bias[7] = 3.3e38F;
    }
    check_row_by_row(problem);
    for (const float weight : {weights(problem)[7], weights(problem)[3 * 40 + 7]}) {
      CHECK(weight == 0.0F);
    }
  }
}

TEST_CASE("partial sums: one query") {
  Random random(1406);
  for_places([&](Index n_k, Index d, Index j, float sign) {
    AttentionProblem problem({1, n_k, d, 5}, random, 0.4F);
    overflow_at(problem, j, sign);
    problem.scale = 1.0;
    INFO(problem.describe());
    const std::vector<float> out =
        testing::run_attention(problem, 0, exact_query_workspace(n_k, d), exact_query);
    const std::vector<double> expected = reference::exact_row(
        problem.q.data(), problem.k.data(), problem.v.data(), problem.options(), problem.shape, 0);
    for (std::size_t c = 0; c < out.size(); ++c) {
      CHECK(close(out[c], expected[c], 8e-7 * (2.0 + kMagnitude)));
    }
  });
}

TEST_CASE("partial sums: sparse patterns") {
  Random random(1407);
  for_places([&](Index n, Index d, Index j, float sign) {
    SparseProblem problem({n, n, d, 3}, testing::random_pattern(random), random);
    for (std::vector<float>* operand : {&problem.q, &problem.k}) {
      for (float& value : *operand) {
        value *= 0.25F;
      }
    }
    overflow_at(problem, j, sign);
    INFO(problem.describe());
    const std::vector<std::uint8_t> kept = testing::pattern_of(problem);
    const reference::SparseResult expected =
        reference::sparse(problem.q.data(), problem.k.data(), problem.v.data(),
                          problem.d_output.data(), problem.options(), kept, problem.shape);
    const ConstMatrix q(problem.q.data(), n, d);
    const ConstMatrix k(problem.k.data(), n, d);
    const ConstMatrix v(problem.v.data(), n, 3);
    std::vector<float> out(problem.v.size());
    std::vector<float> workspace(sparse_workspace(n, n, d, 3));
    sparse(q, k, v, problem.options(), Matrix(out.data(), n, 3), workspace);
    std::vector<float> dq(problem.q.size());
    std::vector<float> dk(problem.k.size(), 0.0F);
    std::vector<float> dv(problem.v.size(), 0.0F);
    workspace.resize(sparse_backward_workspace(n, n, d, 3));
    sparse_backward(q, k, v, ConstMatrix(problem.d_output.data(), n, 3), problem.options(),
                    {Matrix(dq.data(), n, d), Matrix(dk.data(), n, d), Matrix(dv.data(), n, 3)},
                    workspace);
    const auto wrong = [](const std::vector<float>& got, const std::vector<double>& want,
                          const std::vector<double>& sizes) {
      int count = 0;
      for (std::size_t e = 0; e < got.size(); ++e) {
        count += close(got[e], want[e], 5e-7 * (4.0 + kMagnitude) * sizes[e]) ? 0 : 1;
      }
      return count;
    };
    CHECK(wrong(out, expected.out, std::vector<double>(out.size(), 2.0)) == 0);
    CHECK(wrong(dq, expected.dq, expected.dq_size) == 0);
    CHECK(wrong(dk, expected.dk, expected.dk_size) == 0);
    CHECK(wrong(dv, expected.dv, expected.dv_size) == 0);
  });
}

}  // namespace
}  // namespace attnlab::attention
