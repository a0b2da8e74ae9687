#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "attention/sparse.h"
#include "support/catch.h"
#include "support/random.h"
#include "support/sparse_problem.h"

namespace attnlab::attention {
namespace {

using testing::pattern_of;
using testing::Random;
using testing::random_pattern;
using testing::SparseProblem;

TEST_CASE("sparse: some rows of a larger matrix keep what they keep there") {
  Random random(67);
  for (int turn = 0; turn < 200; ++turn) {
    const Index n_k = 1 + random.below(60);
    const int n_q = 1 + random.below(60);
    const SparseProblem whole({n_q, n_k, 2, 2}, random_pattern(random), random);
    const int first = random.below(n_q);
    const int end = first + 1 + random.below(n_q - first);
    SparseProblem part = whole;
    part.shape.n_q = end - first;
    part.pattern.further_queries = n_q - end;
    INFO(whole.describe() << " rows " << first << " to " << end);
    const std::vector<std::uint8_t> kept = pattern_of(whole);
    const auto row = [&](Index i) { return kept.begin() + static_cast<std::ptrdiff_t>(i * n_k); };
    CHECK(pattern_of(part) == std::vector<std::uint8_t>(row(first), row(end)));
  }
}

TEST_CASE("sparse: seeds and blocks decide the draw, heads and queries do not") {
  Random random(68);
  const SparsePattern pattern{.kind = PatternKind::kBigBird,
                              .window = {1, 1},
                              .block_size = 4,
                              .random_blocks = 3,
                              .seed = 7};
  const SparseProblem self({160, 160, 2, 2}, pattern, random);
  const std::vector<std::uint8_t> all = pattern_of(self);
  CHECK(pattern_of(self) == all);
  // The last queries alone draw what they drew among all.
  const SparseProblem tail({23, 160, 2, 2}, pattern, random);
  const std::vector<std::uint8_t> part = pattern_of(tail);
  CHECK(std::equal(part.begin(), part.end(), all.end() - 23 * 160));
  SparseProblem other = self;
  other.pattern.seed = 8;
  CHECK(pattern_of(other) != all);
  other.pattern.seed = 7 + (std::uint64_t{1} << 40);
  CHECK(pattern_of(other) != all);
  // Every candidate comes up about equally often.
  std::vector<double> drawn(40, 0.0);
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    other.pattern.seed = seed;
    const std::vector<std::uint8_t> kept = pattern_of(other);
    for (std::size_t block = 0; block < 40; ++block) {
      drawn[block] += kept[std::size_t{80} * 160 + block * 4] != 0 ? 1.0 : 0.0;
    }
  }
  for (std::size_t block = 0; block < 40; ++block) {
    const bool near = block >= 19 && block <= 21;
    CHECK((near ? drawn[block] == 400.0 : std::abs(drawn[block] - 400.0 * 3 / 37) < 30.0));
  }
}

}  // namespace
}  // namespace attnlab::attention
