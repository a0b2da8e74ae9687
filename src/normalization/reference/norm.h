// LayerNorm and RMSNorm by their definitions, in double: the twins that tests hold the kernels to.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "normalization/layer_norm.h"

namespace attnlab::normalization::reference {

inline std::vector<double> layer_norm(std::span<const float> x, const NormOptions& options) {
  const auto count = static_cast<double>(x.size());
  // Entries are taken relative to the first one: the mean of entries around 1e8, as a double, is
  // only good to 1e-8.
  const double shift = options.center && !x.empty() ? static_cast<double>(x.front()) : 0.0;
  double mean = 0.0;
  for (const float value : x) {
    mean += options.center ? (static_cast<double>(value) - shift) / count : 0.0;
  }
  double variance = 0.0;
  for (const float value : x) {
    const double deviation = (static_cast<double>(value) - shift) - mean;
    variance += deviation * deviation / count;
  }
  std::vector<double> out;
  out.reserve(x.size());
  for (std::size_t j = 0; j < x.size(); ++j) {
    const double deviation = (static_cast<double>(x[j]) - shift) - mean;
    const double total = variance + options.eps;
    const double normalized = total == 0.0 ? 0.0 : deviation / std::sqrt(total);
    const double scaled =
        options.gamma == nullptr ? normalized : normalized * static_cast<double>(options.gamma[j]);
    out.push_back(options.beta == nullptr ? scaled : scaled + static_cast<double>(options.beta[j]));
  }
  return out;
}

inline std::vector<double> rms_norm(std::span<const float> x, NormOptions options) {
  options.center = false;
  return layer_norm(x, options);
}

}  // namespace attnlab::normalization::reference
