// softmax      p_j = exp((x_j - m) / T) / sum_j' exp((x_j' - m) / T),   m = max_j x_j
// log_softmax  l_j = (x_j - m) / T - ln sum_j' exp((x_j' - m) / T)
//
//   x, out [rows, length]
//
// Plan: see simd/row_softmax.h. log_softmax does its subtraction and logarithm in double, because
// its caller wants differences of large numbers exactly.
// Error, with y_j = (x_j - m) / T: p within (6 + |y_j|) 2^-23 relative, exactly 0 for y_j < -88;
// l within 1 ulp plus 5e-7 min(1, |l|) (all tested).
// Cost: softmax 3 reads, 2 writes, log_softmax 3 reads, 2 writes and about 35 operations per entry.
#include "normalization/softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "simd/row_softmax.h"

namespace attnlab::normalization {
namespace {

using linalg::Index;

// Temperatures for which 1/T, and every x / T that counts, keeps its digits in float32.
constexpr double kLowestTemperature = 1e-30;
constexpr double kHighestTemperature = 1e30;

// The same as simd::exponentiate_row, for temperatures outside of that: slow and rare.
simd::RowSum exponentiate_in_double(const float* x, Index length, double temperature, float* out) {
  constexpr float kLowest = -std::numeric_limits<float>::infinity();
  const float maximum = simd::row_maximum(x, length);
  const float origin = maximum == kLowest ? 0.0F : maximum;
  double sum = 0.0;
  for (Index j = 0; j < length; ++j) {
    const double weight =
        std::exp((static_cast<double>(x[j]) - static_cast<double>(origin)) / temperature);
    out[j] = static_cast<float>(weight);
    sum += weight;
  }
  return {origin, sum};
}

simd::RowSum exponentiate(const float* x, Index length, double temperature, float* out) {
  if (temperature < kLowestTemperature || temperature > kHighestTemperature) {
    return exponentiate_in_double(x, length, temperature, out);
  }
  return simd::exponentiate_row(x, length, static_cast<float>(1.0 / temperature), out);
}

}  // namespace

void softmax(const linalg::ConstMatrix& x, double temperature, linalg::Matrix out) {
  const Index length = x.cols();
  for (Index i = 0; i < x.rows(); ++i) {
    float* row = out.data() + i * length;
    const simd::RowSum total = exponentiate(x.data() + i * length, length, temperature, row);
    simd::normalize_row(row, length, total.sum);
  }
}

void log_softmax(const linalg::ConstMatrix& x, double temperature, linalg::Matrix out) {
  const Index length = x.cols();
  for (Index i = 0; i < x.rows(); ++i) {
    const float* from = x.data() + i * length;
    float* row = out.data() + i * length;
    const simd::RowSum total = exponentiate(from, length, temperature, row);
    if (total.sum == 0.0) {
      std::fill_n(row, length, -std::numeric_limits<float>::infinity());
      continue;
    }
    const double origin = total.origin;
    const double log_sum = std::log(total.sum);
    for (Index j = 0; j < length; ++j) {
      row[j] = static_cast<float>((static_cast<double>(from[j]) - origin) / temperature - log_sum);
    }
  }
}

}  // namespace attnlab::normalization
