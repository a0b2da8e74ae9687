// The gradients of exact attention as the tests call them, and how far they may be off.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "attention/exact_backward.h"
#include "attention/reference/exact.h"
#include "attention/reference/exact_backward.h"
#include "support/attention_problem.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"

namespace attnlab::testing {

struct ExactBackwardProblem : AttentionProblem {
  std::vector<float> d_output;

  ExactBackwardProblem(const attention::reference::Shape& sizes, Random& random,
                       float spread = 1.0F)
      : AttentionProblem(sizes, random, spread),
        d_output(random.values(size(sizes.n_q, sizes.d_v), -1.5F, 1.5F)) {}

  Index bias_size() const { return static_cast<Index>(bias.size()); }

  attention::reference::ExactGradients twin() const {
    std::vector<double> magnitudes;
    magnitudes.reserve(static_cast<std::size_t>(shape.n_q));
    for (Index i = 0; i < shape.n_q; ++i) {
      magnitudes.push_back(logit_magnitude(i));
    }
    return attention::reference::exact_backward(q.data(), k.data(), v.data(), d_output.data(),
                                                options(), shape, magnitudes);
  }
};

struct ExactGradients {
  std::vector<float> dq;
  std::vector<float> dk;
  std::vector<float> dv;
  std::vector<float> dbias;
};

struct WantedGradients {
  bool dq = true;
  bool dk = true;
  bool dv = true;
};

// start: what dk, dv and dbias hold before the call, which adds to them.
inline ExactGradients run(const ExactBackwardProblem& problem, std::size_t offset = 0,
                          const WantedGradients& wanted = {}, float start = 0.0F) {
  const auto [n_q, n_k, d, d_v] = problem.shape;
  const Input q(problem.q, offset);
  const Input k(problem.k, (offset + 1) % 4);
  const Input v(problem.v, (offset + 2) % 4);
  const Input d_output(problem.d_output, (offset + 3) % 4);
  Fenced dq(problem.q.size(), offset);
  Fenced dk(problem.k.size(), offset);
  Fenced dv(problem.v.size(), offset);
  Fenced dbias(problem.bias.size(), offset);
  for (Fenced* sum : {&dk, &dv, &dbias}) {
    std::fill(sum->values().begin(), sum->values().end(), start);
  }
  Fenced workspace(attention::exact_backward_workspace(n_q, n_k, d, d_v), offset);
  attention::exact_backward(linalg::ConstMatrix(q.data(), n_q, d),
                            linalg::ConstMatrix(k.data(), n_k, d),
                            linalg::ConstMatrix(v.data(), n_k, d_v),
                            linalg::ConstMatrix(d_output.data(), n_q, d_v), problem.options(),
                            {.dq = wanted.dq ? dq.data() : nullptr,
                             .dk = wanted.dk ? dk.data() : nullptr,
                             .dv = wanted.dv ? dv.data() : nullptr,
                             .dbias = problem.bias.empty() ? nullptr : dbias.data()},
                            workspace.values());
  CHECK((dq.intact() && dk.intact() && dv.intact() && dbias.intact() && workspace.intact()));
  const auto copy = [](Fenced& from) {
    return std::vector<float>(from.values().begin(), from.values().end());
  };
  return {copy(dq), copy(dk), copy(dv), copy(dbias)};
}

inline void compare_gradient(const std::string& name, const std::vector<float>& actual,
                             const attention::reference::Gradient& expected) {
  INFO(name);
  // Error bound of exact_backward.cpp's header: this constant times the magnitudes of the twin.
  constexpr double kErrorFactor = 4e-7;
  // Weights and products below the smallest normal float may be lost.
  constexpr double kUnderflow = 1e-35;
  int wrong = 0;
  for (std::size_t e = 0; e < actual.size(); ++e) {
    // 0 times infinity is no magnitude, where the entry itself is a number of order 1 all the same.
    const double magnitude = std::isnan(expected.magnitudes[e]) ? 10.0 : expected.magnitudes[e];
    const double tolerance = kErrorFactor * magnitude + kUnderflow;
    wrong += close(actual[e], expected.values[e], tolerance) ? 0 : 1;
  }
  CHECK(wrong == 0);
}

// Holds every gradient to the twin.
inline void check(const ExactBackwardProblem& problem, std::size_t offset = 0) {
  INFO(problem.describe() << ", offset " << offset);
  const ExactGradients actual = run(problem, offset);
  const attention::reference::ExactGradients expected = problem.twin();
  compare_gradient("dq", actual.dq, expected.dq);
  compare_gradient("dk", actual.dk, expected.dk);
  compare_gradient("dv", actual.dv, expected.dv);
  compare_gradient("dbias", actual.dbias, expected.dbias);
}

}  // namespace attnlab::testing
