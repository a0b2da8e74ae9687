#include "attention/sparse.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "attention/reference/sparse.h"
#include "attention/sparse_backward.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"
#include "support/sparse_problem.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::Matrix;
using reference::Shape;
using testing::close;
using testing::Fenced;
using testing::Input;
using testing::kInfinity;
using testing::kNan;
using testing::pattern_of;
using testing::Random;
using testing::random_pattern;
using testing::size_of;
using testing::SparseProblem;

// What the definition keeps. Random blocks have no formula: they are taken from what the groups
// keep outside the window, and held to the rules of the draw.
std::vector<std::uint8_t> definition(const SparseProblem& problem,
                                     const std::vector<std::uint8_t>& kept) {
  const Shape& shape = problem.shape;
  const SparsePattern& pattern = problem.pattern;
  std::vector<std::uint8_t> result(size_of(shape.n_q, shape.n_k));
  const Index blocks = (shape.n_k + pattern.block_size - 1) / pattern.block_size;
  std::vector<std::set<Index>> drawn_for(size_of(shape.n_q, 1));
  for (Index i = 0; i < shape.n_q; ++i) {
    const Index position = i + shape.n_k - shape.n_q;
    std::set<Index> random;
    const bool global = position >= 0 && position < pattern.global_tokens;
    if (pattern.kind == PatternKind::kBigBird && !global) {
      const Index block = reference::block_of(position, pattern.block_size);
      Index candidates = 0;
      Index hidden_by_globals = 0;
      for (Index b = 0; b < blocks; ++b) {
        const bool near = (pattern.window.left == kUnlimited || b >= block - pattern.window.left) &&
                          (pattern.window.right == kUnlimited || b <= block + pattern.window.right);
        if (near || (pattern.causal && b > block)) {
          continue;
        }
        ++candidates;
        // The last key of the block tells whether it was drawn, unless it is global.
        const Index last = std::min(shape.n_k, (b + 1) * pattern.block_size) - 1;
        if (last < pattern.global_tokens) {
          ++hidden_by_globals;
        } else if (kept[size_of(i, shape.n_k) + size_of(last, 1)] != 0) {
          random.insert(b);
        }
      }
      const auto drawn = static_cast<Index>(random.size());
      const Index wanted = std::min(candidates, pattern.random_blocks);
      CHECK(drawn <= wanted);
      CHECK(drawn + hidden_by_globals >= wanted);
    }
    for (Index j = 0; j < shape.n_k; ++j) {
      result[size_of(i, shape.n_k) + size_of(j, 1)] =
          reference::keeps(pattern, random, position, j) ? std::uint8_t{1} : std::uint8_t{0};
    }
  }
  return result;
}

void apply_mask(const SparseProblem& problem, std::vector<std::uint8_t>& kept) {
  for (std::size_t e = 0; !problem.mask.empty() && e < kept.size(); ++e) {
    kept[e] = problem.mask[e % size_of(problem.shape.n_k, 1)] == 0 ? std::uint8_t{0} : kept[e];
  }
}

// The largest sum of |terms| behind a logit: rounding errors of logits scale with it.
double logit_magnitude(const SparseProblem& problem) {
  double largest = 0.0;
  const Shape& shape = problem.shape;
  for (Index i = 0; i < shape.n_q; ++i) {
    for (Index j = 0; j < shape.n_k; ++j) {
      double sum = 0.0;
      for (Index c = 0; c < shape.d; ++c) {
        const double term = static_cast<double>(problem.q[size_of(i, shape.d) + size_of(c, 1)]) *
                            static_cast<double>(problem.k[size_of(j, shape.d) + size_of(c, 1)]);
        sum += std::isfinite(term) ? std::abs(term) : 0.0;
      }
      largest = std::max(
          largest,
          sum * std::abs(problem.scale) *
              (problem.times_log_visible ? std::log(static_cast<double>(shape.n_k) + 1.0) : 1.0));
    }
  }
  return largest;
}

struct Results {
  std::vector<float> out;
  std::vector<float> dq;
  std::vector<float> dk;
  std::vector<float> dv;
};

Results run(const SparseProblem& problem, std::size_t offset = 0) {
  const auto [n_q, n_k, d, d_v] = problem.shape;
  const Input q(problem.q, offset);
  const Input k(problem.k, (offset + 1) % 4);
  const Input v(problem.v, (offset + 2) % 4);
  const Input d_output(problem.d_output, (offset + 3) % 4);
  const ConstMatrix q_view(q.data(), n_q, d);
  const ConstMatrix k_view(k.data(), n_k, d);
  const ConstMatrix v_view(v.data(), n_k, d_v);
  Fenced out(size_of(n_q, d_v), offset);
  Fenced dq(size_of(n_q, d), offset);
  Fenced dk(size_of(n_k, d), offset);
  Fenced dv(size_of(n_k, d_v), offset);
  Fenced workspace(sparse_workspace(n_q, n_k, d, d_v), offset);
  sparse(q_view, k_view, v_view, problem.options(), Matrix(out.data(), n_q, d_v),
         workspace.values());
  CHECK(workspace.intact());
  std::fill(dk.values().begin(), dk.values().end(), 0.0F);
  std::fill(dv.values().begin(), dv.values().end(), 0.0F);
  Fenced scratch(sparse_backward_workspace(n_q, n_k, d, d_v), offset);
  sparse_backward(
      q_view, k_view, v_view, ConstMatrix(d_output.data(), n_q, d_v), problem.options(),
      {Matrix(dq.data(), n_q, d), Matrix(dk.data(), n_k, d), Matrix(dv.data(), n_k, d_v)},
      scratch.values());
  CHECK(scratch.intact());
  for (const Fenced* result : {&out, &dq, &dk, &dv}) {
    CHECK(result->intact());
  }
  const auto copy = [](Fenced& from) {
    return std::vector<float>(from.values().begin(), from.values().end());
  };
  return {copy(out), copy(dq), copy(dk), copy(dv)};
}

void check(const SparseProblem& problem, std::size_t offset = 0, bool gradients = true) {
  INFO(problem.describe());
  std::vector<std::uint8_t> kept = pattern_of(problem);
  CHECK(definition(problem, kept) == kept);
  apply_mask(problem, kept);
  CHECK(pattern_of(problem, true) == kept);
  const Shape& shape = problem.shape;
  const reference::SparseResult expected =
      reference::sparse(problem.q.data(), problem.k.data(), problem.v.data(),
                        problem.d_output.data(), problem.options(), kept, shape);
  const Results actual = run(problem, offset);
  const double magnitude = logit_magnitude(problem);
  double largest = 0.0;
  for (const float value : problem.v) {
    largest =
        std::isfinite(value) ? std::max(largest, std::abs(static_cast<double>(value))) : largest;
  }
  int wrong = 0;
  for (std::size_t e = 0; e < actual.out.size(); ++e) {
    wrong += close(actual.out[e], expected.out[e], 4e-7 * (2.0 + magnitude) * largest) ? 0 : 1;
  }
  CHECK(wrong == 0);
  if (!gradients) {
    return;
  }
  const auto wrong_gradients = [&](const std::vector<float>& got, const std::vector<double>& want,
                                   const std::vector<double>& sizes) {
    int count = 0;
    for (std::size_t e = 0; e < got.size(); ++e) {
      count += close(got[e], want[e], 5e-7 * (4.0 + magnitude) * sizes[e]) ? 0 : 1;
    }
    return count;
  };
  CHECK(wrong_gradients(actual.dq, expected.dq, expected.dq_size) == 0);
  CHECK(wrong_gradients(actual.dk, expected.dk, expected.dk_size) == 0);
  CHECK(wrong_gradients(actual.dv, expected.dv, expected.dv_size) == 0);
}

TEST_CASE("sparse: every pattern, small sizes, in any combination of options") {
  Random random(61);
  for (int turn = 0; turn < 600; ++turn) {
    const Index n_k = random.below(turn % 10 == 0 ? 300 : 50);
    const Index n_q = random.chance(0.5) ? n_k : random.below(turn % 10 == 0 ? 300 : 50);
    SparseProblem problem({n_q, n_k, 1 + random.below(12), random.below(15)},
                          random_pattern(random), random);
    if (random.chance(0.4)) {
      problem.hide_keys(random, random.uniform(0.0F, 1.0F));
    }
    problem.times_log_visible = random.chance(0.3);
    check(problem, static_cast<std::size_t>(turn % 4));
  }
}

TEST_CASE("sparse: sizes around groups, blocks and tiles") {
  Random random(62);
  for (const Index n : {63, 64, 65, 95, 96, 97, 127, 128, 129, 193, 257, 401}) {
    for (const PatternKind kind :
         {PatternKind::kLocal, PatternKind::kAtrous, PatternKind::kSparse, PatternKind::kBigBird}) {
      SparsePattern pattern{.kind = kind,
                            .window = {17, 17},
                            .dilation = 3,
                            .block_size = 16,
                            .random_blocks = 2,
                            .seed = 5,
                            .global_tokens = n % 2 == 0 ? 0 : 3,
                            .causal = n % 4 == 0};
      if (kind == PatternKind::kBigBird) {
        pattern.window = {1, 1};
      }
      check(SparseProblem({n, n, 8, 9}, pattern, random));
    }
  }
}

TEST_CASE("sparse: a window without limits is exact attention") {
  Random random(63);
  check(SparseProblem({150, 211, 16, 17}, {}, random));
  check(SparseProblem({211, 150, 16, 17}, {.causal = true}, random));
}

TEST_CASE("sparse: extreme parameters") {
  Random random(64);
  constexpr Index kHuge = std::numeric_limits<Index>::max() / 4;
  check(SparseProblem({40, 40, 4, 3}, {.kind = PatternKind::kAtrous, .dilation = kHuge}, random));
  check(SparseProblem({40, 40, 4, 3}, {.kind = PatternKind::kLocal, .window = {kHuge, 0}}, random));
  check(SparseProblem({40, 40, 4, 3},
                      {.kind = PatternKind::kBigBird,
                       .window = {0, 0},
                       .block_size = kHuge,
                       .random_blocks = kHuge,
                       .global_tokens = kHuge},
                      random));
  check(SparseProblem(
      {40, 40, 4, 3},
      {.kind = PatternKind::kBigBird, .window = {0, 0}, .block_size = 3, .random_blocks = kHuge},
      random));
}

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
    const Results expected = run(clean);
    const Results actual = run(spoiled);
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
  const Results clean = run(problem);
  problem.d_output[30 * 3 + 1] = kNan;
  const Results spoiled = run(problem);
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
  const Results actual = run(problem);
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
    const Results results = run(problem);
    for (const std::vector<float>* gradient : {&results.dq, &results.dk, &results.dv}) {
      CHECK(std::all_of(gradient->begin(), gradient->end(),
                        [](float value) { return std::isfinite(value); }));
    }
  }
}

TEST_CASE("sparse: scratch grows with the rows, not with what is kept") {
  const std::size_t small = sparse_workspace(1024, 1024, 64, 64);
  const std::size_t large = sparse_workspace(65536, 65536, 64, 64);
  CHECK(small * sizeof(float) < 1024 * 1024);
  CHECK(large - small <= std::size_t{5} * (65536 - 1024));
}

}  // namespace
}  // namespace attnlab::attention
