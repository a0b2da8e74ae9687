// Gradients of exact attention by their formulas, in double, with the n_q x n_k matrices written
// out: the twin that tests hold exact_backward to.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "attention/reference/exact.h"

namespace attnlab::attention::reference {

// One gradient, and beside each entry what a bound on its rounding error scales with (see
// exact_backward.cpp).
struct Gradient {
  std::vector<double> values;
  std::vector<double> magnitudes;

  explicit Gradient(Index count)
      : values(static_cast<std::size_t>(count)), magnitudes(static_cast<std::size_t>(count)) {}

  void add(Index at, double value, double magnitude) {
    values[static_cast<std::size_t>(at)] += value;
    magnitudes[static_cast<std::size_t>(at)] += magnitude;
  }
};

struct ExactGradients {
  Gradient dq;
  Gradient dk;
  Gradient dv;
  Gradient dbias;  // [n_q, n_k], or summed where the bias has stride 0
};

// logit_magnitudes: l_i of each row.
inline ExactGradients exact_backward(const float* q, const float* k, const float* v,
                                     const float* d_output, const Options& options,
                                     const Shape& shape,
                                     const std::vector<double>& logit_magnitudes) {
  const auto [n_q, n_k, d, d_v] = shape;
  ExactGradients result{Gradient(n_q * d), Gradient(n_k * d), Gradient(n_k * d_v),
                        Gradient(std::max<Index>(1, n_q) * std::max<Index>(1, n_k))};
  for (Index i = 0; i < n_q; ++i) {
    const auto seen = [&](Index j) {
      return !hidden(options, shape, i, j) && !hidden_by_bias(options, i, j);
    };
    const std::vector<double> weights = weights_row(q, k, options, shape, i);
    std::vector<double> d_scores(weights.size(), 0.0);
    double visible = 0.0;
    double delta = 0.0;
    double largest = 0.0;
    for (Index j = 0; j < n_k; ++j) {
      visible += hidden(options, shape, i, j) ? 0.0 : 1.0;
      if (!seen(j)) {
        continue;
      }
      const auto at = static_cast<std::size_t>(j);
      double magnitude = 0.0;
      for (Index c = 0; c < d_v; ++c) {
        const double term =
            static_cast<double>(d_output[i * d_v + c]) * static_cast<double>(v[j * d_v + c]);
        d_scores[at] += term;
        magnitude += std::abs(term);
      }
      delta += weights[at] * d_scores[at];
      largest = std::fmax(largest, magnitude);
    }
    const double scale = options.scale * (options.times_log_visible ? std::log(visible) : 1.0);
    const double spread = 2.0 + logit_magnitudes[static_cast<std::size_t>(i)];
    for (Index j = 0; j < n_k; ++j) {
      if (!seen(j)) {
        continue;
      }
      const auto at = static_cast<std::size_t>(j);
      const double d_score = weights[at] * (d_scores[at] - delta);
      const double bound = 2.0 * spread * weights[at] * largest;
      result.dbias.add(options.bias.data == nullptr
                           ? i * n_k + j
                           : i * options.bias.row_stride + j * options.bias.column_stride,
                       d_score, bound);
      for (Index c = 0; c < d; ++c) {
        const double key = scale * static_cast<double>(k[j * d + c]);
        const double query = scale * static_cast<double>(q[i * d + c]);
        result.dq.add(i * d + c, d_score * key, bound * std::abs(key));
        result.dk.add(j * d + c, d_score * query, bound * std::abs(query));
      }
      for (Index c = 0; c < d_v; ++c) {
        const double gradient = d_output[i * d_v + c];
        result.dv.add(j * d_v + c, weights[at] * gradient,
                      spread * weights[at] * std::abs(gradient));
      }
    }
  }
  return result;
}

}  // namespace attnlab::attention::reference
