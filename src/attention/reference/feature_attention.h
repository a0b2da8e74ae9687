// Attention by feature maps, the obvious way, in double: all similarities first, from the
// definitions of linear_attention.h and performer.h. The twin that tests hold the kernels to.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "attention/linear_attention.h"
#include "attention/performer.h"

namespace attnlab::attention::reference {

using Doubles = std::vector<double>;

struct FeatureProblem {
  Index n_q;
  Index n_k;
  Index d;
  Index d_v;
  std::vector<float> q;
  std::vector<float> k;
  std::vector<float> v;
  std::vector<std::uint8_t> mask;  // empty: none
  bool causal = false;

  bool visible(Index i, Index j) const {
    return (mask.empty() || mask[static_cast<std::size_t>(j)] != 0) && (!causal || j <= i);
  }
  const float* query(Index i) const { return q.data() + i * d; }
  const float* key(Index j) const { return k.data() + j * d; }
  double value(Index j, Index c) const { return static_cast<double>(v.data()[j * d_v + c]); }
};

inline double dot(const float* a, const float* b, Index d) {
  double total = 0.0;
  for (Index c = 0; c < d; ++c) {
    total += static_cast<double>(a[c]) * static_cast<double>(b[c]);
  }
  return total;
}

struct Row {
  Doubles out;
  double condition;  // sum of the |terms| over |their sum|: 1 where none is negative
};

// A row from its similarities, hidden ones 0. magnitude: of the terms that they are sums of, 0 for
// their own.
inline Row average(const FeatureProblem& problem, const Doubles& similarities,
                   double magnitude = 0.0) {
  double sum = 0.0;
  Doubles out(static_cast<std::size_t>(problem.d_v), 0.0);
  for (Index j = 0; j < problem.n_k; ++j) {
    const double weight = similarities[static_cast<std::size_t>(j)];
    sum += weight;
    for (Index c = 0; weight != 0.0 && c < problem.d_v; ++c) {
      out[static_cast<std::size_t>(c)] += weight * problem.value(j, c);
    }
  }
  for (double& entry : out) {
    entry = sum == 0.0 ? 0.0 : entry / sum;
  }
  return {out, sum == 0.0 ? 1.0 : std::fmax(1.0, magnitude / std::abs(sum))};
}

inline double linear_feature(LinearMap kind, double x) {
  switch (kind) {
    case LinearMap::kElu:
      return x > 0.0 ? x + 1.0 : std::exp(x);
    case LinearMap::kRelu:
      return std::fmax(x, 0.0);
    default:
      return std::exp(x);
  }
}

// Row i of linear attention.
inline Row linear_row(const FeatureProblem& problem, LinearMap kind, Index i) {
  const float* q = problem.query(i);
  Doubles similarities(static_cast<std::size_t>(problem.n_k), 0.0);
  for (Index j = 0; j < problem.n_k; ++j) {
    if (!problem.visible(i, j)) {
      continue;
    }
    const float* k = problem.key(j);
    double& similarity = similarities[static_cast<std::size_t>(j)];
    if (kind == LinearMap::kCosine) {
      const double norms = std::sqrt(dot(q, q, problem.d)) * std::sqrt(dot(k, k, problem.d));
      similarity = 1.0 + (norms == 0.0 ? 0.0 : dot(q, k, problem.d) / norms);
      continue;
    }
    for (Index r = 0; r < problem.d; ++r) {
      const double phi_q = linear_feature(kind, static_cast<double>(q[r]));
      if (kind != LinearMap::kSoftmax) {
        similarity += phi_q * linear_feature(kind, static_cast<double>(k[r]));
        continue;
      }
      double channels = 0.0;
      for (Index c = 0; c < problem.d; ++c) {
        channels += std::exp(static_cast<double>(q[c]));
      }
      double keys = 0.0;
      for (Index other = 0; other < problem.n_k; ++other) {
        keys +=
            problem.visible(i, other) ? std::exp(static_cast<double>(problem.key(other)[r])) : 0.0;
      }
      similarity += phi_q / channels * std::exp(static_cast<double>(k[r])) / keys;
    }
  }
  return average(problem, similarities);
}

struct PerformerSettings {
  Estimator estimator;
  std::vector<float> projection;  // [draws, d]
  Index draws;
  double scale;
  double eps = 0.0;
};

// Row i of Performer: similarities relative to the largest term of the row.
inline Row performer_row(const FeatureProblem& problem, const PerformerSettings& settings,
                         Index i) {
  const Estimator estimator = settings.estimator;
  const double root = std::sqrt(settings.scale);
  const auto exponent = [&](const float* x, Index r) {
    return root * dot(settings.projection.data() + r * problem.d, x, problem.d);
  };
  const auto half = [&](const float* x) { return 0.5 * settings.scale * dot(x, x, problem.d); };
  const float* q = problem.query(i);
  double literal_query = -HUGE_VAL;
  double literal_keys = -HUGE_VAL;
  for (Index r = 0; settings.eps > 0.0 && r < settings.draws; ++r) {
    literal_query = std::fmax(literal_query, exponent(q, r));
    for (Index j = 0; j < problem.n_k; ++j) {
      const bool masked = !problem.mask.empty() && problem.mask[static_cast<std::size_t>(j)] == 0;
      literal_keys = masked ? literal_keys : std::fmax(literal_keys, exponent(problem.key(j), r));
    }
  }
  // Terms of the similarity as sign and logarithm, so that nothing overflows.
  struct Term {
    Index key;
    double sign;
    double log;
  };
  std::vector<Term> terms;
  double largest = -HUGE_VAL;
  for (Index j = 0; j < problem.n_k; ++j) {
    if (!problem.visible(i, j)) {
      continue;
    }
    const float* k = problem.key(j);
    for (Index r = 0; r < settings.draws; ++r) {
      const double a = exponent(q, r);
      const double b = exponent(k, r);
      const auto add = [&](double sign, double log) {
        terms.push_back({j, sign, log});
        largest = std::fmax(largest, log);
      };
      if (estimator == Estimator::kTrigonometric) {
        add(std::cos(a - b), half(k));
      } else if (estimator == Estimator::kRelu) {
        add((std::fmax(a, 0.0) + settings.eps) * (std::fmax(b, 0.0) + settings.eps), 0.0);
      } else if (settings.eps > 0.0) {
        add((std::exp(a - half(q) - literal_query) + settings.eps) *
                (std::exp(b - half(k) - literal_keys) + settings.eps),
            0.0);
      } else {
        add(1.0, a + b - half(k));
        if (estimator == Estimator::kHyperbolic) {
          add(1.0, -a - b - half(k));
        }
      }
    }
  }
  Doubles similarities(static_cast<std::size_t>(problem.n_k), 0.0);
  double magnitude = 0.0;
  for (const Term& term : terms) {
    magnitude += estimator == Estimator::kTrigonometric ? std::exp(term.log - largest) : 0.0;
    similarities[static_cast<std::size_t>(term.key)] += term.sign * std::exp(term.log - largest);
  }
  return average(problem, similarities, magnitude);
}

}  // namespace attnlab::attention::reference
