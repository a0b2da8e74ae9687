#include "attention/nystrom.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "attention/exact.h"
#include "attention/reference/nystrom.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::InverseKind;
using linalg::Matrix;
using reference::Dense;
using testing::close;
using testing::Fenced;
using testing::Input;
using testing::kInfinity;
using testing::kNan;
using testing::Random;

std::size_t size(Index rows, Index columns) { return static_cast<std::size_t>(rows * columns); }

Dense dense(const std::vector<float>& values, Index rows, Index columns) {
  Dense result(rows, columns);
  std::copy(values.begin(), values.end(), result.data());
  return result;
}

struct Problem {
  Index n_q;
  Index n_k;
  Index d;
  Index d_v;
  std::vector<float> q;
  std::vector<float> k;
  std::vector<float> v;
  std::vector<float> d_out;
  std::vector<std::uint8_t> mask;
  std::vector<float> taps;
  NystromOptions given = {};

  // Rows that change slowly along the sequence, as real ones do: A is then well conditioned enough.
  Problem(std::array<Index, 4> sizes, Index landmarks, Random& random)
      : n_q(sizes[0]),
        n_k(sizes[1]),
        d(sizes[2]),
        d_v(sizes[3]),
        q(walk(random, n_q, d)),
        k(walk(random, n_k, d)),
        v(random.values(size(n_k, d_v), -2.0F, 2.0F)),
        d_out(random.values(size(n_q, d_v), -2.0F, 2.0F)) {
    given.landmarks = landmarks;
    given.scale = 1.0;
  }

  static std::vector<float> walk(Random& random, Index n, Index d) {
    std::vector<float> result = random.values(size(n, d), -1.0F, 1.0F);
    for (std::size_t e = size(1, d); e < result.size(); ++e) {
      result[e] = 0.8F * result[e - size(1, d)] + 0.8F * result[e];
    }
    return result;
  }

  void hide_keys(Random& random, double probability) {
    mask.resize(size(n_k, 1));
    for (std::uint8_t& visible : mask) {
      visible = random.chance(probability) ? std::uint8_t{0} : std::uint8_t{1};
    }
  }

  NystromOptions options() const {
    NystromOptions result = given;
    result.mask = mask.empty() ? nullptr : mask.data();
    result.convolution = taps.empty() ? nullptr : taps.data();
    result.convolution_length = static_cast<Index>(taps.size());
    return result;
  }

  std::string describe() const {
    return "n_q " + std::to_string(n_q) + " n_k " + std::to_string(n_k) + " d " +
           std::to_string(d) + " d_v " + std::to_string(d_v) + " landmarks " +
           std::to_string(given.landmarks) + " inverse " +
           std::to_string(static_cast<int>(given.inverse.kind)) + " iterations " +
           std::to_string(given.inverse.iterations) + " segments " +
           std::to_string(static_cast<int>(given.segments)) + " mask " +
           std::to_string(mask.size()) + " taps " + std::to_string(taps.size());
  }
};

Dense expected_out(const Problem& problem) {
  return reference::nystromformer(dense(problem.q, problem.n_q, problem.d),
                                  dense(problem.k, problem.n_k, problem.d),
                                  dense(problem.v, problem.n_k, problem.d_v), problem.options(),
                                  {problem.taps.begin(), problem.taps.end()});
}

std::vector<float> run(const Problem& problem) {
  const auto [n_q, n_k, d, d_v] = std::array{problem.n_q, problem.n_k, problem.d, problem.d_v};
  const Input q(problem.q, 1);
  const Input k(problem.k, 2);
  const Input v(problem.v, 3);
  Fenced out(size(n_q, d_v), 1);
  Fenced workspace(nystromformer_workspace(problem.options(), n_q, n_k, d, d_v));
  nystromformer(ConstMatrix(q.data(), n_q, d), ConstMatrix(k.data(), n_k, d),
                ConstMatrix(v.data(), n_k, d_v), problem.options(), Matrix(out.data(), n_q, d_v),
                workspace.values());
  CHECK(out.intact());
  CHECK(workspace.intact());
  return {out.values().begin(), out.values().end()};
}

struct Gradients {
  std::vector<float> dq;
  std::vector<float> dk;
  std::vector<float> dv;
  std::vector<float> d_taps;
};

Gradients run_backward(const Problem& problem) {
  const auto [n_q, n_k, d, d_v] = std::array{problem.n_q, problem.n_k, problem.d, problem.d_v};
  Gradients result{std::vector<float>(size(n_q, d), kNan), std::vector<float>(size(n_k, d)),
                   std::vector<float>(size(n_k, d_v)), std::vector<float>(problem.taps.size())};
  Fenced workspace(nystromformer_backward_workspace(problem.options(), n_q, n_k, d, d_v));
  nystromformer_backward(ConstMatrix(problem.q.data(), n_q, d),
                         ConstMatrix(problem.k.data(), n_k, d),
                         ConstMatrix(problem.v.data(), n_k, d_v),
                         ConstMatrix(problem.d_out.data(), n_q, d_v), problem.options(),
                         {Matrix(result.dq.data(), n_q, d), Matrix(result.dk.data(), n_k, d),
                          Matrix(result.dv.data(), n_k, d_v), result.d_taps.data()},
                         workspace.values());
  CHECK(workspace.intact());
  return result;
}

// The largest row sum of |V|: what rounding errors of F and B are magnified by.
double magnification(const Problem& problem) {
  if (std::min(problem.n_q, problem.n_k) == 0) {
    return 0.0;
  }
  const Dense inverted =
      reference::nystrom_matrices(dense(problem.q, problem.n_q, problem.d),
                                  dense(problem.k, problem.n_k, problem.d), problem.options())
          .inverted;
  return inverted.size() == 0 ? 0.0 : inverted.cwiseAbs().rowwise().sum().maxCoeff();
}

double logit_magnitude(const Problem& problem) {
  const Dense q = dense(problem.q, problem.n_q, problem.d).cwiseAbs();
  const Dense k = dense(problem.k, problem.n_k, problem.d).cwiseAbs();
  return q.size() == 0 || k.size() == 0
             ? 0.0
             : std::abs(problem.given.scale) * (q * k.transpose()).maxCoeff();
}

void check(const Problem& problem) {
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

constexpr InverseKind kKinds[] = {InverseKind::kIterative, InverseKind::kExact, InverseKind::kPinv,
                                  InverseKind::kRidge, InverseKind::kNone};

TEST_CASE("nystromformer: golden values of the article's factors") {
  Random random(82);
  Problem problem({4, 4, 2, 1}, 2, random);
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
    for (const InverseKind kind : kKinds) {
      for (const SegmentKind segments : {SegmentKind::kAdaptive, SegmentKind::kPad}) {
        for (const bool hidden : {false, true}) {
          Problem problem({n_q, n_k, 5, 7}, landmarks, random);
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
    Problem problem({n_q, n_k, 5, 6}, 8, random);
    check(problem);
    problem.given.inverse.kind = InverseKind::kNone;
    problem.hide_keys(random, 0.3);
    check(problem);
  }
  check(Problem({30, 30, 4, 0}, 8, random));
}

TEST_CASE("nystromformer: the convolution, also over hidden keys and a long kernel") {
  Random random(85);
  for (const Index length : {1, 3, 33, 101}) {
    for (const Index landmarks : {5, 50}) {
      for (const Index d_v : {3, 16, 37}) {
        Problem problem({40, 40, 4, d_v}, landmarks, random);
        problem.taps = random.values(size(length, 1));
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
    Problem clean({50, 50, 4, 5}, landmarks, random);
    clean.taps = random.values(5);
    clean.hide_keys(random, 0.6);
    Problem spoiled = clean;
    for (std::size_t j = 0; j < 50; ++j) {
      if (clean.mask[j] == 0) {
        std::fill_n(spoiled.k.begin() + static_cast<std::ptrdiff_t>(j) * 4, 4, kNan);
        std::fill_n(spoiled.v.begin() + static_cast<std::ptrdiff_t>(j) * 5, 5, kInfinity);
      }
    }
    CHECK(run(spoiled) == run(clean));
    const Gradients expected = run_backward(clean);
    const Gradients actual = run_backward(spoiled);
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
    Problem problem({50, 50, 4, 5}, 8, random);
    problem.given.inverse.kind = InverseKind::kExact;
    std::vector<float>& rows = queries ? problem.q : problem.k;
    for (Index segment = 0; segment < 8; ++segment) {
      const Index begin = segment_begin(SegmentKind::kAdaptive, 50, 8, segment);
      const Index end = segment_begin(SegmentKind::kAdaptive, 50, 8, segment + 1);
      for (std::size_t e = size(begin + 1, 4); e < size(end, 4); ++e) {
        rows[e] = rows[e - 4];
      }
    }
    Problem dense_problem = problem;
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
      Problem problem({n_q, n_k, 4, 3}, landmarks, random);
      if (hidden) {
        problem.hide_keys(random, 0.7);
      }
      const NystromOptions options = problem.options();
      Fenced list(nystrom_rank_workspace(options, n_q, n_k));
      const Index rank = nystrom_rank(options, n_q, n_k, list.values());
      CHECK(list.intact());
      const Index width = rank + 2;
      Fenced f(size(n_q, width));
      Fenced v(size(width, width));
      Fenced b(size(width, n_k));
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
          CHECK(close(f.values()[size(i, width) + size(j, 1)], j < rank ? expected.f(i, j) : 0.0,
                      tolerance));
        }
      }
      for (Index i = 0; i < width; ++i) {
        for (Index j = 0; j < width; ++j) {
          const bool inside = i < rank && j < rank;
          CHECK(close(v.values()[size(i, width) + size(j, 1)], inside ? inverted(i, j) : 0.0,
                      1e-4 * (1.0 + (inside ? inverted.cwiseAbs().maxCoeff() : 0.0))));
        }
        for (Index j = 0; j < n_k; ++j) {
          CHECK(close(b.values()[size(i, n_k) + size(j, 1)], i < rank ? expected.b(i, j) : 0.0,
                      tolerance));
        }
      }
    }
  }
}

TEST_CASE("nystromformer_backward: central differences of the twin agree") {
  Random random(89);
  int turn = 0;
  for (const InverseKind kind : kKinds) {
    for (const auto& [n_q, n_k, landmarks] :
         {std::array<Index, 3>{14, 14, 4}, {13, 17, 5}, {19, 12, 3}, {6, 14, 8}}) {
      Problem problem({n_q, n_k, 3, 4}, landmarks, random);
      problem.given.inverse.kind = kind;
      problem.given.segments = turn % 2 == 0 ? SegmentKind::kAdaptive : SegmentKind::kPad;
      if (turn % 3 == 1) {
        problem.hide_keys(random, 0.5);
      }
      if (n_q == n_k) {
        problem.taps = random.values(5);
      }
      ++turn;
      INFO(problem.describe());
      const Gradients actual = run_backward(problem);
      const Dense d_out = dense(problem.d_out, n_q, 4);
      const Dense q = dense(problem.q, n_q, 3);
      const Dense k = dense(problem.k, n_k, 3);
      const Dense v = dense(problem.v, n_k, 4);
      const std::vector<double> taps(problem.taps.begin(), problem.taps.end());
      constexpr double kStep = 1e-6;
      const auto differences = [&](Dense at, auto value) {
        std::vector<double> result;
        for (Index e = 0; e < at.size(); ++e) {
          const double old = at.data()[e];
          at.data()[e] = old + kStep;
          const double up = value(at);
          at.data()[e] = old - kStep;
          const double down = value(at);
          at.data()[e] = old;
          result.push_back((up - down) / (2.0 * kStep));
        }
        return result;
      };
      const auto loss = [&](const Dense& a, const Dense& b, const Dense& c,
                            const std::vector<double>& w) {
        return reference::nystromformer(a, b, c, problem.options(), w).cwiseProduct(d_out).sum();
      };
      const double factor = 1.0 + magnification(problem);
      const auto compare = [&](const auto& got, const std::vector<double>& want) {
        double largest = 1.0;
        for (const double entry : want) {
          largest = std::max(largest, std::abs(entry));
        }
        double worst = 0.0;
        for (std::size_t e = 0; e < got.size(); ++e) {
          worst = std::max(worst, std::abs(static_cast<double>(got[e]) - want[e]));
        }
        CHECK(worst <= 3e-6 * factor * largest);
      };
      compare(actual.dq, differences(q, [&](const Dense& x) { return loss(x, k, v, taps); }));
      compare(actual.dk, differences(k, [&](const Dense& x) { return loss(q, x, v, taps); }));
      compare(actual.dv, differences(v, [&](const Dense& x) { return loss(q, k, x, taps); }));
      if (!taps.empty()) {
        Dense row(1, 5);
        std::copy(taps.begin(), taps.end(), row.data());
        compare(actual.d_taps, differences(row, [&](const Dense& x) {
                  return loss(q, k, v, std::vector<double>(x.data(), x.data() + 5));
                }));
      }
    }
  }
}

TEST_CASE("nystromformer: values of 1 come back, and long sequences keep their error") {
  Random random(90);
  Problem problem({3000, 2500, 8, 2}, 32, random);
  problem.given.inverse.iterations = 20;
  std::fill(problem.v.begin(), problem.v.end(), 1.0F);
  const double tolerance = 1e-6 * (1.0 + magnification(problem)) + 1e-4;
  for (const float value : run(problem)) {
    REQUIRE(close(value, 1.0, tolerance));
  }
}

}  // namespace
}  // namespace attnlab::attention
