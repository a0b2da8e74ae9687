// An attention problem for tests: sizes, values and options together, and how far a float kernel
// may be off.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "attention/reference/exact.h"
#include "support/compare.h"
#include "support/random.h"

namespace attnlab::testing {

using attention::Index;

struct AttentionProblem {
  attention::reference::Shape shape;
  std::vector<float> q;
  std::vector<float> k;
  std::vector<float> v;
  std::vector<std::uint8_t> mask;  // empty: none
  std::vector<float> bias;         // empty: none
  Index bias_row_stride = 0;
  Index bias_column_stride = 0;
  double scale = 1.0;
  bool times_log_visible = false;
  attention::Window window;

  AttentionProblem(const attention::reference::Shape& sizes, Random& random, float spread = 1.0F)
      : shape(sizes),
        q(random.values(size(sizes.n_q, sizes.d), -spread, spread)),
        k(random.values(size(sizes.n_k, sizes.d), -spread, spread)),
        v(random.values(size(sizes.n_k, sizes.d_v), -2.0F, 2.0F)),
        scale(1.0 / std::sqrt(static_cast<double>(sizes.d))) {}

  static std::size_t size(Index rows, Index columns) {
    return static_cast<std::size_t>(rows * columns);
  }

  attention::Options options() const {
    return {.scale = scale,
            .times_log_visible = times_log_visible,
            .mask = mask.empty() ? nullptr : mask.data(),
            .bias = {.data = bias.empty() ? nullptr : bias.data(),
                     .row_stride = bias_row_stride,
                     .column_stride = bias_column_stride},
            .window = window};
  }

  // A scale that float32 rounds to 0, and operands that make up for it.
  void scale_beyond_float() {
    scale = 1e-60;
    for (std::vector<float>* operand : {&q, &k}) {
      for (float& value : *operand) {
        value *= 1e30F;
      }
    }
  }

  void hide_keys(Random& random, double probability) {
    mask.resize(static_cast<std::size_t>(shape.n_k));
    for (std::uint8_t& visible : mask) {
      visible = random.chance(probability) ? std::uint8_t{0} : std::uint8_t{255};
    }
  }

  // rows and columns: whether the bias has an entry per query and per key, or repeats one.
  void add_bias(Random& random, bool rows, bool columns, double hidden) {
    bias_row_stride = rows ? (columns ? shape.n_k : 1) : 0;
    bias_column_stride = columns ? 1 : 0;
    bias = random.values(size(rows ? shape.n_q : 1, columns ? shape.n_k : 1), -2.0F, 2.0F);
    for (float& entry : bias) {
      entry = random.chance(hidden) ? -std::numeric_limits<float>::infinity() : entry;
    }
  }

  std::string describe() const {
    return "n_q " + std::to_string(shape.n_q) + ", n_k " + std::to_string(shape.n_k) + ", d " +
           std::to_string(shape.d) + ", d_v " + std::to_string(shape.d_v) + ", mask " +
           std::to_string(mask.size()) + ", bias " + std::to_string(bias.size()) + ", window " +
           std::to_string(window.left) + " " + std::to_string(window.right) + ", scale " +
           std::to_string(scale) + (times_log_visible ? " ln n" : "");
  }

  // The largest sum of |terms| behind a logit of row i: rounding errors of logits scale with it.
  double logit_magnitude(Index i) const {
    const attention::Options all = options();
    double largest = 0.0;
    for (Index j = 0; j < shape.n_k; ++j) {
      if (attention::reference::hidden(all, shape, i, j) ||
          attention::reference::hidden_by_bias(all, i, j)) {
        continue;
      }
      double sum = 0.0;
      for (Index c = 0; c < shape.d; ++c) {
        sum += std::abs(static_cast<double>(q[size(i, shape.d) + static_cast<std::size_t>(c)]) *
                        static_cast<double>(k[size(j, shape.d) + static_cast<std::size_t>(c)]));
      }
      sum *= std::abs(scale) * (times_log_visible ? std::log(static_cast<double>(shape.n_k)) : 1.0);
      sum += bias.empty() ? 0.0 : std::abs(static_cast<double>(all.bias.at(i, j)));
      largest = std::fmax(largest, sum);
    }
    return largest;
  }

  // Entries of a result that the twin's differ from by more than exact attention in float32 may be
  // off, |out - exact| <= 4e-7 (2 + l_i) max_j |v_j| with l_i as above.
  int wrong_entries(const std::vector<float>& out) const {
    double largest_value = 0.0;
    for (const float value : v) {
      largest_value = std::isfinite(value)
                          ? std::fmax(largest_value, std::abs(static_cast<double>(value)))
                          : largest_value;
    }
    int wrong = 0;
    for (Index i = 0; i < shape.n_q; ++i) {
      const std::vector<double> expected =
          attention::reference::exact_row(q.data(), k.data(), v.data(), options(), shape, i);
      const double tolerance = 4e-7 * (2.0 + logit_magnitude(i)) * largest_value;
      for (std::size_t c = 0; c < expected.size(); ++c) {
        wrong += close(out[size(i, shape.d_v) + c], expected[c], tolerance) ? 0 : 1;
      }
    }
    return wrong;
  }
};

// Windows of all kinds.
inline constexpr attention::Window kWindows[] = {
    {},       {attention::kUnlimited, 0}, {0, 0}, {3, 0}, {2, 2}, {0, attention::kUnlimited},
    {100, 7}, {1000000, 1000000},         {5, 40}};

}  // namespace attnlab::testing
