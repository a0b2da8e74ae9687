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
// Plan: see simd/row_softmax.h. The weights of a row wait in scratch, which stays in the cache; what
// is subtracted from something large (the logarithms, and g from its own mean) is done in double.
// Error, with y_j = (x_j - m) / T: p within (6 + |y_j|) 2^-23 relative, exactly 0 for y_j < -88;
// l and L within 1 ulp plus 5e-7 min(1, |l|); a gradient within (8 + |y_j|) 2^-23 of the terms that
// it is the difference of, and 1e-15 g where all g_j are g (all tested).
// Cost: x is read from memory once and out written once; softmax about 22 operations per vector of
// four, the logarithms 32, the gradients 45.
#include "normalization/softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "simd/row_softmax.h"

namespace attnlab::normalization {
namespace {

using simd::F32x4;
using simd::F64x2;
using simd::splat64;

// Temperatures for which 1/T, and every x / T that counts, keeps its digits in float32.
constexpr double kLowestTemperature = 1e-30;
constexpr double kHighestTemperature = 1e30;

// The same as simd::exponentiate_row, for temperatures outside of that: slow and rare.
simd::RowSum exponentiate_in_double(const float* x, Index length, double temperature, float* out) {
  const float origin = simd::origin_of(simd::row_maximum(x, length));
  double sum = 0.0;
  for (Index j = 0; j < length; ++j) {
    const double weight =
        std::exp((static_cast<double>(x[j]) - static_cast<double>(origin)) / temperature);
    out[j] = static_cast<float>(weight);
    sum += weight;
  }
  return {origin, sum};
}

// Calls visit(row, sum) for each row, whose weights exp((x - origin) / temperature) are in `weights`
// meanwhile.
template <typename Visit>
void for_each_row(const linalg::ConstMatrix& x, double temperature, std::span<float> weights,
                  Visit&& visit) {
  const Index length = x.cols();
  const bool in_double = temperature < kLowestTemperature || temperature > kHighestTemperature;
  float maximum = x.rows() == 0 ? 0.0F : simd::row_maximum(x.data(), length);
  for (Index i = 0; i < x.rows(); ++i) {
    const float* row = x.data() + i * length;
    const float* next = i + 1 < x.rows() ? row + length : row;
    visit(i, in_double ? exponentiate_in_double(row, length, temperature, weights.data())
                       : simd::exponentiate_row(row, length, 1.0 / temperature, weights.data(),
                                                next, maximum));
  }
}

// out_j = f(a_j, b_j), a and b as pairs of doubles.
template <typename Function>
void map_in_double(const float* a, const float* b, Index length, float* out, Function&& function) {
  Index j = 0;
  for (; j + F32x4::kLanes <= length; j += F32x4::kLanes) {
    simd::store(out + j, simd::narrow({function(simd::load_pair(a + j), simd::load_pair(b + j)),
                                       function(simd::load_pair(a + j + 2),
                                                simd::load_pair(b + j + 2))}));
  }
  for (; j < length; ++j) {
    out[j] = static_cast<float>(function(splat64(static_cast<double>(a[j])),
                                         splat64(static_cast<double>(b[j])))
                                    .lanes[0]);
  }
}

// sum_j a_j and sum_j a_j b_j, in double.
struct Sums {
  double weights;
  double products;
};

Sums sums_in_double(const float* a, const float* b, Index length) {
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
  for (; j < length; ++j) {
    sums.weights += static_cast<double>(a[j]);
    sums.products += static_cast<double>(a[j]) * static_cast<double>(b[j]);
  }
  return sums;
}

}  // namespace

void softmax(const linalg::ConstMatrix& x, double temperature, linalg::Matrix out,
             std::span<float> scratch) {
  for_each_row(x, temperature, scratch, [&](Index i, simd::RowSum total) {
    simd::normalize_row(scratch.data(), x.cols(), total.sum, out.data() + i * x.cols());
  });
}

void log_softmax(const linalg::ConstMatrix& x, double temperature, linalg::Matrix out,
                 std::span<float> scratch) {
  const Index length = x.cols();
  for_each_row(x, temperature, scratch, [&](Index i, simd::RowSum total) {
    float* row = out.data() + i * length;
    if (total.sum == 0.0) {
      std::fill_n(row, length, -std::numeric_limits<float>::infinity());
      return;
    }
    const F64x2 origin = splat64(total.origin);
    const F64x2 divisor = splat64(temperature);
    const F64x2 log_sum = splat64(std::log(total.sum));
    const float* from = x.data() + i * length;
    if (temperature == 1.0) {
      map_in_double(from, from, length, row,
                    [&](F64x2 value, F64x2) { return (value - origin) - log_sum; });
    } else {
      map_in_double(from, from, length, row,
                    [&](F64x2 value, F64x2) { return (value - origin) / divisor - log_sum; });
    }
  });
}

void log_sum_exp(const linalg::ConstMatrix& x, double temperature, float* out,
                 std::span<float> scratch) {
  for_each_row(x, temperature, scratch, [&](Index i, simd::RowSum total) {
    const float* row = x.data() + i * x.cols();
    // Beside +infinity the sum is NaN; the logarithm is +infinity all the same, unless a NaN is there.
    const bool infinite =
        std::isinf(total.origin) && std::none_of(row, row + x.cols(), [](float value) {
          return std::isnan(value);
        });
    out[i] = infinite ? total.origin
                      : static_cast<float>(total.origin / temperature + std::log(total.sum));
  });
}

void softmax_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                      double temperature, linalg::Matrix d_x, std::span<float> scratch) {
  const Index length = x.cols();
  for_each_row(x, temperature, scratch, [&](Index i, simd::RowSum total) {
    const float* gradient = d_output.data() + i * length;
    // Both sums from the same weights: where all gradients are equal, so is their mean.
    const Sums sums = sums_in_double(scratch.data(), gradient, length);
    const bool visible = total.sum != 0.0;
    const F64x2 mean = splat64(visible ? sums.products / sums.weights : 0.0);
    const F64x2 factor = splat64(visible ? 1.0 / (total.sum * temperature) : 0.0);
    map_in_double(scratch.data(), gradient, length, d_x.data() + i * length,
                  [&](F64x2 weight, F64x2 g) { return weight * (g - mean) * factor; });
  });
}

void log_softmax_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                          double temperature, linalg::Matrix d_x, std::span<float> scratch) {
  const Index length = x.cols();
  for_each_row(x, temperature, scratch, [&](Index i, simd::RowSum total) {
    const float* gradient = d_output.data() + i * length;
    const Sums sums = sums_in_double(gradient, gradient, length);
    const bool visible = total.sum != 0.0;
    const F64x2 factor = splat64(visible ? 1.0 / temperature : 0.0);
    const F64x2 share = splat64(visible ? sums.weights / total.sum : 0.0);
    map_in_double(scratch.data(), gradient, length, d_x.data() + i * length,
                  [&](F64x2 weight, F64x2 g) { return (g - weight * share) * factor; });
  });
}

void log_sum_exp_backward(const linalg::ConstMatrix& x, const float* d_output, double temperature,
                          linalg::Matrix d_x, std::span<float> scratch) {
  const Index length = x.cols();
  for_each_row(x, temperature, scratch, [&](Index i, simd::RowSum total) {
    const double share =
        total.sum == 0.0 ? 0.0 : static_cast<double>(d_output[i]) / (total.sum * temperature);
    map_in_double(scratch.data(), scratch.data(), length, d_x.data() + i * length,
                  [&](F64x2 weight, F64x2) { return weight * splat64(share); });
  });
}

}  // namespace attnlab::normalization
