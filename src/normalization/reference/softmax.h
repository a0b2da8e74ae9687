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

inline std::vector<double> softmax(std::span<const float> x, double temperature) {
  std::vector<double> out = log_softmax(x, temperature);
  for (double& value : out) {
    value = std::exp(value);
  }
  return out;
}

}  // namespace attnlab::normalization::reference
