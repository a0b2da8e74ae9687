// The kernel of exact attention as the tests call it.
#pragma once

#include <cstddef>
#include <vector>

#include "attention/exact.h"
#include "support/attention_problem.h"
#include "support/catch.h"
#include "support/run_attention.h"

namespace attnlab::testing {

inline std::vector<float> run(const AttentionProblem& problem, std::size_t offset = 0) {
  const auto [n_q, n_k, d, d_v] = problem.shape;
  return run_attention(problem, offset, attention::exact_workspace(n_q, n_k, d, d_v),
                       attention::exact);
}

// Runs the kernel and holds every entry to the twin.
inline void check(const AttentionProblem& problem, std::size_t offset = 0) {
  INFO(problem.describe() << ", offset " << offset);
  CHECK(problem.wrong_entries(run(problem, offset)) == 0);
}

}  // namespace attnlab::testing
