#include "attention/feature_attention_backward.h"

#include <cmath>
#include <functional>
#include <vector>

#include "attention/reference/feature_attention.h"
#include "random/draws.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::Matrix;
using reference::FeatureProblem;
using reference::PerformerSettings;
using testing::Fenced;
using testing::kInfinity;
using testing::kNan;
using testing::Random;
using testing::size_of;

struct Gradients {
  std::vector<float> dq;
  std::vector<float> dk;
  std::vector<float> dv;
};

Gradients run(const FeatureProblem& problem, const std::vector<float>& d_output,
              const FeatureMap& map) {
  const auto& [n_q, n_k, d, d_v, q, k, v, mask, causal] = problem;
  Fenced dq(size_of(n_q, d), 1);
  Fenced dk(size_of(n_k, d), 2);
  Fenced dv(size_of(n_k, d_v), 3);
  std::vector<double> workspace(feature_attention_backward_workspace(map, n_q, d, d_v), kNan);
  feature_attention_backward(
      ConstMatrix(q.data(), n_q, d), ConstMatrix(k.data(), n_k, d), ConstMatrix(v.data(), n_k, d_v),
      ConstMatrix(d_output.data(), n_q, d_v),
      {.map = map, .causal = causal, .mask = mask.empty() ? nullptr : mask.data()},
      {Matrix(dq.data(), n_q, d), Matrix(dk.data(), n_k, d), Matrix(dv.data(), n_k, d_v)},
      workspace);
  CHECK((dq.intact() && dk.intact() && dv.intact()));
  return {{dq.values().begin(), dq.values().end()},
          {dk.values().begin(), dk.values().end()},
          {dv.values().begin(), dv.values().end()}};
}

FeatureProblem make(Random& random, Index n_q, Index n_k, Index d, Index d_v, bool causal,
                    float spread = 1.0F) {
  FeatureProblem problem{.n_q = n_q,
                         .n_k = n_k,
                         .d = d,
                         .d_v = d_v,
                         .q = random.values(size_of(n_q, d), -spread, spread),
                         .k = random.values(size_of(n_k, d), -spread, spread),
                         .v = random.values(size_of(n_k, d_v), -2.0F, 2.0F),
                         .mask = {},
                         .causal = causal};
  problem.mask.resize(static_cast<std::size_t>(n_k));
  for (std::uint8_t& visible : problem.mask) {
    visible = random.chance(0.2) ? std::uint8_t{0} : std::uint8_t{1};
  }
  return problem;
}

using RowFunction = std::function<reference::Row(const FeatureProblem&, Index)>;

// Every gradient against central differences of the twin. The step is a power of two so that it is
// exact in float32.
void check(FeatureProblem problem, const FeatureMap& map, const RowFunction& row,
           double tolerance) {
  constexpr double kStep = 0x1p-18;
  Random random(5);
  const std::vector<float> d_output = random.values(size_of(problem.n_q, problem.d_v));
  const Gradients actual = run(problem, d_output, map);
  const auto loss = [&] {
    double total = 0.0;
    for (Index i = 0; i < problem.n_q; ++i) {
      const reference::Row expected = row(problem, i);
      for (Index c = 0; c < problem.d_v; ++c) {
        total += expected.out[size_of(c, 1)] *
                 static_cast<double>(d_output[size_of(i, problem.d_v) + size_of(c, 1)]);
      }
    }
    return total;
  };
  const auto worst = [&](std::vector<float>& input, const std::vector<float>& gradient) {
    double error = 0.0;
    double largest = 1e-3;
    for (std::size_t e = 0; e < input.size(); e += 1 + input.size() / 40) {
      const float before = input[e];
      const float up = before + static_cast<float>(kStep);
      const float down = before - static_cast<float>(kStep);
      const bool kink = map.map == Map::kElu || (map.map == Map::kRelu && map.draws == 0)
                            ? up * down <= 0.0F
                            : false;
      input[e] = up;
      const double high = loss();
      input[e] = down;
      const double low = loss();
      input[e] = before;
      const double numeric = (high - low) / (static_cast<double>(up) - static_cast<double>(down));
      largest = std::fmax(largest, std::abs(numeric));
      const double difference = std::abs(numeric - static_cast<double>(gradient[e]));
      error = kink ? error : !(difference <= error) ? difference : error;
    }
    return error / largest;
  };
  CHECK(worst(problem.q, actual.dq) < tolerance);
  CHECK(worst(problem.k, actual.dk) < tolerance);
  CHECK(worst(problem.v, actual.dv) < tolerance);
  for (Index j = 0; j < problem.n_k; ++j) {
    for (Index c = 0; problem.mask[static_cast<std::size_t>(j)] == 0 && c < problem.d; ++c) {
      CHECK(actual.dk[size_of(j, problem.d) + size_of(c, 1)] == 0.0F);
    }
  }
}

TEST_CASE("feature_attention_backward: linear maps against differences of the twin") {
  Random random(101);
  for (const LinearMap kind : {LinearMap::kElu, LinearMap::kRelu, LinearMap::kExp,
                               LinearMap::kSoftmax, LinearMap::kCosine}) {
    for (const bool causal : {false, true}) {
      INFO(static_cast<int>(kind) << " causal " << causal);
      const RowFunction row = [&](const FeatureProblem& problem, Index i) {
        return reference::linear_row(problem, kind, i);
      };
      check(make(random, 9, causal ? 9 : 13, 5, 3, causal), linear_map(kind), row, 1e-4);
      check(make(random, 17, 17, 4, 6, causal, 2.0F), linear_map(kind), row, 1e-4);
    }
  }
}

TEST_CASE("feature_attention_backward: performer against differences of the twin") {
  Random random(102);
  for (const Estimator estimator : {Estimator::kPositive, Estimator::kHyperbolic,
                                    Estimator::kTrigonometric, Estimator::kRelu}) {
    for (const bool causal : {false, true}) {
      PerformerSettings options{.estimator = estimator,
                                .projection = std::vector<float>(28),
                                .draws = 7,
                                .scale = 0.5,
                                .eps = 0.0};
      random::fill_normal(random::Draws(2), 0, 28, options.projection.data());
      const FeatureMap map = performer_map(estimator, options.projection.data(), 7, 0.5, 0.0);
      const RowFunction row = [&](const FeatureProblem& problem, Index i) {
        return reference::performer_row(problem, options, i);
      };
      INFO(static_cast<int>(estimator) << " causal " << causal);
      // max(omega.x, 0) has kinks that a difference may straddle.
      const double tolerance = estimator == Estimator::kRelu ? 1e-3 : 1e-4;
      check(make(random, 9, causal ? 9 : 13, 4, 3, causal, 0.5F), map, row, tolerance);
      check(make(random, 21, 21, 4, 3, causal, 0.5F), map, row, tolerance);
    }
  }
}

TEST_CASE("feature_attention_backward: constant values have no gradient with respect to q and k") {
  Random random(103);
  for (const bool causal : {false, true}) {
    FeatureProblem problem = make(random, 40, 40, 6, 3, causal, 3.0F);
    problem.v.assign(problem.v.size(), 2.0F);
    const std::vector<float> d_output = random.values(size_of(40, 3));
    for (const LinearMap kind : {LinearMap::kElu, LinearMap::kExp, LinearMap::kSoftmax}) {
      const Gradients actual = run(problem, d_output, linear_map(kind));
      for (const std::vector<float>* gradient : {&actual.dq, &actual.dk}) {
        for (const float entry : *gradient) {
          CHECK(std::abs(entry) < 1e-6F);
        }
      }
    }
  }
}

TEST_CASE("feature_attention_backward: hidden keys contribute nothing, whatever they hold") {
  Random random(104);
  for (const bool causal : {false, true}) {
    const FeatureProblem problem = make(random, 30, 30, 6, 3, causal);
    FeatureProblem spoiled = problem;
    const std::vector<float> d_output = random.values(size_of(30, 3));
    for (Index j = 0; j < 30; ++j) {
      if (problem.mask[static_cast<std::size_t>(j)] == 0) {
        spoiled.k[size_of(j, 6)] = kNan;
        spoiled.v[size_of(j, 3)] = kInfinity;
      }
    }
    for (const LinearMap kind : {LinearMap::kElu, LinearMap::kSoftmax, LinearMap::kCosine}) {
      const Gradients clean = run(problem, d_output, linear_map(kind));
      const Gradients actual = run(spoiled, d_output, linear_map(kind));
      CHECK(clean.dq == actual.dq);
      CHECK(clean.dk == actual.dk);
      CHECK(clean.dv == actual.dv);
    }
    // A NaN in a later key of a causal problem does not reach earlier queries.
    if (causal) {
      FeatureProblem late = problem;
      late.mask.assign(30, 1);
      const Gradients clean = run(late, d_output, linear_map(LinearMap::kExp));
      late.k[size_of(20, 6)] = kNan;
      const Gradients actual = run(late, d_output, linear_map(LinearMap::kExp));
      for (std::size_t e = 0; e < size_of(20, 6); ++e) {
        CHECK(actual.dq[e] == clean.dq[e]);
      }
    }
  }
}

TEST_CASE("feature_attention_backward: long vectors and every size of nothing") {
  Random random(105);
  for (const bool causal : {false, true}) {
    for (const Index n : {0, 1, 50}) {
      for (const Index d_v : {0, 4}) {
        const FeatureProblem problem = make(random, n, n, 5, d_v, causal, 200.0F);
        for (const LinearMap kind : {LinearMap::kExp, LinearMap::kSoftmax}) {
          const Gradients actual = run(problem, random.values(size_of(n, d_v)), linear_map(kind));
          for (const std::vector<float>* gradient : {&actual.dq, &actual.dk, &actual.dv}) {
            for (const float entry : *gradient) {
              CHECK(std::isfinite(entry));
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace attnlab::attention
