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
// Plan: see simd/row_softmax.h. The weights of a row wait where its result will be, in the cache. The
// logarithms are subtracted in double; the gradients come in float32, with sums added up in double, and
// from g less one of the g, so that nothing is left where all are equal.
// Error, with y_j = (x_j - m) / T: p within (6 + |y_j|) 2^-23 relative, exactly 0 for y_j < -88;
// l and L within 1 ulp plus 5e-7 min(1, |l|); a gradient within (8 + |y_j|) 2^-23 of the terms that
// it is the difference of, and 0 where all g_j are equal (all tested).
// Cost: x is read from memory once and out written once; softmax about 22 operations per vector of
// four, the logarithms 32, the gradients 31.
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

// Temperatures for which 1/T, and every x / T that counts, keeps its digits in float32.
constexpr double kLowestTemperature = 1e-30;
constexpr double kHighestTemperature = 1e30;

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

simd::RowSum exponentiate(const float* x, Index length, double temperature, float* out,
                          const float* next, float& maximum, Index block) {
  if (temperature < kLowestTemperature || temperature > kHighestTemperature) {
    return exponentiate_in_double(x, length, temperature, out, next, maximum);
  }
  return simd::exponentiate_row(x, length, 1.0 / temperature, out, next, maximum, block);
}

// Calls visit(number of the row, row of x, row of out, sum) for each row, when the weights
// exp((x - origin) / temperature) are in the row of out.
template <typename Visit>
void for_each_row(const linalg::ConstMatrix& x, double temperature, linalg::Matrix out, Index block,
                  Visit&& visit) {
  const Index length = x.cols();
  float maximum = x.rows() == 0 ? 0.0F : simd::row_maximum(x.data(), length);
  for (Index i = 0; i < x.rows(); ++i) {
    const float* from = x.data() + i * length;
    float* to = out.data() + i * length;
    const float* next = i + 1 < x.rows() ? from + length : from;
    visit(i, from, to, exponentiate(from, length, temperature, to, next, maximum, block));
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

// sum_j function(a_j, b_j) over vectors: blocks in float32, blocks of them in double.
template <typename Function>
double block_sum(const float* a, const float* b, Index length, Function&& function) {
  constexpr Index kStep = 2 * F32x4::kLanes;
  simd::DoubleSum total;
  Index j = 0;
  while (j + kStep <= length) {
    const Index end = std::min(j + 2 * simd::kBlockForSum, length);
    F32x4 sums[2] = {simd::zero(), simd::zero()};
    ATTNLAB_KEEP_ROLLED
    for (; j + kStep <= end; j += kStep) {
      sums[0] = function(simd::load(a + j), simd::load(b + j), sums[0]);
      sums[1] = function(simd::load(a + j + 4), simd::load(b + j + 4), sums[1]);
    }
    total.add(sums[0]);
    total.add(sums[1]);
  }
  double sum = 0.0;
  ATTNLAB_KEEP_ROLLED
  for (; j < length; ++j) {
    sum +=
        static_cast<double>(function(simd::splat(a[j]), simd::splat(b[j]), simd::zero()).lanes[0]);
  }
  return sum + total.value();
}

// row_j = function(row_j, g_j), four at a time; in place, because the weights wait where dx will be.
template <typename Function>
void map_weights(float* row, const float* g, Index length, Function&& function) {
  Index j = 0;
  ATTNLAB_KEEP_ROLLED
  for (; j + 2 * F32x4::kLanes <= length; j += 2 * F32x4::kLanes) {
    for (Index at = j; at < j + 2 * F32x4::kLanes; at += F32x4::kLanes) {
      simd::store(row + at, function(simd::load(row + at), simd::load(g + at)));
    }
  }
  ATTNLAB_KEEP_ROLLED
  for (; j < length; ++j) {
    row[j] = function(simd::splat(row[j]), simd::splat(g[j])).lanes[0];
  }
}

// Whether a product with that keeps its digits in float32.
bool is_moderate(double factor) {
  return factor == 0.0 || (std::abs(factor) > 1e-30 && std::abs(factor) < 1e30);
}

// dx_j = w_j (product (g_j - shift) + weight) + gradient g_j: what the gradients come down to. shift is
// one of the g; the weights w are where dx will be.
struct Combination {
  float shift = 0.0F;
  double product = 0.0;
  double weight = 0.0;
  double gradient = 0.0;
};

ATTNLAB_OWN_FUNCTION void combine_in_double(float* row, const float* g, Index length,
                                            const Combination& by) {
  for (Index j = 0; j < length; ++j) {
    const auto gradient = static_cast<double>(g[j]);
    row[j] = static_cast<float>(
        static_cast<double>(row[j]) *
            (by.product * (gradient - static_cast<double>(by.shift)) + by.weight) +
        by.gradient * gradient);
  }
}

ATTNLAB_OWN_FUNCTION void combine(float* row, const float* g, Index length, const Combination& by) {
  // NaN is not moderate, and slow.
  if (!is_moderate(by.product) || !is_moderate(by.weight) || !is_moderate(by.gradient)) {
    combine_in_double(row, g, length, by);
    return;
  }
  const F32x4 weight = simd::splat(static_cast<float>(by.weight));
  if (by.gradient != 0.0) {
    const F32x4 gradient = simd::splat(static_cast<float>(by.gradient));
    map_weights(row, g, length,
                [&](F32x4 w, F32x4 gj) { return simd::multiply_add(w, weight, gj * gradient); });
    return;
  }
  const F32x4 shift = simd::splat(by.shift);
  const F32x4 product = simd::splat(static_cast<float>(by.product));
  map_weights(row, g, length, [&](F32x4 w, F32x4 gj) {
    return simd::multiply_add(gj - shift, product, weight) * w;
  });
}

// sum_j w_j (g_j - shift)
ATTNLAB_OWN_FUNCTION double sum_products(const float* w, const float* g, Index length,
                                         float shift) {
  const F32x4 origin = simd::splat(shift);
  const double sum = block_sum(w, g, length, [&](F32x4 wj, F32x4 gj, F32x4 sums) {
    return simd::multiply_add(wj, gj - origin, sums);
  });
  if (std::isfinite(sum)) {
    return sum;
  }
  // Too large for float32, unless something in the row is infinite or NaN.
  double exact = 0.0;
  for (Index j = 0; j < length; ++j) {
    exact += static_cast<double>(w[j]) * (static_cast<double>(g[j]) - static_cast<double>(shift));
  }
  return exact;
}

ATTNLAB_OWN_FUNCTION double sum_gradients(const float* g, Index length) {
  return block_sum(g, g, length, [](F32x4 gj, F32x4, F32x4 sums) { return sums + gj; });
}

// The smallest in magnitude of a few gradients of a row. Where all are equal, it is what they are, and
// nothing of them is left beside it; one of few that are large it is not.
float shift_of(const float* g, Index length) {
  float shift = g[0];
  for (const Index j : {length / 3, length / 2, length - 1}) {
    shift = std::abs(g[j]) < std::abs(shift) ? g[j] : shift;
  }
  return shift;
}

// 1 / temperature, but finite: an entry as large as the maximum counts as such at any temperature.
double inverse_of(double temperature) {
  return std::min(1.0 / temperature, std::numeric_limits<double>::max());
}

}  // namespace

void softmax(const linalg::ConstMatrix& x, double temperature, linalg::Matrix out) {
  for_each_row(x, temperature, out, simd::kBlockForSum,
               [&](Index, const float*, float* row, simd::RowSum total) {
                 simd::normalize_row(row, x.cols(), total.sum, row);
               });
}

void log_softmax(const linalg::ConstMatrix& x, double temperature, linalg::Matrix out) {
  const Index length = x.cols();
  const double inverse = inverse_of(temperature);
  for_each_row(x, temperature, out, simd::kBlockForLogarithm,
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
  for_each_row(x, temperature, d_x, simd::kBlockForSum,
               [&](Index i, const float*, float* row, simd::RowSum total) {
                 if (total.sum == 0.0) {
                   std::fill_n(row, length, 0.0F);
                   return;
                 }
                 const float* g = d_output.data() + i * length;
                 const float shift = shift_of(g, length);
                 const double product = inverse / total.sum;
                 const double mean = sum_products(row, g, length, shift) / total.sum;
                 combine(row, g, length,
                         {.shift = shift, .product = product, .weight = -mean * product});
               });
}

void log_softmax_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                          double temperature, linalg::Matrix d_x) {
  const Index length = x.cols();
  const double inverse = inverse_of(temperature);
  for_each_row(x, temperature, d_x, simd::kBlockForSum,
               [&](Index i, const float*, float* row, simd::RowSum total) {
                 const float* g = d_output.data() + i * length;
                 const bool visible = total.sum != 0.0;
                 combine(row, g, length,
                         {.weight = visible ? -sum_gradients(g, length) / total.sum * inverse : 0.0,
                          .gradient = visible ? inverse : 0.0});
               });
}

void log_sum_exp_backward(const linalg::ConstMatrix& x, const float* d_output, double temperature,
                          linalg::Matrix d_x) {
  const double inverse = inverse_of(temperature);
  for_each_row(x, temperature, d_x, simd::kBlockForSum,
               [&](Index i, const float*, float* row, simd::RowSum total) {
                 const double share = total.sum == 0.0
                                          ? 0.0
                                          : static_cast<double>(d_output[i]) / total.sum * inverse;
                 combine(row, row, x.cols(), {.weight = share});
               });
}

}  // namespace attnlab::normalization
