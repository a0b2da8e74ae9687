// Problems of sparse attention for tests, and what their patterns keep.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "attention/reference/sparse.h"
#include "attention/sparse.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/random.h"

namespace attnlab::testing {

using attention::Index;

struct SparseProblem {
  attention::reference::Shape shape;
  attention::SparsePattern pattern;
  std::vector<float> q;
  std::vector<float> k;
  std::vector<float> v;
  std::vector<float> d_output;
  std::vector<std::uint8_t> mask;
  double scale = 0.5;
  bool times_log_visible = false;

  SparseProblem(const attention::reference::Shape& sizes, const attention::SparsePattern& kept,
                Random& random)
      : shape(sizes),
        pattern(kept),
        q(random.values(size_of(sizes.n_q, sizes.d), -1.5F, 1.5F)),
        k(random.values(size_of(sizes.n_k, sizes.d), -1.5F, 1.5F)),
        v(random.values(size_of(sizes.n_k, sizes.d_v), -2.0F, 2.0F)),
        d_output(random.values(size_of(sizes.n_q, sizes.d_v), -2.0F, 2.0F)) {}

  void hide_keys(Random& random, double probability) {
    mask.resize(static_cast<std::size_t>(shape.n_k));
    for (std::uint8_t& visible : mask) {
      visible = random.chance(probability) ? std::uint8_t{0} : std::uint8_t{1};
    }
  }

  attention::SparseOptions options() const {
    return {.pattern = pattern,
            .scale = scale,
            .times_log_visible = times_log_visible,
            .mask = mask.empty() ? nullptr : mask.data()};
  }

  std::string describe() const {
    return "pattern " + std::to_string(static_cast<int>(pattern.kind)) + " window " +
           std::to_string(pattern.window.left) + " " + std::to_string(pattern.window.right) +
           " dilation " + std::to_string(pattern.dilation) + " block " +
           std::to_string(pattern.block_size) + " random " + std::to_string(pattern.random_blocks) +
           " global " + std::to_string(pattern.global_tokens) + (pattern.causal ? " causal" : "") +
           " n_q " + std::to_string(shape.n_q) + " n_k " + std::to_string(shape.n_k) + " d " +
           std::to_string(shape.d) + " d_v " + std::to_string(shape.d_v) + " mask " +
           std::to_string(mask.size());
  }
};

// What the groups keep, without the mask; every entry must be counted at most once.
inline std::vector<std::uint8_t> pattern_of(const SparseProblem& problem, bool masked = false) {
  const attention::reference::Shape& shape = problem.shape;
  Fenced out(size_of(shape.n_q, shape.n_k));
  Fenced workspace(size_of(attention::SparsePlan::scratch(shape.n_k), 1));
  const Index kept = attention::sparse_pattern(
      problem.pattern, masked ? problem.options().mask : nullptr,
      linalg::Matrix(out.data(), shape.n_q, shape.n_k), workspace.values());
  CHECK(out.intact());
  CHECK(workspace.intact());
  std::vector<std::uint8_t> result;
  Index ones = 0;
  int wrong = 0;
  for (const float entry : out.values()) {
    wrong += entry == 0.0F || entry == 1.0F ? 0 : 1;
    ones += entry == 1.0F ? 1 : 0;
    result.push_back(entry == 1.0F ? std::uint8_t{1} : std::uint8_t{0});
  }
  CHECK(wrong == 0);
  CHECK(ones == kept);
  return result;
}

inline attention::SparsePattern random_pattern(Random& random) {
  const auto kind = static_cast<attention::PatternKind>(random.below(4));
  const bool blocks = kind == attention::PatternKind::kBigBird;
  return {.kind = kind,
          .window = {.left = random.below(blocks ? 3 : 12), .right = random.below(blocks ? 3 : 12)},
          .dilation = 1 + random.below(random.chance(0.2) ? 60 : 7),
          .block_size = 1 + random.below(random.chance(0.3) ? 70 : 9),
          .random_blocks = random.below(4),
          .seed = random.bits(),
          .global_tokens = random.chance(0.5) ? random.below(9) : 0,
          .causal = random.chance(0.4)};
}

}  // namespace attnlab::testing
