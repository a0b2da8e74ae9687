#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "attention/nystrom.h"
#include "attention/reference/nystrom.h"
#include "support/catch.h"
#include "support/nystrom_problem.h"
#include "support/random.h"

namespace attnlab::attention {
namespace {

using linalg::InverseKind;
using reference::Dense;
using testing::dense;
using testing::kInverseKinds;
using testing::NystromGradients;
using testing::NystromProblem;
using testing::Random;

TEST_CASE("nystromformer_backward: central differences of the twin agree") {
  Random random(89);
  int turn = 0;
  for (const InverseKind kind : kInverseKinds) {
    for (const auto& [n_q, n_k, landmarks] :
         {std::array<Index, 3>{14, 14, 4}, {13, 17, 5}, {19, 12, 3}, {6, 14, 8}}) {
      NystromProblem problem({n_q, n_k, 3, 4}, landmarks, random);
      problem.given.inverse.kind = kind;
      problem.given.segments = turn % 2 == 0 ? SegmentKind::kAdaptive : SegmentKind::kPad;
      if (turn % 3 == 1) {
        problem.hide_keys(random, 0.5);
      }
      if (n_q == n_k) {
        problem.taps = random.values(5);
      }
      ++turn;
      INFO(problem.describe());
      const NystromGradients actual = run_backward(problem);
      const Dense d_output = dense(problem.d_output, n_q, 4);
      const Dense q = dense(problem.q, n_q, 3);
      const Dense k = dense(problem.k, n_k, 3);
      const Dense v = dense(problem.v, n_k, 4);
      const std::vector<double> taps(problem.taps.begin(), problem.taps.end());
      constexpr double kStep = 1e-6;
      const auto differences = [&](Dense at, auto value) {
        std::vector<double> result;
        for (Index e = 0; e < at.size(); ++e) {
          const double old = at.data()[e];
          at.data()[e] = old + kStep;
          const double up = value(at);
          at.data()[e] = old - kStep;
          const double down = value(at);
          at.data()[e] = old;
          result.push_back((up - down) / (2.0 * kStep));
        }
        return result;
      };
      const auto loss = [&](const Dense& a, const Dense& b, const Dense& c,
                            const std::vector<double>& w) {
        return reference::nystromformer(a, b, c, problem.options(), w).cwiseProduct(d_output).sum();
      };
      const double factor = 1.0 + magnification(problem);
      const auto compare = [&](const auto& got, const std::vector<double>& want) {
        double largest = 1.0;
        for (const double entry : want) {
          largest = std::max(largest, std::abs(entry));
        }
        double worst = 0.0;
        for (std::size_t e = 0; e < got.size(); ++e) {
          worst = std::max(worst, std::abs(static_cast<double>(got[e]) - want[e]));
        }
        CHECK(worst <= 3e-6 * factor * largest);
      };
      compare(actual.dq, differences(q, [&](const Dense& x) { return loss(x, k, v, taps); }));
      compare(actual.dk, differences(k, [&](const Dense& x) { return loss(q, x, v, taps); }));
      compare(actual.dv, differences(v, [&](const Dense& x) { return loss(q, k, x, taps); }));
      if (!taps.empty()) {
        Dense row(1, 5);
        std::copy(taps.begin(), taps.end(), row.data());
        compare(actual.d_taps, differences(row, [&](const Dense& x) {
                  return loss(q, k, v, std::vector<double>(x.data(), x.data() + 5));
                }));
      }
    }
  }
}

}  // namespace
}  // namespace attnlab::attention
