#include "attention/nystrom.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "attention/reference/nystrom.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/nystrom_problem.h"
#include "support/random.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::InverseKind;
using reference::Dense;
using testing::close;
using testing::dense;
using testing::Fenced;
using testing::kInfinity;
using testing::kInverseKinds;
using testing::kNan;
using testing::NystromGradients;
using testing::NystromProblem;
using testing::Random;
using testing::size_of;

Dense expected_out(const NystromProblem& problem) {
  return reference::nystromformer(dense(problem.q, problem.n_q, problem.d),
                                  dense(problem.k, problem.n_k, problem.d),
                                  dense(problem.v, problem.n_k, problem.d_v), problem.options(),
                                  {problem.taps.begin(), problem.taps.end()});
}

void check(const NystromProblem& problem) {
  INFO(problem.describe());
  const std::vector<float> actual = run(problem);
  const Dense expected = expected_out(problem);
  double taps = 0.0;
  for (const float weight : problem.taps) {
    taps += std::abs(static_cast<double>(weight));
  }
  const double tolerance =
      4e-7 * ((4.0 + logit_magnitude(problem)) * (1.0 + magnification(problem)) + taps) * 2.0;
  double worst = 0.0;
  for (std::size_t e = 0; e < actual.size(); ++e) {
    worst = std::fmax(worst, std::abs(static_cast<double>(actual[e]) - expected.data()[e]));
    if (std::isnan(actual[e])) {
      worst = 1e300;
    }
  }
  CHECK(worst <= tolerance);
}

TEST_CASE("nystromformer: golden values of the article's factors") {
  Random random(82);
  NystromProblem problem({4, 4, 2, 1}, 2, random);
  problem.q = {1, 0, 0, 1, 1, 1, -1, 1};
  problem.k = {0, 1, 1, 0, 1, -1, 2, 0};
  problem.v = {1, 2, 3, 4};
  const auto matches = [&](std::array<double, 4> expected) {
    const std::vector<float> actual = run(problem);
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(std::abs(static_cast<double>(actual[i]) - expected[i]) < 4e-6);
    }
  };
  problem.given.inverse.kind = InverseKind::kExact;
  matches({3.4337822556, 1.9311067092, 2.6824444824, 1.4441990544});
  problem.given.inverse = {.iterations = 1};
  matches({2.1049196496, 2.3364270472, 2.2206733484, 2.4114417264});
  problem.given.inverse = {.iterations = 6};
  matches({3.4337822556, 1.9311067092, 2.6824444824, 1.4441990544});
  problem.given.inverse.kind = InverseKind::kNone;
  matches({2.1331725579, 2.4803786337, 2.3067755958, 2.5928828244});
  problem.given.landmarks = 4;
  matches({3.1931757359, 1.9311067092, 2.9446108457, 1.3111731264});
}

TEST_CASE("nystromformer: every inverse, sizes that do and do not divide") {
  Random random(83);
  for (const auto& [n_q, n_k, landmarks] : {std::array<Index, 3>{64, 64, 8},
                                            {65, 65, 8},
                                            {17, 63, 7},
                                            {129, 31, 16},
                                            {40, 40, 1},
                                            {300, 201, 13},
                                            {97, 97, 33},
                                            {9, 9, 2}}) {
    for (const InverseKind kind : kInverseKinds) {
      for (const SegmentKind segments : {SegmentKind::kAdaptive, SegmentKind::kPad}) {
        for (const bool hidden : {false, true}) {
          NystromProblem problem({n_q, n_k, 5, 7}, landmarks, random);
          problem.given.segments = segments;
          problem.given.inverse.kind = kind;
          if (hidden) {
            problem.hide_keys(random, random.chance(0.5) ? 0.2 : 0.85);
          }
          check(problem);
        }
      }
    }
  }
}

TEST_CASE("nystromformer: few rows are exact attention, none are zeros") {
  Random random(84);
  for (const auto& [n_q, n_k] : {std::array<Index, 2>{8, 40}, {40, 8}, {0, 9}, {9, 0}, {3, 3}}) {
    NystromProblem problem({n_q, n_k, 5, 6}, 8, random);
    check(problem);
    problem.given.inverse.kind = InverseKind::kNone;
    problem.hide_keys(random, 0.3);
    check(problem);
  }
  check(NystromProblem({30, 30, 4, 0}, 8, random));
}

TEST_CASE("nystromformer: the convolution, also over hidden keys and a long kernel") {
  Random random(85);
  for (const Index length : {1, 3, 33, 101}) {
    for (const Index landmarks : {5, 50}) {
      for (const Index d_v : {3, 16, 37}) {
        NystromProblem problem({40, 40, 4, d_v}, landmarks, random);
        problem.taps = random.values(size_of(length, 1));
        check(problem);
        problem.hide_keys(random, 0.4);
        check(problem);
      }
    }
  }
}

TEST_CASE("nystromformer: hidden keys count nowhere, whatever they hold") {
  Random random(86);
  for (const Index landmarks : {6, 50}) {
    NystromProblem clean({50, 50, 4, 5}, landmarks, random);
    clean.taps = random.values(5);
    clean.hide_keys(random, 0.6);
    NystromProblem spoiled = clean;
    for (std::size_t j = 0; j < 50; ++j) {
      if (clean.mask[j] == 0) {
        std::fill_n(spoiled.k.begin() + static_cast<std::ptrdiff_t>(j) * 4, 4, kNan);
        std::fill_n(spoiled.v.begin() + static_cast<std::ptrdiff_t>(j) * 5, 5, kInfinity);
      }
    }
    CHECK(run(spoiled) == run(clean));
    const NystromGradients expected = run_backward(clean);
    const NystromGradients actual = run_backward(spoiled);
    CHECK(actual.dq == expected.dq);
    CHECK(actual.dk == expected.dk);
    CHECK(actual.dv == expected.dv);
    CHECK(actual.d_taps == expected.d_taps);
    for (std::size_t j = 0; j < 50; ++j) {
      if (clean.mask[j] == 0) {
        CHECK(std::all_of(actual.dk.begin() + static_cast<std::ptrdiff_t>(j) * 4,
                          actual.dk.begin() + static_cast<std::ptrdiff_t>(j + 1) * 4,
                          [](float entry) { return entry == 0.0F; }));
      }
    }
    clean.mask.assign(50, 0);
    for (const float value : run(clean)) {
      CHECK(value == 0.0F);
    }
    for (const float value : run_backward(clean).dq) {
      CHECK(value == 0.0F);
    }
  }
}

TEST_CASE("nystromformer: exact where queries are constant on segments, or keys are") {
  Random random(87);
  for (const bool queries : {true, false}) {
    // 50 rows in 8 segments: lengths 6 and 7, so that the log of the counts matters for keys.
    NystromProblem problem({50, 50, 4, 5}, 8, random);
    problem.given.inverse.kind = InverseKind::kExact;
    std::vector<float>& rows = queries ? problem.q : problem.k;
    for (Index segment = 0; segment < 8; ++segment) {
      const Index begin = segment_begin(SegmentKind::kAdaptive, 50, 8, segment);
      const Index end = segment_begin(SegmentKind::kAdaptive, 50, 8, segment + 1);
      for (std::size_t e = size_of(begin + 1, 4); e < size_of(end, 4); ++e) {
        rows[e] = rows[e - 4];
      }
    }
    NystromProblem dense_problem = problem;
    dense_problem.given.landmarks = 50;
    const std::vector<float> actual = run(problem);
    const std::vector<float> expected = run(dense_problem);
    const double tolerance =
        4e-7 * (4.0 + logit_magnitude(problem)) * (1.0 + magnification(problem)) * 2.0;
    for (std::size_t e = 0; e < actual.size(); ++e) {
      CHECK(close(actual[e], expected[e], tolerance));
    }
  }
}

TEST_CASE("nystrom_factors: product, residual, padding, and never exact attention") {
  Random random(88);
  for (const auto& [n_q, n_k, landmarks] :
       {std::array<Index, 3>{30, 30, 6}, {5, 40, 16}, {40, 5, 16}, {12, 12, 12}, {33, 33, 64}}) {
    for (const bool hidden : {false, true}) {
      NystromProblem problem({n_q, n_k, 4, 3}, landmarks, random);
      if (hidden) {
        problem.hide_keys(random, 0.7);
      }
      const NystromOptions options = problem.options();
      Fenced list(nystrom_rank_workspace(options, n_q, n_k));
      const Index rank = nystrom_rank(options, n_q, n_k, list.values());
      CHECK(list.intact());
      const Index width = rank + 2;
      Fenced f(size_of(n_q, width));
      Fenced v(size_of(width, width));
      Fenced b(size_of(width, n_k));
      Fenced workspace(nystrom_factors_workspace(options, n_q, n_k, 4));
      const NystromReport report = nystrom_factors(
          ConstMatrix(problem.q.data(), n_q, 4), ConstMatrix(problem.k.data(), n_k, 4), options,
          {f.data(), v.data(), b.data(), width}, workspace.values());
      for (const Fenced* each : {&f, &v, &b, &workspace}) {
        CHECK(each->intact());
      }
      const reference::NystromMatrices expected =
          reference::nystrom_matrices(dense(problem.q, n_q, 4), dense(problem.k, n_k, 4), options);
      REQUIRE(expected.a.rows() == rank);
      const Dense& a = expected.a;
      const Dense& inverted = expected.inverted;
      if (rank > 0) {
        CHECK(std::abs(report.residual - (a * inverted * a - a).norm() / a.norm()) < 1e-6);
        CHECK(report.iterations <= 6);
      }
      const double tolerance = 4e-7 * (2.0 + logit_magnitude(problem));
      for (Index i = 0; i < n_q; ++i) {
        for (Index j = 0; j < width; ++j) {
          CHECK(close(f.values()[size_of(i, width) + size_of(j, 1)],
                      j < rank ? expected.f(i, j) : 0.0, tolerance));
        }
      }
      for (Index i = 0; i < width; ++i) {
        for (Index j = 0; j < width; ++j) {
          const bool inside = i < rank && j < rank;
          CHECK(close(v.values()[size_of(i, width) + size_of(j, 1)], inside ? inverted(i, j) : 0.0,
                      1e-4 * (1.0 + (inside ? inverted.cwiseAbs().maxCoeff() : 0.0))));
        }
        for (Index j = 0; j < n_k; ++j) {
          CHECK(close(b.values()[size_of(i, n_k) + size_of(j, 1)],
                      i < rank ? expected.b(i, j) : 0.0, tolerance));
        }
      }
    }
  }
}

TEST_CASE("nystromformer: values of 1 come back, and long sequences keep their error") {
  Random random(90);
  NystromProblem problem({3000, 2500, 8, 2}, 32, random);
  problem.given.inverse.iterations = 20;
  std::fill(problem.v.begin(), problem.v.end(), 1.0F);
  const double tolerance = 1e-6 * (1.0 + magnification(problem)) + 1e-4;
  for (const float value : run(problem)) {
    REQUIRE(close(value, 1.0, tolerance));
  }
}

}  // namespace
}  // namespace attnlab::attention
