// A row's entropy normalization with everything that is told of it.
#pragma once

#include <cstddef>
#include <vector>

#include "normalization/entropy_normalize.h"
#include "support/buffers.h"
#include "support/catch.h"

namespace attnlab::testing {

struct EntropyRun {
  std::vector<float> out;
  normalization::EntropyResult result;
  // Per round.
  std::vector<double> exponents;
  std::vector<double> steps;
  std::vector<double> entropies;

  explicit EntropyRun(int rounds) { resize(rounds); }

  void resize(int rounds) {
    for (std::vector<double>* told : {&exponents, &steps, &entropies}) {
      told->resize(static_cast<std::size_t>(rounds));
    }
  }

  normalization::EntropyTrace trace() { return {exponents.data(), steps.data(), entropies.data()}; }
};

inline EntropyRun solve(const std::vector<float>& row, normalization::RowInput input, double target,
                        int max_iterations = 100, std::size_t offset = 0) {
  const Input x(row, offset);
  Fenced out(row.size(), offset);
  EntropyRun run(max_iterations);
  run.result =
      normalization::entropy_normalize(x.data(), static_cast<linalg::Index>(row.size()), input,
                                       target, max_iterations, out.data(), run.trace());
  CHECK(out.intact());
  run.out.assign(out.values().begin(), out.values().end());
  run.resize(run.result.iterations);
  return run;
}

}  // namespace attnlab::testing
