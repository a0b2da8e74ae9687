// softmax      p_j = exp((x_j - m) / T) / sum_j' exp((x_j' - m) / T),   m = max_j x_j
// log_softmax  l_j = (x_j - m) / T - ln sum_j' exp((x_j' - m) / T)
// log_sum_exp  L   = m / T + ln sum_j exp((x_j - m) / T)
//
//   x, out [rows, length]; L [rows]
//
// Plan: see simd/row_softmax.h. The weights of a row stay in the first-level cache until they are
// divided by their sum, while the next row is computed. The logarithms are subtracted in double.
// Error, with y_j = (x_j - m) / T: p within (6 + |y_j|) 2^-23 relative, exactly 0 for y_j < -88;
// l and L within 1 ulp plus 5e-7 min(1, |l|) (tested).
// Cost: x is read from memory once and out written once; softmax about 22 operations per vector of
// four, the logarithms 32.
#include "normalization/softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "normalization/norm_row.h"
#include "normalization/softmax_in_double.h"
#include "simd/finite.h"
#include "simd/row_softmax.h"

namespace attnlab::normalization {
namespace {

// Calls visit(row of x, row of out, sum) for each row once its weights exp((x - origin) /
// temperature) are in `aside`, or in the row of out if aside is nullptr.
template <typename Visit>
void for_each_row(const linalg::ConstMatrix& x, double temperature, linalg::Matrix out, Index block,
                  float* aside, Visit&& visit) {
  const Index length = x.cols();
  float maximum = x.rows() == 0 ? 0.0F : simd::row_maximum(x.data(), length);
  for (Index i = 0; i < x.rows(); ++i) {
    const float* from = x.data() + i * length;
    float* to = out.data() + i * length;
    const float* next = i + 1 < x.rows() ? from + length : from;
    float* weights = aside == nullptr ? to : aside;
    visit(from, to, exponentiate(from, length, temperature, weights, next, maximum, block));
  }
}

// The sum of the weights of a row with the given maximum; the weights are dropped.
double sum_of_weights(const float* x, Index length, double temperature, float maximum) {
  constexpr Index kRun = 256;
  float weights[kRun];
  double sum = 0.0;
  for (Index j = 0; j < length; j += kRun) {
    float origin = maximum;
    const Index size = std::min(kRun, length - j);
    sum += exponentiate(x + j, size, temperature, weights, x + j, origin, simd::kBlockForLogarithm)
               .sum;
  }
  return sum;
}

}  // namespace

void softmax(const linalg::ConstMatrix& x, double temperature, linalg::Matrix out) {
  const Index length = x.cols();
  if (x.rows() == 0 || length > simd::kLongestAside || !simd::is_moderate(temperature)) {
    for_each_row(x, temperature, out, simd::kBlockForSum, nullptr,
                 [&](const float*, float* row, simd::RowSum total) {
                   simd::normalize_row(row, length, total.sum, row);
                 });
    return;
  }
  // The weights of this row, and those of the previous row, which are normalized meanwhile.
  float aside[2][simd::kLongestAside];
  const double factor = 1.0 / temperature;
  float maximum = simd::row_maximum(x.data(), length);
  simd::UnfinishedRow before{};
  for (Index i = 0; i < x.rows(); ++i) {
    const float* from = x.data() + i * length;
    const float* next = i + 1 < x.rows() ? from + length : from;
    float* weights = aside[i % 2];
    const simd::RowSum total =
        i == 0 ? simd::exponentiate_row(from, length, factor, weights, next, maximum,
                                        simd::kBlockForSum)
               : simd::exponentiate_row(from, length, factor, weights, next, maximum, before);
    before = {weights, total.sum, out.data() + i * length};
  }
  simd::normalize_row(before.weights, length, before.sum, before.out);
}

void log_softmax(const linalg::ConstMatrix& x, double temperature, linalg::Matrix out) {
  const Index length = x.cols();
  const double inverse = inverse_of(temperature);
  float aside[simd::kLongestAside];
  for_each_row(x, temperature, out, simd::kBlockForLogarithm,
               length <= simd::kLongestAside ? aside : nullptr,
               [&](const float* from, float* row, simd::RowSum total) {
                 if (total.sum == 0.0) {
                   std::fill_n(row, length, -std::numeric_limits<float>::infinity());
                   return;
                 }
                 map_row(from, length, {total.origin, inverse, -std::log(total.sum)}, row);
               });
}

void log_sum_exp(const linalg::ConstMatrix& x, double temperature, float* out) {
  const Index length = x.cols();
  for (Index i = 0; i < x.rows(); ++i) {
    const float* row = x.data() + i * length;
    const float maximum = simd::row_maximum(row, length);
    const double sum = sum_of_weights(row, length, temperature, maximum);
    // With +infinity in the row the sum is NaN, yet the result is +infinity unless there is a NaN.
    const bool infinite = std::isinf(maximum) && maximum > 0.0F &&
                          std::none_of(row, row + length, [](float v) { return std::isnan(v); });
    out[i] = infinite ? maximum
                      : static_cast<float>(static_cast<double>(simd::origin_of(maximum)) *
                                               inverse_of(temperature) +
                                           std::log(sum));
  }
}

}  // namespace attnlab::normalization
