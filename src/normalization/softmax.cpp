// softmax      p_j = exp((x_j - m) / T) / sum_j' exp((x_j' - m) / T),   m = max_j x_j
// log_softmax  l_j = (x_j - m) / T - ln sum_j' exp((x_j' - m) / T)
// log_sum_exp  L   = m / T + ln sum_j exp((x_j - m) / T)
// and backward, g the gradient that comes in:
// softmax      dx_j = p_j (g_j - sum_j' p_j' g_j') / T
// log_softmax  dx_j = (g_j - p_j sum_j' g_j') / T
// log_sum_exp  dx_j = p_j g / T
//
//   x, out, d_output, d_x [rows, length]; L, g of log_sum_exp [rows]
//
// Plan: see simd/row_softmax.h. The weights of a row wait in the first-level cache until they are
// divided by their sum, while the next row is computed: a result's place, when it is first written, is
// mostly not in the cache, and whoever reads there soon has to wait. What is subtracted from something
// large (the logarithms, and g from its own mean) is done in double.
// Error, with y_j = (x_j - m) / T: p within (6 + |y_j|) 2^-23 relative, exactly 0 for y_j < -88;
// l and L within 1 ulp plus 5e-7 min(1, |l|); a gradient within (8 + |y_j|) 2^-23 of the terms that
// it is the difference of, and 1e-15 g where all g_j are g (all tested).
// Cost: x is read from memory once and out written once; softmax about 22 operations per vector of
// four, the logarithms 32, the gradients 45.
#include "normalization/softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "normalization/norm_row.h"
#include "simd/f64x2.h"
#include "simd/own_function.h"
#include "simd/row_softmax.h"

namespace attnlab::normalization {
namespace {

using simd::F32x4;
using simd::F64x2;
using simd::splat64;

// Temperatures for which 1/T, and every x / T that counts, keeps its digits in float32.
constexpr double kLowestTemperature = 1e-30;
constexpr double kHighestTemperature = 1e30;

// Rows up to this length have their weights aside, in the first-level cache, until they are results.
constexpr Index kLongestAside = 2048;

// The same as simd::exponentiate_row, for temperatures outside of that: slow and rare.
ATTNLAB_OWN_FUNCTION simd::RowSum exponentiate_in_double(const float* x, Index length,
                                                         double temperature, float* out,
                                                         const float* next, float& maximum) {
  const float origin = simd::origin_of(maximum);
  double sum = 0.0;
  for (Index j = 0; j < length; ++j) {
    const double weight =
        std::exp((static_cast<double>(x[j]) - static_cast<double>(origin)) / temperature);
    out[j] = static_cast<float>(weight);
    sum += weight;
  }
  maximum = simd::row_maximum(next, length);
  return {origin, sum};
}

bool is_moderate(double temperature) {
  return temperature >= kLowestTemperature && temperature <= kHighestTemperature;
}

simd::RowSum exponentiate(const float* x, Index length, double temperature, float* out,
                          const float* next, float& maximum, Index block) {
  if (!is_moderate(temperature)) {
    return exponentiate_in_double(x, length, temperature, out, next, maximum);
  }
  return simd::exponentiate_row(x, length, 1.0 / temperature, out, next, maximum, block);
}

// Calls visit(number of the row, row of x, row of out, sum) for each row, when the weights
// exp((x - origin) / temperature) are in `aside`, or without that in the row of out.
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
    visit(i, from, to, exponentiate(from, length, temperature, weights, next, maximum, block));
  }
}

// The sum alone, of a row with that maximum.
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

// sum_j a_j and sum_j a_j b_j, in double.
struct Sums {
  double weights;
  double products;
};

ATTNLAB_OWN_FUNCTION Sums sums_in_double(const float* a, const float* b, Index length) {
  F64x2 weights[2] = {splat64(0.0), splat64(0.0)};
  F64x2 products[2] = {splat64(0.0), splat64(0.0)};
  Index j = 0;
  for (; j + F32x4::kLanes <= length; j += F32x4::kLanes) {
    for (int half = 0; half < 2; ++half) {
      const F64x2 weight = simd::load_pair(a + j + 2 * half);
      weights[half] = weights[half] + weight;
      products[half] =
          simd::multiply_add(weight, simd::load_pair(b + j + 2 * half), products[half]);
    }
  }
  Sums sums{simd::sum(weights[0] + weights[1]), simd::sum(products[0] + products[1])};
  ATTNLAB_KEEP_ROLLED
  for (; j < length; ++j) {
    sums.weights += static_cast<double>(a[j]);
    sums.products += static_cast<double>(a[j]) * static_cast<double>(b[j]);
  }
  return sums;
}

// dx_j = product w_j (g_j - mean) + gradient g_j + weight w_j, in double: what the gradients come down to.
struct Combination {
  double mean = 0.0;
  double product = 0.0;
  double gradient = 0.0;
  double weight = 0.0;
};

ATTNLAB_OWN_FUNCTION void combine(const float* w, const float* g, Index length,
                                  const Combination& combination, float* dx) {
  const F64x2 mean = splat64(combination.mean);
  const F64x2 product = splat64(combination.product);
  const F64x2 gradient = splat64(combination.gradient);
  const F64x2 weight = splat64(combination.weight);
  const auto pair = [&](F64x2 wj, F64x2 gj) {
    return simd::multiply_add(simd::multiply_add(gj - mean, product, weight), wj, gj * gradient);
  };
  Index j = 0;
  ATTNLAB_KEEP_ROLLED
  for (; j + F32x4::kLanes <= length; j += F32x4::kLanes) {
    simd::store(dx + j,
                simd::narrow({pair(simd::load_pair(w + j), simd::load_pair(g + j)),
                              pair(simd::load_pair(w + j + 2), simd::load_pair(g + j + 2))}));
  }
  ATTNLAB_KEEP_ROLLED
  for (; j < length; ++j) {
    const F64x2 value =
        pair(splat64(static_cast<double>(w[j])), splat64(static_cast<double>(g[j])));
    dx[j] = static_cast<float>(value.lanes[0]);
  }
}

// 1 / temperature, but finite: an entry as large as the maximum counts as such at any temperature.
double inverse_of(double temperature) {
  return std::min(1.0 / temperature, std::numeric_limits<double>::max());
}

}  // namespace

void softmax(const linalg::ConstMatrix& x, double temperature, linalg::Matrix out) {
  const Index length = x.cols();
  if (x.rows() == 0 || length > kLongestAside || !is_moderate(temperature)) {
    for_each_row(x, temperature, out, simd::kBlockForSum, nullptr,
                 [&](Index, const float*, float* row, simd::RowSum total) {
                   simd::normalize_row(row, length, total.sum, row);
                 });
    return;
  }
  // The weights of this row, and those of the row before, which are made its result meanwhile.
  float aside[2][kLongestAside];
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
  float aside[kLongestAside];
  for_each_row(x, temperature, out, simd::kBlockForLogarithm,
               length <= kLongestAside ? aside : nullptr,
               [&](Index, const float* from, float* row, simd::RowSum total) {
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
    // Beside +infinity the sum is NaN; the logarithm is +infinity all the same, unless a NaN is there.
    const bool infinite = std::isinf(maximum) && maximum > 0.0F &&
                          std::none_of(row, row + length, [](float v) { return std::isnan(v); });
    out[i] = infinite ? maximum
                      : static_cast<float>(static_cast<double>(simd::origin_of(maximum)) *
                                               inverse_of(temperature) +
                                           std::log(sum));
  }
}

void softmax_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                      double temperature, linalg::Matrix d_x) {
  const Index length = x.cols();
  const double inverse = inverse_of(temperature);
  for_each_row(x, temperature, d_x, simd::kBlockForSum, nullptr,
               [&](Index i, const float*, float* row, simd::RowSum total) {
                 const float* g = d_output.data() + i * length;
                 // Both sums from the same weights: where all gradients are equal, so is their mean.
                 const Sums sums = sums_in_double(row, g, length);
                 const bool visible = total.sum != 0.0;
                 combine(row, g, length,
                         {.mean = visible ? sums.products / sums.weights : 0.0,
                          .product = visible ? inverse / total.sum : 0.0},
                         row);
               });
}

void log_softmax_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                          double temperature, linalg::Matrix d_x) {
  const Index length = x.cols();
  const double inverse = inverse_of(temperature);
  for_each_row(x, temperature, d_x, simd::kBlockForSum, nullptr,
               [&](Index i, const float*, float* row, simd::RowSum total) {
                 const float* g = d_output.data() + i * length;
                 const Sums sums = sums_in_double(g, g, length);
                 const bool visible = total.sum != 0.0;
                 combine(row, g, length,
                         {.gradient = visible ? inverse : 0.0,
                          .weight = visible ? -sums.weights / total.sum * inverse : 0.0},
                         row);
               });
}

void log_sum_exp_backward(const linalg::ConstMatrix& x, const float* d_output, double temperature,
                          linalg::Matrix d_x) {
  const double inverse = inverse_of(temperature);
  for_each_row(x, temperature, d_x, simd::kBlockForSum, nullptr,
               [&](Index i, const float*, float* row, simd::RowSum total) {
                 const double share = total.sum == 0.0
                                          ? 0.0
                                          : static_cast<double>(d_output[i]) / total.sum * inverse;
                 combine(row, row, x.cols(), {.weight = share}, row);
               });
}

}  // namespace attnlab::normalization
