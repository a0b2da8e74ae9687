// Kernels of attention as the tests call them: on views of a problem at some misalignment, with
// fences around what they write.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "linalg/matrix.h"
#include "support/attention_problem.h"
#include "support/buffers.h"
#include "support/catch.h"

namespace attnlab::testing {

// The output of kernel(q, k, v, options, out, workspace), where the workspace has so many floats.
template <typename Kernel>
std::vector<float> run_attention(const AttentionProblem& problem, std::size_t offset,
                                 std::size_t floats, Kernel&& kernel) {
  const auto [n_q, n_k, d, d_v] = problem.shape;
  const Input q(problem.q, offset);
  const Input k(problem.k, (offset + 1) % 4);
  const Input v(problem.v, (offset + 2) % 4);
  Fenced out(AttentionProblem::size(n_q, d_v), offset);
  Fenced workspace(floats, offset);
  std::forward<Kernel>(kernel)(linalg::ConstMatrix(q.data(), n_q, d),
                               linalg::ConstMatrix(k.data(), n_k, d),
                               linalg::ConstMatrix(v.data(), n_k, d_v), problem.options(),
                               linalg::Matrix(out.data(), n_q, d_v), workspace.values());
  CHECK(out.intact());
  CHECK(workspace.intact());
  return {out.values().begin(), out.values().end()};
}

}  // namespace attnlab::testing
