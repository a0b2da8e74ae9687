// Attention against values that PyTorch computed in double (tests/fixtures/golden).
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "attention/attention_weights.h"
#include "attention/exact.h"
#include "attention/scale.h"
#include "golden/golden_attention.h"
#include "golden/golden_attention_large.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"

namespace attnlab::attention {
namespace {

using golden::AttentionCase;
using linalg::ConstMatrix;
using linalg::Matrix;
using testing::close;
using testing::Fenced;

constexpr double kTolerance = 2e-6;

// One head of a case.
class Head {
 public:
  Head(const AttentionCase& golden, Index head)
      : golden_(golden),
        head_(head),
        kv_head_(head * golden.kv_heads / golden.heads),
        n_q_(golden.n_q),
        n_k_(golden.n_k) {}

  // Runs both kernels and compares row `row`, or every row if it is -1.
  void check(double scale, bool times_log_visible, Index row) const {
    const Options options = options_with(scale, times_log_visible);
    const ConstMatrix q(golden_.q.data() + head_ * n_q_ * golden_.d, n_q_, golden_.d);
    const ConstMatrix k(golden_.k.data() + kv_head_ * n_k_ * golden_.d, n_k_, golden_.d);
    const ConstMatrix v(golden_.v.data() + kv_head_ * n_k_ * golden_.d_v, n_k_, golden_.d_v);
    Fenced out(static_cast<std::size_t>(n_q_ * golden_.d_v));
    Fenced scratch(exact_workspace(n_q_, n_k_, golden_.d, golden_.d_v));
    exact(q, k, v, options, Matrix(out.data(), n_q_, golden_.d_v), scratch.values());
    compare(out.values(), golden_.output, golden_.d_v, row);

    Fenced weights(static_cast<std::size_t>(n_q_ * n_k_));
    Fenced more_scratch(attention_weights_workspace(n_q_, n_k_, golden_.d));
    attention_weights(q, k, options, Matrix(weights.data(), n_q_, n_k_), more_scratch.values());
    compare(weights.values(), golden_.weights, n_k_, row);
  }

 private:
  Options options_with(double scale, bool times_log_visible) const {
    Options options{.scale = scale, .times_log_visible = times_log_visible};
    options.mask = golden_.mask.empty() ? nullptr : golden_.mask.data() + head_ * n_k_;
    if (!golden_.bias.empty()) {
      options.bias = {.data = golden_.bias.data() + head_ * n_q_ * n_k_,
                      .row_stride = n_k_,
                      .column_stride = 1};
    }
    options.window = {.left = golden_.window_left, .right = golden_.window_right};
    if (golden_.causal) {
      options.window.right = 0;
    }
    return options;
  }

  void compare(std::span<const float> actual, std::span<const double> expected, Index columns,
               Index row) const {
    Index wrong = 0;
    for (Index e = 0; !expected.empty() && e < n_q_ * columns; ++e) {
      const auto here = static_cast<std::size_t>(e);
      const auto there = static_cast<std::size_t>(head_ * n_q_ * columns + e);
      const double tolerance = kTolerance * (1.0 + std::abs(expected[there]));
      if (row < 0 || e / columns == row) {
        wrong += close(actual[here], expected[there], tolerance) ? 0 : 1;
      }
    }
    CHECK(wrong == 0);
  }

  const AttentionCase& golden_;
  Index head_;
  Index kv_head_;
  Index n_q_;
  Index n_k_;
};

void check(const AttentionCase& golden) {
  INFO(golden.name);
  for (Index h = 0; h < golden.heads; ++h) {
    const Head head(golden, h);
    if (golden.row_scale.size() == 1) {
      head.check(golden.row_scale[0], false, -1);
      continue;
    }
    // The kernels take one scale: every row is checked in a run with its own ...
    for (Index i = 0; i < golden.n_q; ++i) {
      head.check(golden.row_scale[static_cast<std::size_t>(h * golden.n_q + i)], false, i);
    }
    // ... and all rows in one run where the kernel can count the keys itself.
    const std::string kind = golden.scale_kind;
    if (kind == "entropy") {
      head.check(scale_coefficient(ScaleKind::kEntropy, golden.d, 512.0), true, -1);
    } else if (kind == "log_object") {
      head.check(scale_coefficient(ScaleKind::kLog, golden.d, 0.0), true, -1);
    }
  }
}

TEST_CASE("exact, attention_weights: PyTorch's values") {
  for (const AttentionCase& golden : golden::attention_cases) {
    check(golden);
  }
  for (const AttentionCase& golden : golden::attention_large_cases) {
    check(golden);
  }
}

}  // namespace
}  // namespace attnlab::attention
