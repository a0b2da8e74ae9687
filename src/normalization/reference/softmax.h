// Softmax by its definition, in double: the twin that tests hold normalization::softmax to.
#pragma once

#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace attnlab::normalization::reference {

// ln sum exp(x / temperature), and the maximum of x that was taken out.
struct LogSum {
  double maximum;
  double log_sum;  // of exp((x - maximum) / temperature)
};

inline LogSum log_sum(std::span<const float> x, double temperature) {
  double maximum = -std::numeric_limits<double>::infinity();
  for (const float value : x) {
    maximum = std::fmax(maximum, static_cast<double>(value));
  }
  double sum = 0.0;
  for (const float value : x) {
    sum += std::exp((static_cast<double>(value) - maximum) / temperature);
  }
  return {maximum, std::log(sum)};
}

inline bool nothing_visible(std::span<const float> x) {
  for (const float value : x) {
    if (value != -std::numeric_limits<float>::infinity()) {
      return false;
    }
  }
  return true;
}

inline std::vector<double> log_softmax(std::span<const float> x, double temperature) {
  const LogSum total = log_sum(x, temperature);
  const bool empty = nothing_visible(x);
  std::vector<double> out;
  out.reserve(x.size());
  for (const float value : x) {
    out.push_back(empty
                      ? -std::numeric_limits<double>::infinity()
                      : (static_cast<double>(value) - total.maximum) / temperature - total.log_sum);
  }
  return out;
}

inline double log_sum_exp(std::span<const float> x, double temperature) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  bool nan = false;
  for (const float value : x) {
    nan = nan || std::isnan(value);
  }
  const LogSum total = log_sum(x, temperature);
  if (nan || std::isfinite(total.maximum)) {
    return total.maximum / temperature + total.log_sum;
  }
  return nothing_visible(x) ? -kInfinity : kInfinity;
}

inline std::vector<double> softmax(std::span<const float> x, double temperature) {
  std::vector<double> out = log_softmax(x, temperature);
  for (double& value : out) {
    value = std::exp(value);
  }
  return out;
}

// The gradients by their Jacobians, in double; nothing visible: zeros.

inline std::vector<double> softmax_backward(std::span<const float> x,
                                            std::span<const float> d_output, double temperature) {
  const std::vector<double> p = softmax(x, temperature);
  std::vector<double> d_x(x.size(), 0.0);
  for (std::size_t j = 0; j < x.size(); ++j) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double jacobian = p[i] * ((i == j ? 1.0 : 0.0) - p[j]) / temperature;
      d_x[j] += static_cast<double>(d_output[i]) * jacobian;
    }
  }
  return d_x;
}

inline std::vector<double> log_softmax_backward(std::span<const float> x,
                                                std::span<const float> d_output,
                                                double temperature) {
  const std::vector<double> p = softmax(x, temperature);
  std::vector<double> d_x(x.size(), 0.0);
  for (std::size_t j = 0; j < x.size() && !nothing_visible(x); ++j) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      d_x[j] += static_cast<double>(d_output[i]) * ((i == j ? 1.0 : 0.0) - p[j]) / temperature;
    }
  }
  return d_x;
}

inline std::vector<double> log_sum_exp_backward(std::span<const float> x, double d_output,
                                                double temperature) {
  std::vector<double> d_x = softmax(x, temperature);
  for (double& value : d_x) {
    value *= d_output / temperature;
  }
  return d_x;
}

}  // namespace attnlab::normalization::reference
