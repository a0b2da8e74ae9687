#include "attention/sparse.h"

#include <cstddef>
#include <limits>

#include "support/catch.h"
#include "support/random.h"
#include "support/run_sparse.h"
#include "support/sparse_problem.h"

namespace attnlab::attention {
namespace {

using testing::check;
using testing::Random;
using testing::random_pattern;
using testing::SparseProblem;

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

TEST_CASE("sparse: scratch grows with the rows, not with what is kept") {
  const std::size_t small = sparse_workspace(1024, 1024, 64, 64);
  const std::size_t large = sparse_workspace(65536, 65536, 64, 64);
  CHECK(small * sizeof(float) < 1024 * 1024);
  CHECK(large - small <= std::size_t{5} * (65536 - 1024));
}

}  // namespace
}  // namespace attnlab::attention
