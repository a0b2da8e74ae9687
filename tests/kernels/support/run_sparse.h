// The kernels of sparse attention as the tests call them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "attention/reference/sparse.h"
#include "attention/sparse.h"
#include "attention/sparse_backward.h"
#include "linalg/matrix.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/sparse_problem.h"

namespace attnlab::testing {

// What the definition keeps. Random blocks have no formula: they are taken from what the groups
// keep outside the window, and held to the rules of the draw.
inline std::vector<std::uint8_t> kept_by_definition(const SparseProblem& problem,
                                                    const std::vector<std::uint8_t>& kept) {
  const attention::reference::Shape& shape = problem.shape;
  const attention::SparsePattern& pattern = problem.pattern;
  std::vector<std::uint8_t> result(size_of(shape.n_q, shape.n_k));
  const Index blocks = (shape.n_k + pattern.block_size - 1) / pattern.block_size;
  for (Index i = 0; i < shape.n_q; ++i) {
    const Index position = i + shape.n_k - shape.n_q;
    std::set<Index> random;
    const bool global = position >= 0 && position < pattern.global_tokens;
    if (pattern.kind == attention::PatternKind::kBigBird && !global) {
      const Index block = attention::reference::block_of(position, pattern.block_size);
      Index candidates = 0;
      Index hidden_by_globals = 0;
      for (Index b = 0; b < blocks; ++b) {
        const bool near =
            (pattern.window.left == attention::kUnlimited || b >= block - pattern.window.left) &&
            (pattern.window.right == attention::kUnlimited || b <= block + pattern.window.right);
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
          attention::reference::keeps(pattern, random, position, j) ? std::uint8_t{1}
                                                                    : std::uint8_t{0};
    }
  }
  return result;
}

inline void apply_mask(const SparseProblem& problem, std::vector<std::uint8_t>& kept) {
  for (std::size_t e = 0; !problem.mask.empty() && e < kept.size(); ++e) {
    kept[e] = problem.mask[e % size_of(problem.shape.n_k, 1)] == 0 ? std::uint8_t{0} : kept[e];
  }
}

// The largest sum of |terms| behind a logit: rounding errors of logits scale with it.
inline double logit_magnitude(const SparseProblem& problem) {
  double largest = 0.0;
  const attention::reference::Shape& shape = problem.shape;
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

struct SparseResults {
  std::vector<float> out;
  std::vector<float> dq;
  std::vector<float> dk;
  std::vector<float> dv;
};

inline SparseResults run(const SparseProblem& problem, std::size_t offset = 0) {
  const auto [n_q, n_k, d, d_v] = problem.shape;
  const Input q(problem.q, offset);
  const Input k(problem.k, (offset + 1) % 4);
  const Input v(problem.v, (offset + 2) % 4);
  const Input d_output(problem.d_output, (offset + 3) % 4);
  const linalg::ConstMatrix q_view(q.data(), n_q, d);
  const linalg::ConstMatrix k_view(k.data(), n_k, d);
  const linalg::ConstMatrix v_view(v.data(), n_k, d_v);
  Fenced out(size_of(n_q, d_v), offset);
  Fenced dq(size_of(n_q, d), offset);
  Fenced dk(size_of(n_k, d), offset);
  Fenced dv(size_of(n_k, d_v), offset);
  Fenced workspace(attention::sparse_workspace(n_q, n_k, d, d_v), offset);
  attention::sparse(q_view, k_view, v_view, problem.options(), linalg::Matrix(out.data(), n_q, d_v),
                    workspace.values());
  CHECK(workspace.intact());
  std::fill(dk.values().begin(), dk.values().end(), 0.0F);
  std::fill(dv.values().begin(), dv.values().end(), 0.0F);
  Fenced scratch(attention::sparse_backward_workspace(n_q, n_k, d, d_v), offset);
  attention::sparse_backward(q_view, k_view, v_view, linalg::ConstMatrix(d_output.data(), n_q, d_v),
                             problem.options(),
                             {linalg::Matrix(dq.data(), n_q, d), linalg::Matrix(dk.data(), n_k, d),
                              linalg::Matrix(dv.data(), n_k, d_v)},
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

// Holds what the kernels keep to the definition, and every result and gradient to the twin.
inline void check(const SparseProblem& problem, std::size_t offset = 0, bool gradients = true) {
  INFO(problem.describe());
  std::vector<std::uint8_t> kept = pattern_of(problem);
  CHECK(kept_by_definition(problem, kept) == kept);
  apply_mask(problem, kept);
  CHECK(pattern_of(problem, true) == kept);
  const attention::reference::Shape& shape = problem.shape;
  const attention::reference::SparseResult expected =
      attention::reference::sparse(problem.q.data(), problem.k.data(), problem.v.data(),
                                   problem.d_output.data(), problem.options(), kept, shape);
  const SparseResults actual = run(problem, offset);
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

}  // namespace attnlab::testing
