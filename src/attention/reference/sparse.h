// Sparse attention and its gradients, the obvious way, in double: a matrix of what is kept, then
// softmax over it. The twin that tests hold the kernels to.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <set>
#include <vector>

#include "attention/reference/exact.h"
#include "attention/sparse.h"

namespace attnlab::attention::reference {

inline Index block_of(Index position, Index size) {
  return position < 0 ? -((-position + size - 1) / size) : position / size;
}

// random: the drawn key blocks of a block of queries, which no formula gives.
inline bool keeps(const SparsePattern& pattern, const std::set<Index>& random, Index position,
                  Index j) {
  if (pattern.causal && j > position) {
    return false;
  }
  if (j < pattern.global_tokens || (position >= 0 && position < pattern.global_tokens)) {
    return true;
  }
  const bool blocks = pattern.kind == PatternKind::kBigBird;
  const Index key = blocks ? block_of(j, pattern.block_size) : j;
  const Index query = blocks ? block_of(position, pattern.block_size) : position;
  const bool near = (pattern.window.left == kUnlimited || key >= query - pattern.window.left) &&
                    (pattern.window.right == kUnlimited || key <= query + pattern.window.right);
  const bool aligned = std::abs(position - j) % pattern.dilation == 0;
  switch (pattern.kind) {
    case PatternKind::kLocal:
      return near;
    case PatternKind::kAtrous:
      return aligned;
    case PatternKind::kSparse:
      return near || aligned;
    case PatternKind::kBigBird:
      break;
  }
  return near || random.count(key) > 0;
}

// kept [n_q * n_k]: nonzero where query i keeps key j, the mask included.
inline std::vector<double> sparse_row(const float* q, const float* k, const SparseOptions& options,
                                      const std::vector<std::uint8_t>& kept, const Shape& shape,
                                      Index i) {
  constexpr double kNothing = -std::numeric_limits<double>::infinity();
  std::vector<double> row(static_cast<std::size_t>(shape.n_k), 0.0);
  const auto sees = [&](Index j) { return kept[static_cast<std::size_t>(i * shape.n_k + j)] != 0; };
  double visible = 0.0;
  for (Index j = 0; j < shape.n_k; ++j) {
    visible += sees(j) ? 1.0 : 0.0;
  }
  const double scale = options.scale * (options.times_log_visible ? std::log(visible) : 1.0);
  double maximum = kNothing;
  for (Index j = 0; j < shape.n_k; ++j) {
    double& logit = row[static_cast<std::size_t>(j)];
    for (Index c = 0; c < shape.d; ++c) {
      logit += static_cast<double>(q[i * shape.d + c]) * static_cast<double>(k[j * shape.d + c]);
    }
    logit *= scale;
    maximum = sees(j) ? std::fmax(maximum, logit) : maximum;
  }
  double sum = 0.0;
  for (Index j = 0; j < shape.n_k; ++j) {
    double& entry = row[static_cast<std::size_t>(j)];
    entry = sees(j) && entry != kNothing ? std::exp(entry - maximum) : 0.0;
    sum += entry;
  }
  for (Index j = 0; j < shape.n_k; ++j) {
    double& entry = row[static_cast<std::size_t>(j)];
    entry = sees(j) && sum != 0.0 ? entry / sum : 0.0;
  }
  return row;
}

struct SparseResult {
  std::vector<double> out;
  std::vector<double> dq;
  std::vector<double> dk;
  std::vector<double> dv;
  // What the gradients are made of: the same sums over absolute values.
  std::vector<double> dq_size;
  std::vector<double> dk_size;
  std::vector<double> dv_size;
};

// The output and, where d_output is given, the gradients of sum(out * d_output). An infinite v
// counts as itself even where its weight has underflowed to 0.
inline SparseResult sparse(const float* q, const float* k, const float* v, const float* d_output,
                           const SparseOptions& options, const std::vector<std::uint8_t>& kept,
                           const Shape& shape) {
  const auto size = [](Index rows, Index columns) {
    return static_cast<std::size_t>(rows * columns);
  };
  SparseResult result{std::vector<double>(size(shape.n_q, shape.d_v), 0.0),
                      std::vector<double>(size(shape.n_q, shape.d), 0.0),
                      std::vector<double>(size(shape.n_k, shape.d), 0.0),
                      std::vector<double>(size(shape.n_k, shape.d_v), 0.0),
                      {},
                      {},
                      {}};
  result.dq_size = result.dq;
  result.dk_size = result.dk;
  result.dv_size = result.dv;
  for (Index i = 0; i < shape.n_q; ++i) {
    const std::vector<double> weights = sparse_row(q, k, options, kept, shape, i);
    double visible = 0.0;
    for (Index j = 0; j < shape.n_k; ++j) {
      visible += kept[size(i, shape.n_k) + static_cast<std::size_t>(j)] != 0 ? 1.0 : 0.0;
    }
    const double scale = options.scale * (options.times_log_visible ? std::log(visible) : 1.0);
    std::vector<double> d_weights(static_cast<std::size_t>(shape.n_k), 0.0);
    std::vector<double> d_weights_size = d_weights;
    double mean = 0.0;
    double mean_size = 0.0;
    for (Index j = 0; j < shape.n_k; ++j) {
      if (kept[size(i, shape.n_k) + static_cast<std::size_t>(j)] == 0) {
        continue;
      }
      const double weight = weights[static_cast<std::size_t>(j)];
      for (Index c = 0; c < shape.d_v; ++c) {
        const double value = v[j * shape.d_v + c];
        result.out[size(i, shape.d_v) + static_cast<std::size_t>(c)] +=
            std::isfinite(value) || std::isnan(weight) ? weight * value : value;
        if (d_output != nullptr) {
          const double grad = d_output[i * shape.d_v + c];
          d_weights[static_cast<std::size_t>(j)] += grad * value;
          d_weights_size[static_cast<std::size_t>(j)] += std::abs(grad * value);
          result.dv[size(j, shape.d_v) + static_cast<std::size_t>(c)] += weight * grad;
          result.dv_size[size(j, shape.d_v) + static_cast<std::size_t>(c)] +=
              std::abs(weight * grad);
        }
      }
      mean += weight * d_weights[static_cast<std::size_t>(j)];
      mean_size += weight * d_weights_size[static_cast<std::size_t>(j)];
    }
    for (Index j = 0; d_output != nullptr && j < shape.n_k; ++j) {
      if (kept[size(i, shape.n_k) + static_cast<std::size_t>(j)] == 0) {
        continue;
      }
      const double d_logit = scale * weights[static_cast<std::size_t>(j)] *
                             (d_weights[static_cast<std::size_t>(j)] - mean);
      const double d_logit_size = std::abs(scale) * weights[static_cast<std::size_t>(j)] *
                                  (d_weights_size[static_cast<std::size_t>(j)] + mean_size);
      for (Index c = 0; c < shape.d; ++c) {
        const auto e = static_cast<std::size_t>(c);
        result.dq[size(i, shape.d) + e] += d_logit * static_cast<double>(k[j * shape.d + c]);
        result.dk[size(j, shape.d) + e] += d_logit * static_cast<double>(q[i * shape.d + c]);
        result.dq_size[size(i, shape.d) + e] +=
            d_logit_size * std::abs(static_cast<double>(k[j * shape.d + c]));
        result.dk_size[size(j, shape.d) + e] +=
            d_logit_size * std::abs(static_cast<double>(q[i * shape.d + c]));
      }
    }
  }
  return result;
}

}  // namespace attnlab::attention::reference
