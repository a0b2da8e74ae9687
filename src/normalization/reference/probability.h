// Entropy, power transform, entropy normalization, sparsemax and 1.5-entmax by their definitions,
// in double: the twins that tests hold the kernels to. Their rows are valid ones (support.h).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

#include "normalization/support.h"

namespace attnlab::normalization::reference {

using Row = std::vector<double>;

// ln p relative to the largest p; -infinity outside of the support.
inline Row logarithms(const Row& x, RowInput input) {
  const double largest = *std::max_element(x.begin(), x.end());
  Row result;
  result.reserve(x.size());
  for (const double value : x) {
    if (input == RowInput::kLogits) {
      result.push_back(value - largest);
    } else {
      // Close to the largest, the difference is exact and the quotient not.
      result.push_back(value > 0.5 * largest ? std::log1p((value - largest) / largest)
                                             : std::log(value) - std::log(largest));
    }
  }
  return result;
}

// exp(gamma l) / sum exp(gamma l) over the support.
inline Row power_of_logarithms(const Row& l, double gamma) {
  constexpr double kLowest = -std::numeric_limits<double>::infinity();
  double largest = kLowest;
  for (const double value : l) {
    largest = value == kLowest ? largest : std::max(largest, gamma * value);
  }
  Row q;
  q.reserve(l.size());
  for (const double value : l) {
    q.push_back(value == kLowest ? 0.0 : std::exp(gamma * value - largest));
  }
  const double sum = std::accumulate(q.begin(), q.end(), 0.0);
  for (double& value : q) {
    value /= sum;
  }
  return q;
}

inline Row power_transform(const Row& x, RowInput input, double gamma) {
  return power_of_logarithms(logarithms(x, input), gamma);
}

// -sum q ln q of a row that sums to 1; as a sum of small terms where one entry holds nearly
// everything.
inline double entropy_of_distribution(const Row& q) {
  const auto largest = std::max_element(q.begin(), q.end());
  double rest = 0.0;
  double result = 0.0;
  for (auto entry = q.begin(); entry != q.end(); ++entry) {
    if (entry != largest && *entry > 0.0) {
      rest += *entry;
      result -= *entry * std::log(*entry);
    }
  }
  return q.empty() ? 0.0 : result - (1.0 - rest) * std::log1p(-rest);
}

inline double entropy(const Row& x, RowInput input) {
  return entropy_of_distribution(power_transform(x, input, 1.0));
}

struct Normalized {
  Row q;
  double exponent;
  double entropy;
};

// By bisection in ln gamma; the target lies inside of the attainable set.
inline Normalized entropy_normalize(const Row& x, RowInput input, double target) {
  const Row l = logarithms(x, input);
  double low = -700.0;
  double high = 700.0;
  for (int halving = 0; halving < 120; ++halving) {
    const double middle = 0.5 * (low + high);
    const bool too_flat =
        entropy_of_distribution(power_of_logarithms(l, std::exp(middle))) > target;
    (too_flat ? low : high) = middle;
  }
  const double gamma = std::exp(0.5 * (low + high));
  Row q = power_of_logarithms(l, gamma);
  const double reached = entropy_of_distribution(q);
  return {std::move(q), gamma, reached};
}

// By sorting: tau = (sum of the k largest - 1) / k for the largest k whose k-th entry lies above
// it.
inline Row sparsemax(const Row& x) {
  Row sorted = x;
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  const double origin = sorted.front();
  double sum = 0.0;
  double tau = 0.0;
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    sum += sorted[k] - origin;
    const double candidate = (sum - 1.0) / static_cast<double>(k + 1);
    if (sorted[k] - origin > candidate) {
      tau = candidate;
    }
  }
  Row p;
  p.reserve(x.size());
  for (const double value : x) {
    p.push_back(std::max(value - origin - tau, 0.0));
  }
  return p;
}

// By bisection for tau.
inline Row entmax15(const Row& x) {
  const double origin = *std::max_element(x.begin(), x.end());
  const auto at = [&](double value, double tau) {
    const double above = std::max((value - origin) / 2.0 - tau, 0.0);
    return above * above;
  };
  double low = -1.0;
  double high = 0.0;
  for (int halving = 0; halving < 100; ++halving) {
    const double middle = 0.5 * (low + high);
    double sum = 0.0;
    for (const double value : x) {
      sum += at(value, middle);
    }
    (sum > 1.0 ? low : high) = middle;
  }
  Row p;
  p.reserve(x.size());
  for (const double value : x) {
    p.push_back(at(value, 0.5 * (low + high)));
  }
  return p;
}

// sum_j g_j d f_j / d x_i by central differences, f a function of a row to a row.
template <typename Function>
Row numerical_gradient(const Row& x, const Row& g, double step, Function&& function) {
  Row result;
  Row moved = x;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto project = [&](double value) {
      moved[i] = value;
      const Row y = function(moved);
      return std::inner_product(y.begin(), y.end(), g.begin(), 0.0);
    };
    const double h = step * std::max(1e-3, std::abs(x[i]));
    result.push_back((project(x[i] + h) - project(x[i] - h)) / (2.0 * h));
    moved[i] = x[i];
  }
  return result;
}

}  // namespace attnlab::normalization::reference
