// Exact attention and its weights, the obvious way, in double: the twin that tests hold the kernels
// to.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "attention/options.h"

namespace attnlab::attention::reference {

struct Shape {
  Index n_q;
  Index n_k;
  Index d;
  Index d_v;
};

inline bool hidden(const Options& options, const Shape& shape, Index i, Index j) {
  const Index position = i + shape.n_k - shape.n_q;
  const bool too_far_left = options.window.left != kUnlimited && j < position - options.window.left;
  const bool too_far_right =
      options.window.right != kUnlimited && j > position + options.window.right;
  return too_far_left || too_far_right || (options.mask != nullptr && options.mask[j] == 0);
}

inline bool hidden_by_bias(const Options& options, Index i, Index j) {
  return options.bias.data != nullptr &&
         options.bias.at(i, j) == -std::numeric_limits<float>::infinity();
}

// Row i of the weights, n_k entries.
inline std::vector<double> weights_row(const float* q, const float* k, const Options& options,
                                       const Shape& shape, Index i) {
  constexpr double kHidden = -std::numeric_limits<double>::infinity();
  std::vector<double> row(static_cast<std::size_t>(shape.n_k), kHidden);
  double visible = 0.0;
  for (Index j = 0; j < shape.n_k; ++j) {
    visible += hidden(options, shape, i, j) ? 0.0 : 1.0;
  }
  const double scale = options.scale * (options.times_log_visible ? std::log(visible) : 1.0);
  // Pass 1: logits and their maximum. A NaN stays in the row and spoils the sum of pass 2.
  double maximum = kHidden;
  for (Index j = 0; j < shape.n_k; ++j) {
    if (hidden(options, shape, i, j) || hidden_by_bias(options, i, j)) {
      continue;
    }
    double dot = 0.0;
    for (Index c = 0; c < shape.d; ++c) {
      dot += static_cast<double>(q[i * shape.d + c]) * static_cast<double>(k[j * shape.d + c]);
    }
    double& logit = row[static_cast<std::size_t>(j)];
    logit = scale * dot +
            (options.bias.data == nullptr ? 0.0 : static_cast<double>(options.bias.at(i, j)));
    maximum = std::fmax(maximum, logit);
  }
  // Pass 2: exponentials and their sum.
  double sum = 0.0;
  for (double& entry : row) {
    entry = entry == kHidden ? 0.0 : std::exp(entry - maximum);
    sum += entry;
  }
  // Pass 3: normalize; a row that sees nothing stays 0, and so does a hidden entry of a row that is
  // NaN.
  for (Index j = 0; j < shape.n_k; ++j) {
    double& entry = row[static_cast<std::size_t>(j)];
    const bool nothing = hidden(options, shape, i, j) || hidden_by_bias(options, i, j);
    entry = nothing || sum == 0.0 ? 0.0 : entry / sum;
  }
  return row;
}

// Row i of the output, d_v entries. An infinite v counts as itself even where its weight has
// underflowed to 0.
inline std::vector<double> exact_row(const float* q, const float* k, const float* v,
                                     const Options& options, const Shape& shape, Index i) {
  const std::vector<double> weights = weights_row(q, k, options, shape, i);
  std::vector<double> out(static_cast<std::size_t>(shape.d_v), 0.0);
  for (Index j = 0; j < shape.n_k; ++j) {
    if (hidden(options, shape, i, j) || hidden_by_bias(options, i, j)) {
      continue;
    }
    for (Index c = 0; c < shape.d_v; ++c) {
      const double value = v[j * shape.d_v + c];
      const double weight = weights[static_cast<std::size_t>(j)];
      out[static_cast<std::size_t>(c)] +=
          std::isfinite(value) || std::isnan(weight) ? weight * value : value;
    }
  }
  return out;
}

}  // namespace attnlab::attention::reference
