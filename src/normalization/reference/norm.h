// The norms by their definitions, in double: the twins that tests hold the kernels to.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "normalization/norm.h"

namespace attnlab::normalization::reference {

// z = (x - mean) / sqrt(variance + eps) of one row, and that root.
struct Normalized {
  std::vector<double> z;
  double root;
};

inline Normalized normalized(std::span<const float> x, const NormOptions& options, Index row) {
  const auto count = static_cast<double>(x.size());
  const Index group = row % options.layout.groups;
  const bool given = options.variance != nullptr;
  // Entries are taken relative to the first one: the mean of entries around 1e8, as a double, is
  // only good to 1e-8.
  double shift = options.center && !x.empty() ? static_cast<double>(x.front()) : 0.0;
  double mean = 0.0;
  double variance = 0.0;
  if (given) {
    shift = options.center ? static_cast<double>(options.mean[group]) : 0.0;
    variance = static_cast<double>(options.variance[group]);
  } else {
    for (const float value : x) {
      mean += options.center ? (static_cast<double>(value) - shift) / count : 0.0;
    }
    for (const float value : x) {
      const double deviation = (static_cast<double>(value) - shift) - mean;
      variance += deviation * deviation / (options.mean_square ? count : 1.0);
    }
  }
  Normalized result{{}, std::sqrt(variance + options.eps)};
  for (const float value : x) {
    const double deviation = (static_cast<double>(value) - shift) - mean;
    result.z.push_back(result.root == 0.0 ? 0.0 : deviation / result.root);
  }
  return result;
}

// The entry of gamma and beta for entry j of a row.
inline std::size_t parameter(const ParameterLayout& layout, Index row, std::size_t j) {
  return static_cast<std::size_t>(row % layout.groups * (layout.count / layout.groups) +
                                  static_cast<Index>(j) / layout.run);
}

inline double gamma_of(const NormOptions& options, Index row, std::size_t j) {
  return options.gamma == nullptr
             ? 1.0
             : static_cast<double>(options.gamma[parameter(options.layout, row, j)]);
}

inline double beta_of(const NormOptions& options, Index row, std::size_t j) {
  return options.beta == nullptr
             ? 0.0
             : static_cast<double>(options.beta[parameter(options.layout, row, j)]);
}

inline std::vector<double> norm(std::span<const float> x, const NormOptions& options, Index row) {
  std::vector<double> out = normalized(x, options, row).z;
  for (std::size_t j = 0; j < out.size(); ++j) {
    out[j] = out[j] * gamma_of(options, row, j) + beta_of(options, row, j);
  }
  return out;
}

struct NormGradients {
  std::vector<double> d_x;
  std::vector<double> terms;  // of d_x, by absolute value
};

// The gradient of gamma or beta, and the sum of the absolute values of its terms; z counts as the
// difference that it is, of terms of size 1.
struct ParameterGradient {
  std::vector<double> sums;
  std::vector<double> terms;

  explicit ParameterGradient(std::size_t count) : sums(count, 0.0), terms(count, 0.0) {}

  void add(std::size_t p, double gradient, double factor, double size) {
    sums[p] += gradient * factor;
    terms[p] += std::abs(gradient) * size;
  }
};

// d_x of one row; adds to d_gamma and d_beta.
inline NormGradients norm_backward(std::span<const float> x, std::span<const float> d_output,
                                   const NormOptions& options, Index row,
                                   ParameterGradient& d_gamma, ParameterGradient& d_beta) {
  const auto [z, root] = normalized(x, options, row);
  const double count = options.mean_square ? static_cast<double>(x.size()) : 1.0;
  double sum_h = 0.0;
  double sum_h_z = 0.0;
  double sum_absolute = 0.0;
  std::vector<double> h(x.size());
  for (std::size_t j = 0; j < x.size(); ++j) {
    const auto gradient = static_cast<double>(d_output[j]);
    h[j] = gradient * gamma_of(options, row, j);
    sum_h += h[j];
    sum_h_z += h[j] * z[j];
    sum_absolute += std::abs(h[j]) * (1.0 + std::abs(z[j]));
    if (!d_gamma.sums.empty()) {
      const std::size_t p = parameter(options.layout, row, j);
      d_gamma.add(p, gradient, z[j], 1.0 + std::abs(z[j]));
      d_beta.add(p, gradient, 1.0, 1.0);
    }
  }
  const bool own = options.variance == nullptr;
  NormGradients result;
  for (std::size_t j = 0; j < x.size(); ++j) {
    const double mean_part = own && options.center ? sum_h / count : 0.0;
    const double square_part = own ? z[j] * sum_h_z / count : 0.0;
    result.d_x.push_back(root == 0.0 ? 0.0 : (h[j] - mean_part - square_part) / root);
    result.terms.push_back(
        root == 0.0 ? 0.0
                    : (std::abs(h[j]) + (1.0 + std::abs(z[j])) * sum_absolute / count) / root);
  }
  return result;
}

inline std::vector<double> layer_norm(std::span<const float> x, const NormOptions& options) {
  return norm(x, options, 0);
}

inline std::vector<double> rms_norm(std::span<const float> x, NormOptions options) {
  options.center = false;
  return norm(x, options, 0);
}

}  // namespace attnlab::normalization::reference
