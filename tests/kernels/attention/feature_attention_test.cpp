#include "attention/feature_attention.h"

#include <cmath>
#include <functional>
#include <string>
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
using testing::close;
using testing::Fenced;
using testing::Input;
using testing::kInfinity;
using testing::kNan;
using testing::Random;
using testing::size_of;

constexpr LinearMap kLinearMaps[] = {LinearMap::kElu, LinearMap::kRelu, LinearMap::kExp,
                                     LinearMap::kSoftmax, LinearMap::kCosine};
constexpr Estimator kEstimators[] = {Estimator::kPositive, Estimator::kHyperbolic,
                                     Estimator::kTrigonometric, Estimator::kRelu,
                                     Estimator::kRegularized};

FeatureProblem make(Random& random, Index n_q, Index n_k, Index d, Index d_v, float spread = 1.0F) {
  return {.n_q = n_q,
          .n_k = n_k,
          .d = d,
          .d_v = d_v,
          .q = random.values(size_of(n_q, d), -spread, spread),
          .k = random.values(size_of(n_k, d), -spread, spread),
          .v = random.values(size_of(n_k, d_v), -2.0F, 2.0F),
          .mask = {}};
}

void hide(FeatureProblem& problem, Random& random, double probability) {
  problem.mask.resize(static_cast<std::size_t>(problem.n_k));
  for (std::uint8_t& visible : problem.mask) {
    visible = random.chance(probability) ? std::uint8_t{0} : std::uint8_t{255};
  }
}

PerformerSettings settings(Estimator estimator, Index draws, Index d, std::uint64_t seed) {
  PerformerSettings result{.estimator = estimator,
                           .projection = std::vector<float>(size_of(draws, d)),
                           .draws = draws,
                           .scale = 1.0 / std::sqrt(static_cast<double>(d))};
  random::fill_normal(random::Draws(seed), 0, size_of(draws, d), result.projection.data());
  return result;
}

FeatureMap map_of(const PerformerSettings& options) {
  return performer_map(options.estimator, options.projection.data(), options.draws, options.scale,
                       options.eps);
}

std::vector<float> run(const FeatureProblem& problem, const FeatureMap& map,
                       std::size_t offset = 0) {
  const Input q(problem.q, offset);
  const Input k(problem.k, (offset + 1) % 4);
  const Input v(problem.v, (offset + 2) % 4);
  Fenced out(size_of(problem.n_q, problem.d_v), offset);
  Fenced workspace(feature_attention_workspace(map, problem.d, problem.d_v), offset);
  feature_attention(ConstMatrix(q.data(), problem.n_q, problem.d),
                    ConstMatrix(k.data(), problem.n_k, problem.d),
                    ConstMatrix(v.data(), problem.n_k, problem.d_v),
                    {.map = map,
                     .causal = problem.causal,
                     .mask = problem.mask.empty() ? nullptr : problem.mask.data()},
                    Matrix(out.data(), problem.n_q, problem.d_v), workspace.values());
  CHECK(out.intact());
  CHECK(workspace.intact());
  return {out.values().begin(), out.values().end()};
}

// The largest distance of any entry from the twin, relative to entries above 1, in units of the
// row's condition: how much larger the terms of its denominator are than their sum. NaN if any
// entry is NaN.
double largest_error(const FeatureProblem& problem, const std::vector<float>& actual,
                     const std::function<reference::Row(Index)>& row) {
  double worst = 0.0;
  for (Index i = 0; i < problem.n_q; ++i) {
    const reference::Row expected = row(i);
    for (Index c = 0; c < problem.d_v; ++c) {
      const auto result = static_cast<double>(actual[size_of(i, problem.d_v) + size_of(c, 1)]);
      const double exact = expected.out[size_of(c, 1)];
      const double error =
          std::abs(result - exact) / (expected.condition * std::fmax(1.0, std::abs(exact)));
      if (std::isnan(error)) {
        return error;
      }
      worst = std::fmax(worst, error);
    }
  }
  return worst;
}

double linear_error(const FeatureProblem& problem, LinearMap kind, std::size_t offset = 0) {
  return largest_error(problem, run(problem, linear_map(kind), offset),
                       [&](Index i) { return reference::linear_row(problem, kind, i); });
}

double performer_error(const FeatureProblem& problem, const PerformerSettings& options,
                       std::size_t offset = 0) {
  return largest_error(problem, run(problem, map_of(options), offset),
                       [&](Index i) { return reference::performer_row(problem, options, i); });
}

TEST_CASE("feature_attention: linear maps at every small size") {
  Random random(81);
  constexpr Index kSizes[] = {0, 1, 3, 7, 15, 16, 17};
  std::size_t turn = 0;
  for (const LinearMap kind : kLinearMaps) {
    for (const Index n_q : kSizes) {
      for (const Index n_k : kSizes) {
        FeatureProblem problem = make(random, n_q, n_k, 5, 6);
        INFO(static_cast<int>(kind) << " " << n_q << " " << n_k);
        CHECK(linear_error(problem, kind, turn++ % 4) < 4e-6);
        if (n_q == n_k) {
          problem.causal = true;
          CHECK(linear_error(problem, kind, turn % 4) < 4e-6);
        }
      }
    }
  }
}

TEST_CASE("feature_attention: linear maps at every width") {
  Random random(82);
  for (const LinearMap kind : kLinearMaps) {
    for (const Index d : {1, 3, 7, 15, 16, 17, 63, 64, 65}) {
      for (const Index d_v : {0, 1, 5, 6, 7, 17, 64}) {
        FeatureProblem problem = make(random, 11, 11, d, d_v);
        INFO(static_cast<int>(kind) << " " << d << " " << d_v);
        CHECK(linear_error(problem, kind, static_cast<std::size_t>(d_v % 4)) < 4e-6);
        problem.causal = true;
        CHECK(linear_error(problem, kind) < 4e-6);
      }
    }
  }
}

TEST_CASE("feature_attention: around the blocks, masked, full and causal") {
  Random random(83);
  for (const Index n : {47, 48, 49, 95, 96, 97, 191, 193, 257}) {
    for (const bool causal : {false, true}) {
      for (const double hidden : {0.0, 0.3, 0.95, 1.0}) {
        FeatureProblem problem = make(random, n, n, 6, 7);
        problem.causal = causal;
        if (hidden > 0.0) {
          hide(problem, random, hidden);
        }
        INFO(n << " causal " << causal << " hidden " << hidden);
        for (const LinearMap kind : kLinearMaps) {
          CHECK(linear_error(problem, kind) < 4e-6);
        }
        for (const Estimator estimator : kEstimators) {
          CHECK(performer_error(problem, settings(estimator, 19, 6, 3)) < 8e-6);
        }
      }
    }
  }
}

TEST_CASE("feature_attention: performer at every number of draws and width") {
  Random random(84);
  for (const Estimator estimator : kEstimators) {
    for (const Index draws : {1, 2, 3, 7, 8, 9, 17, 64}) {
      for (const Index d : {1, 3, 8, 17, 64}) {
        FeatureProblem problem = make(random, 13, 21, d, 9);
        INFO(static_cast<int>(estimator) << " " << draws << " " << d);
        CHECK(performer_error(problem, settings(estimator, draws, d, 5)) < 8e-6);
        problem = make(random, 21, 21, d, 9);
        problem.causal = true;
        CHECK(performer_error(problem, settings(estimator, draws, d, 6)) < 8e-6);
      }
    }
  }
}

TEST_CASE("feature_attention: constant values come out exactly") {
  Random random(85);
  for (const bool causal : {false, true}) {
    FeatureProblem problem = make(random, 150, 150, 8, 3);
    problem.causal = causal;
    problem.v.assign(problem.v.size(), 1.0F);
    for (const Estimator estimator : {Estimator::kPositive, Estimator::kHyperbolic}) {
      for (const float entry : run(problem, map_of(settings(estimator, 24, 8, 1)))) {
        CHECK(entry == 1.0F);
      }
    }
    for (const LinearMap kind : {LinearMap::kElu, LinearMap::kExp, LinearMap::kCosine}) {
      for (const float entry : run(problem, linear_map(kind))) {
        CHECK(entry == 1.0F);
      }
    }
  }
}

TEST_CASE("feature_attention: entries of 200 and more under exp and softmax") {
  Random random(86);
  for (const bool causal : {false, true}) {
    for (const float spread : {50.0F, 200.0F, 300.0F}) {
      FeatureProblem problem = make(random, 60, 60, 5, 4, spread);
      problem.causal = causal;
      INFO(causal << " " << spread);
      CHECK(linear_error(problem, LinearMap::kExp) < 1e-4);
      CHECK(linear_error(problem, LinearMap::kSoftmax) < 1e-4);
    }
  }
}

TEST_CASE("feature_attention: performer with scaled norms up to 2000") {
  Random random(87);
  struct Case {
    Index d;
    Index draws;
    bool equal_norms;
  };
  for (const auto& [d, draws, equal_norms] :
       {Case{16, 64, true}, Case{16, 64, false}, Case{64, 256, true}, Case{64, 256, false}}) {
    for (const bool causal : {false, true}) {
      FeatureProblem problem = make(random, 64, 64, d, 4);
      problem.causal = causal;
      const PerformerSettings options = settings(Estimator::kPositive, draws, d, 9);
      for (std::vector<float>* rows : {&problem.q, &problem.k}) {
        for (Index i = 0; i < 64; ++i) {
          float* row = rows->data() + i * d;
          const double norm = std::sqrt(options.scale * reference::dot(row, row, d));
          const double target =
              std::sqrt(2000.0) * (equal_norms ? 1.0 : 0.1 + 0.9 * static_cast<double>(i) / 63.0);
          for (Index c = 0; c < d; ++c) {
            row[c] *= static_cast<float>(target / norm);
          }
        }
      }
      INFO(d << " " << draws << " equal " << equal_norms << " causal " << causal);
      CHECK(performer_error(problem, options) < 1e-4);
      PerformerSettings hyperbolic = options;
      hyperbolic.estimator = Estimator::kHyperbolic;
      CHECK(performer_error(problem, hyperbolic) < 1e-4);
    }
  }
}

TEST_CASE("feature_attention: eps does what implementations do") {
  Random random(88);
  for (const Estimator estimator : {Estimator::kPositive, Estimator::kRelu}) {
    for (const float spread : {0.5F, 2.0F, 8.0F}) {
      FeatureProblem problem = make(random, 33, 57, 8, 5, spread);
      PerformerSettings options = settings(estimator, 20, 8, 2);
      options.eps = 1e-3;
      CHECK(performer_error(problem, options) < 2e-5);
      hide(problem, random, 0.4);
      CHECK(performer_error(problem, options) < 2e-5);
    }
  }
}

TEST_CASE("feature_attention: hidden keys contribute nothing, whatever they hold") {
  Random random(89);
  for (const bool causal : {false, true}) {
    FeatureProblem problem = make(random, 70, 70, 8, 5);
    problem.causal = causal;
    hide(problem, random, 0.4);
    FeatureProblem spoiled = problem;
    for (Index j = 0; j < 70; ++j) {
      if (problem.mask[static_cast<std::size_t>(j)] == 0) {
        spoiled.k[size_of(j, 8) + 3] = j % 2 == 0 ? kNan : kInfinity;
        spoiled.v[size_of(j, 5) + 1] = j % 2 == 0 ? kInfinity : kNan;
      }
    }
    for (const LinearMap kind : kLinearMaps) {
      CHECK(run(problem, linear_map(kind)) == run(spoiled, linear_map(kind)));
    }
    for (const Estimator estimator : kEstimators) {
      const PerformerSettings options = settings(estimator, 20, 8, 4);
      CHECK(run(problem, map_of(options)) == run(spoiled, map_of(options)));
    }
  }
}

TEST_CASE("feature_attention: what is not finite goes to the rows that see it") {
  Random random(90);
  for (const bool causal : {false, true}) {
    for (const Index bad : {0, 20, 53}) {
      FeatureProblem problem = make(random, 60, 60, 8, 5);
      problem.causal = causal;
      std::vector<FeatureMap> maps;
      for (const LinearMap kind : kLinearMaps) {
        maps.push_back(linear_map(kind));
      }
      std::vector<PerformerSettings> all;
      for (const Estimator estimator : kEstimators) {
        all.push_back(settings(estimator, 20, 8, 4));
      }
      for (const PerformerSettings& options : all) {
        maps.push_back(map_of(options));
      }
      for (const FeatureMap& map : maps) {
        INFO(static_cast<int>(map.map) << " " << map.draws << " causal " << causal << " " << bad);
        const std::vector<float> clean = run(problem, map);
        FeatureProblem in_value = problem;
        in_value.v[size_of(bad, 5) + 2] = kInfinity;
        FeatureProblem in_key = problem;
        in_key.k[size_of(bad, 8) + 2] = kNan;
        FeatureProblem in_query = problem;
        in_query.q[size_of(bad, 8) + 2] = kNan;
        const std::vector<float> value = run(in_value, map);
        const std::vector<float> key = run(in_key, map);
        const std::vector<float> query = run(in_query, map);
        Index wrong = 0;
        for (Index i = 0; i < 60; ++i) {
          const bool sees = !causal || i >= bad;
          for (Index c = 0; c < 5; ++c) {
            const std::size_t e = size_of(i, 5) + size_of(c, 1);
            wrong += sees && c == 2
                         ? (value[e] == kInfinity ? 0 : 1)
                         : (close(value[e], static_cast<double>(clean[e]), 4e-6) ? 0 : 1);
            wrong += sees ? (std::isnan(key[e]) ? 0 : 1)
                          : (close(key[e], static_cast<double>(clean[e]), 1e-5) ? 0 : 1);
            wrong += i == bad ? (std::isnan(query[e]) ? 0 : 1) : (query[e] == clean[e] ? 0 : 1);
          }
        }
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("feature_attention: cosine of opposite and of zero vectors") {
  FeatureProblem problem{.n_q = 2,
                         .n_k = 1,
                         .d = 3,
                         .d_v = 1,
                         .q = {-0.3F, 0.7F, 1.1F, 0.0F, 0.0F, 0.0F},
                         .k = {0.3F, -0.7F, -1.1F},
                         .v = {5.0F},
                         .mask = {}};
  CHECK(run(problem, linear_map(LinearMap::kCosine)) == std::vector<float>{0.0F, 5.0F});
}

}  // namespace
}  // namespace attnlab::attention
