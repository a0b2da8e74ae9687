// Problems of Nyström attention for tests, their results, and how far a float kernel may be off.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "attention/nystrom.h"
#include "attention/reference/nystrom.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"

namespace attnlab::testing {

using attention::Index;
using attention::reference::Dense;

inline Dense dense(const std::vector<float>& values, Index rows, Index columns) {
  Dense result(rows, columns);
  std::copy(values.begin(), values.end(), result.data());
  return result;
}

struct NystromProblem {
  Index n_q;
  Index n_k;
  Index d;
  Index d_v;
  std::vector<float> q;
  std::vector<float> k;
  std::vector<float> v;
  std::vector<float> d_output;
  std::vector<std::uint8_t> mask;
  std::vector<float> taps;
  attention::NystromOptions given = {};

  // Rows that change slowly along the sequence, as real ones do: A is then well conditioned enough.
  NystromProblem(std::array<Index, 4> sizes, Index landmarks, Random& random)
      : n_q(sizes[0]),
        n_k(sizes[1]),
        d(sizes[2]),
        d_v(sizes[3]),
        q(walk(random, n_q, d)),
        k(walk(random, n_k, d)),
        v(random.values(size_of(n_k, d_v), -2.0F, 2.0F)),
        d_output(random.values(size_of(n_q, d_v), -2.0F, 2.0F)) {
    given.landmarks = landmarks;
    given.scale = 1.0;
  }

  static std::vector<float> walk(Random& random, Index n, Index d) {
    std::vector<float> result = random.values(size_of(n, d), -1.0F, 1.0F);
    for (std::size_t e = size_of(1, d); e < result.size(); ++e) {
      result[e] = 0.8F * result[e - size_of(1, d)] + 0.8F * result[e];
    }
    return result;
  }

  void hide_keys(Random& random, double probability) {
    mask.resize(size_of(n_k, 1));
    for (std::uint8_t& visible : mask) {
      visible = random.chance(probability) ? std::uint8_t{0} : std::uint8_t{1};
    }
  }

  attention::NystromOptions options() const {
    attention::NystromOptions result = given;
    result.mask = mask.empty() ? nullptr : mask.data();
    result.convolution = taps.empty() ? nullptr : taps.data();
    result.convolution_length = static_cast<Index>(taps.size());
    return result;
  }

  std::string describe() const {
    return "n_q " + std::to_string(n_q) + " n_k " + std::to_string(n_k) + " d " +
           std::to_string(d) + " d_v " + std::to_string(d_v) + " landmarks " +
           std::to_string(given.landmarks) + " inverse " +
           std::to_string(static_cast<int>(given.inverse.kind)) + " iterations " +
           std::to_string(given.inverse.iterations) + " segments " +
           std::to_string(static_cast<int>(given.segments)) + " mask " +
           std::to_string(mask.size()) + " taps " + std::to_string(taps.size());
  }
};

inline std::vector<float> run(const NystromProblem& problem) {
  const auto [n_q, n_k, d, d_v] = std::array{problem.n_q, problem.n_k, problem.d, problem.d_v};
  const Input q(problem.q, 1);
  const Input k(problem.k, 2);
  const Input v(problem.v, 3);
  Fenced out(size_of(n_q, d_v), 1);
  Fenced workspace(attention::nystromformer_workspace(problem.options(), n_q, n_k, d, d_v));
  attention::nystromformer(linalg::ConstMatrix(q.data(), n_q, d),
                           linalg::ConstMatrix(k.data(), n_k, d),
                           linalg::ConstMatrix(v.data(), n_k, d_v), problem.options(),
                           linalg::Matrix(out.data(), n_q, d_v), workspace.values());
  CHECK(out.intact());
  CHECK(workspace.intact());
  return {out.values().begin(), out.values().end()};
}

struct NystromGradients {
  std::vector<float> dq;
  std::vector<float> dk;
  std::vector<float> dv;
  std::vector<float> d_taps;
};

inline NystromGradients run_backward(const NystromProblem& problem) {
  const auto [n_q, n_k, d, d_v] = std::array{problem.n_q, problem.n_k, problem.d, problem.d_v};
  NystromGradients result{
      std::vector<float>(size_of(n_q, d), kNan), std::vector<float>(size_of(n_k, d)),
      std::vector<float>(size_of(n_k, d_v)), std::vector<float>(problem.taps.size())};
  Fenced workspace(
      attention::nystromformer_backward_workspace(problem.options(), n_q, n_k, d, d_v));
  attention::nystromformer_backward(
      linalg::ConstMatrix(problem.q.data(), n_q, d), linalg::ConstMatrix(problem.k.data(), n_k, d),
      linalg::ConstMatrix(problem.v.data(), n_k, d_v),
      linalg::ConstMatrix(problem.d_output.data(), n_q, d_v), problem.options(),
      {linalg::Matrix(result.dq.data(), n_q, d), linalg::Matrix(result.dk.data(), n_k, d),
       linalg::Matrix(result.dv.data(), n_k, d_v), result.d_taps.data()},
      workspace.values());
  CHECK(workspace.intact());
  return result;
}

// The largest row sum of |V|: what rounding errors of F and B are magnified by.
inline double magnification(const NystromProblem& problem) {
  if (std::min(problem.n_q, problem.n_k) == 0) {
    return 0.0;
  }
  const Dense inverted = attention::reference::nystrom_matrices(
                             dense(problem.q, problem.n_q, problem.d),
                             dense(problem.k, problem.n_k, problem.d), problem.options())
                             .inverted;
  return inverted.size() == 0 ? 0.0 : inverted.cwiseAbs().rowwise().sum().maxCoeff();
}

inline double logit_magnitude(const NystromProblem& problem) {
  const Dense q = dense(problem.q, problem.n_q, problem.d).cwiseAbs();
  const Dense k = dense(problem.k, problem.n_k, problem.d).cwiseAbs();
  return q.size() == 0 || k.size() == 0
             ? 0.0
             : std::abs(problem.given.scale) * (q * k.transpose()).maxCoeff();
}

inline constexpr linalg::InverseKind kInverseKinds[] = {
    linalg::InverseKind::kIterative, linalg::InverseKind::kExact, linalg::InverseKind::kPinv,
    linalg::InverseKind::kRidge, linalg::InverseKind::kNone};

}  // namespace attnlab::testing
