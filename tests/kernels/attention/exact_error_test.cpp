// How far exact attention may be off where logits are long sums: the bounds of exact.cpp, which the
// other kernels of exact attention share.
#include <cmath>
#include <span>
#include <vector>

#include "attention/attention_weights.h"
#include "attention/exact_query.h"
#include "attention/reference/exact.h"
#include "attention/sparse.h"
#include "support/attention_problem.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"
#include "support/run_attention.h"
#include "support/run_exact.h"
#include "support/run_exact_backward.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::Matrix;
using testing::AttentionProblem;
using testing::close;
using testing::ExactBackwardProblem;
using testing::ExactGradients;
using testing::Random;

constexpr Index kWidths[] = {1, 4, 16, 64, 128, 256, 512, 1024};

// (8e-7 + (d + 6) 2^-24 l_i), for values up to 1.
double bound(const AttentionProblem& problem, Index i) {
  return 8e-7 + static_cast<double>(problem.shape.d + 6) * 0x1p-24 * problem.logit_magnitude(i);
}

// Rows of q and k that hold one number each, so that all terms of a logit are the same; values 1 or
// -1. Logits up to 6 in size.
ExactBackwardProblem alike(const reference::Shape& shape, Random& random, bool both_signs) {
  ExactBackwardProblem problem(shape, random);
  const auto fill = [&](std::vector<float>& rows, float low) {
    for (std::size_t e = 0; e < rows.size(); ++e) {
      const auto width = static_cast<std::size_t>(shape.d);
      rows[e] = e % width == 0 ? random.uniform(low, 1.0F) : rows[e - 1];
    }
  };
  fill(problem.q, 0.3F);
  fill(problem.k, both_signs ? -1.0F : 0.9F);
  for (float& value : problem.v) {
    value = value > 0.0F ? 1.0F : -1.0F;
  }
  problem.scale = static_cast<double>(random.uniform(0.5F, 6.0F)) / static_cast<double>(shape.d);
  return problem;
}

std::vector<float> one_query(const AttentionProblem& problem) {
  return testing::run_attention(
      problem, 0, exact_query_workspace(problem.shape.n_k, problem.shape.d), exact_query);
}

std::vector<float> weights(const AttentionProblem& problem) {
  const auto [n_q, n_k, d, d_v] = problem.shape;
  std::vector<float> out(AttentionProblem::size(n_q, n_k));
  std::vector<float> workspace(attention_weights_workspace(n_q, n_k, d));
  attention_weights(ConstMatrix(problem.q.data(), n_q, d), ConstMatrix(problem.k.data(), n_k, d),
                    problem.options(), Matrix(out.data(), n_q, n_k), workspace);
  return out;
}

// Rows of a result that hold an entry beyond the bound.
template <typename Twin>
int wrong_rows(const AttentionProblem& problem, const std::vector<float>& rows, Twin&& twin) {
  int wrong = 0;
  for (Index i = 0; i < problem.shape.n_q; ++i) {
    const std::vector<double> expected = twin(i);
    bool holds = true;
    for (std::size_t c = 0; c < expected.size(); ++c) {
      holds = holds && close(rows[static_cast<std::size_t>(i) * expected.size() + c], expected[c],
                             bound(problem, i));
    }
    wrong += holds ? 0 : 1;
  }
  return wrong;
}

TEST_CASE("exact: terms that are alike keep the bound, which grows with their number") {
  Random random(1411);
  for (const Index d : kWidths) {
    for (const Index n_k : {3, 12}) {
      for (int turn = 0; turn < 8; ++turn) {
        for (const Index n_q : {1, 8}) {
          const ExactBackwardProblem problem = alike({n_q, n_k, d, 2}, random, turn % 2 == 0);
          INFO(problem.describe());
          const auto row = [&](Index i) {
            return reference::exact_row(problem.q.data(), problem.k.data(), problem.v.data(),
                                        problem.options(), problem.shape, i);
          };
          CHECK(wrong_rows(problem, testing::run(static_cast<const AttentionProblem&>(problem)),
                           row) == 0);
          CHECK((n_q > 1 || wrong_rows(problem, one_query(problem), row) == 0));
          CHECK(wrong_rows(problem, weights(problem), [&](Index i) {
                  return reference::weights_row(problem.q.data(), problem.k.data(),
                                                problem.options(), problem.shape, i);
                }) == 0);
        }
      }
    }
  }
}

TEST_CASE("sparse: terms that are alike keep the bound, which grows with their number") {
  Random random(1414);
  for (const Index d : kWidths) {
    for (int turn = 0; turn < 8; ++turn) {
      const AttentionProblem problem = alike({12, 12, d, 2}, random, turn % 2 == 0);
      INFO(problem.describe());
      const SparseOptions options{.pattern = {.kind = PatternKind::kLocal, .window = {3, 2}},
                                  .scale = problem.scale};
      AttentionProblem windowed = problem;
      windowed.window = options.pattern.window;
      const std::vector<float> out = testing::run_attention(
          problem, 0, sparse_workspace(12, 12, d, 2),
          [&](const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v, const Options&,
              Matrix rows,
              std::span<float> workspace) { sparse(q, k, v, options, rows, workspace); });
      CHECK(wrong_rows(windowed, out, [&](Index i) {
              return reference::exact_row(problem.q.data(), problem.k.data(), problem.v.data(),
                                          windowed.options(), problem.shape, i);
            }) == 0);
    }
  }
}

TEST_CASE("exact_backward: terms that are alike keep the bound, which grows with their number") {
  Random random(1412);
  for (const Index d : kWidths) {
    for (int turn = 0; turn < 4; ++turn) {
      const ExactBackwardProblem problem = alike({8, 12, d, 2}, random, turn % 2 == 0);
      INFO(problem.describe());
      // compare_gradient takes 4e-7 times magnitudes that count 2 + this.
      std::vector<double> magnitudes(static_cast<std::size_t>(problem.shape.n_q));
      for (std::size_t i = 0; i < magnitudes.size(); ++i) {
        magnitudes[i] = bound(problem, static_cast<Index>(i)) / 4e-7 - 2.0;
      }
      const ExactGradients actual = testing::run(problem);
      const reference::ExactGradients expected = reference::exact_backward(
          problem.q.data(), problem.k.data(), problem.v.data(), problem.d_output.data(),
          problem.options(), problem.shape, magnitudes);
      testing::compare_gradient("dq", actual.dq, expected.dq);
      testing::compare_gradient("dk", actual.dk, expected.dk);
      testing::compare_gradient("dv", actual.dv, expected.dv);
    }
  }
}

TEST_CASE("exact: terms of both signs keep 4e-7 (2 + l), however many they are") {
  Random random(1413);
  for (const Index d : kWidths) {
    for (const Index n_k : {3, 100}) {
      testing::check(AttentionProblem({20, n_k, d, 7}, random));
      const AttentionProblem problem({1, n_k, d, 7}, random);
      CHECK(problem.wrong_entries(one_query(problem)) == 0);
    }
    testing::check(ExactBackwardProblem({20, 40, d, 7}, random));
  }
}

}  // namespace
}  // namespace attnlab::attention
