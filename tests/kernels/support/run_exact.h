// The kernel of exact attention as the tests call it.
#pragma once

#include <cstddef>
#include <vector>

#include "attention/exact.h"
#include "support/attention_problem.h"
#include "support/buffers.h"
#include "support/catch.h"

namespace attnlab::testing {

inline std::vector<float> run(const AttentionProblem& problem, std::size_t offset = 0) {
  const auto [n_q, n_k, d, d_v] = problem.shape;
  const Input q(problem.q, offset);
  const Input k(problem.k, (offset + 1) % 4);
  const Input v(problem.v, (offset + 2) % 4);
  Fenced out(AttentionProblem::size(n_q, d_v), offset);
  Fenced workspace(attention::exact_workspace(n_q, n_k, d, d_v), offset);
  attention::exact(linalg::ConstMatrix(q.data(), n_q, d), linalg::ConstMatrix(k.data(), n_k, d),
                   linalg::ConstMatrix(v.data(), n_k, d_v), problem.options(),
                   linalg::Matrix(out.data(), n_q, d_v), workspace.values());
  CHECK(out.intact());
  CHECK(workspace.intact());
  return {out.values().begin(), out.values().end()};
}

// Runs the kernel and holds every entry to the twin.
inline void check(const AttentionProblem& problem, std::size_t offset = 0) {
  INFO(problem.describe() << ", offset " << offset);
  CHECK(problem.wrong_entries(run(problem, offset)) == 0);
}

}  // namespace attnlab::testing
