// The gradients of softmax.cpp; p_j and m as there, g the gradient of the result:
//   softmax      dx_j = p_j (g_j - sum_j' p_j' g_j') / T
//   log_softmax  dx_j = (g_j - p_j sum_j' g_j') / T
//   log_sum_exp  dx_j = p_j g / T
//
//   x, g, dx [rows, length]; g of log_sum_exp [rows]
//
// Plan: simd/row_softmax.h; the weights stay in the first-level cache for a pass that sums their
// products with g (with the code of the norms' gradients) and one that turns them into dx. In
// float32, block sums in double. softmax subtracts one entry of g from all first, so that the
// gradient is exactly 0 where they are equal. Error, with y_j = (x_j - m) / T: within (8 + |y_j|)
// 2^-23 of the terms that a gradient is the difference of, and 0 for softmax where all g_j are
// equal (tested).
// Cost: x and g are read from memory once and dx is written once. About 32 operations per vector of
// four.
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "normalization/norm_gradient.h"
#include "normalization/softmax.h"
#include "normalization/softmax_in_double.h"
#include "simd/finite.h"
#include "simd/own_function.h"

namespace attnlab::normalization {
namespace {

using simd::F32x4;
using simd::splat;

constexpr Index kStep = 2 * F32x4::kLanes;

// dx_j = function(w_j, g_j) for that many steps.
template <typename Function>
void map(const float* w, const float* g, Index steps, float* dx, Function&& function) {
  ATTNLAB_KEEP_ROLLED
  for (Index step = 0; step < steps; ++step) {
    for (int at = 0; at < kStep; at += F32x4::kLanes) {
      simd::store(dx + at, function(simd::load(w + at), simd::load(g + at)));
    }
    simd::advance<kStep>(w, g, dx);
  }
}

// combine_in_double for a whole row. Either by.product or by.gradient is 0.
ATTNLAB_OWN_FUNCTION void combine(const float* w, const float* g, Index length,
                                  const Combination& by, float* dx) {
  // NaN is not moderate either and takes the slow way.
  const bool narrow = simd::is_moderate_or_zero(by.product) &&
                      simd::is_moderate_or_zero(by.weight) &&
                      simd::is_moderate_or_zero(by.gradient);
  const Index steps = narrow ? length / kStep : 0;
  combine_in_double(w, g, steps * kStep, length, by, dx);
  const F32x4 weight = splat(static_cast<float>(by.weight));
  if (by.product == 0.0) {
    const F32x4 gradient = splat(static_cast<float>(by.gradient));
    map(w, g, steps, dx,
        [&](F32x4 wj, F32x4 gj) { return simd::multiply_add(wj, weight, gj * gradient); });
    return;
  }
  const F32x4 shift = splat(static_cast<float>(by.shift));
  const F32x4 product = splat(static_cast<float>(by.product));
  map(w, g, steps, dx,
      [&](F32x4 wj, F32x4 gj) { return simd::multiply_add(gj - shift, product, weight) * wj; });
}

// The smallest in magnitude of four entries of g. Where all entries are equal, their difference
// from it is exactly 0; where a few are large, it is hardly one of them.
float shift_of(const float* g, Index length) {
  float shift = g[0];
  for (const Index j : {length / 3, length / 2, length - 1}) {
    shift = std::abs(g[j]) < std::abs(shift) ? g[j] : shift;
  }
  return shift;
}

// sum_j w_j and sum_j w_j (g_j - shift); in double if float32 overflows or the row holds infinity
// or
// NaN.
RowSums sum_products(const float* w, const float* g, Index length, float shift) {
  const RowScale scale{static_cast<double>(shift), 1.0, 0.0};
  RowSums sums = sum_gradients(g, w, length, NarrowScale(scale), nullptr);
  const bool finite = std::isfinite(sums.first) && std::isfinite(sums.second);
  if (!finite) {
    sums = {};
  }
  return sums += sum_gradients_in_double(g, w, finite ? whole_steps(length) : 0, length, scale,
                                         nullptr, nullptr);
}

enum class Kind : std::uint8_t { kSoftmax, kLogSoftmax, kLogSumExp };

// gradient: d_output.
void backward(Kind kind, const linalg::ConstMatrix& x, const float* gradient, double temperature,
              linalg::Matrix d_x) {
  const Index length = x.cols();
  if (x.rows() == 0 || length == 0) {
    return;
  }
  const double inverse = inverse_of(temperature);
  float aside[simd::kLongestAside];
  float maximum = simd::row_maximum(x.data(), length);
  for (Index i = 0; i < x.rows(); ++i) {
    const float* from = x.data() + i * length;
    const float* next = i + 1 < x.rows() ? from + length : from;
    float* dx = d_x.data() + i * length;
    float* w = length <= simd::kLongestAside ? aside : dx;
    // log_sum_exp has one gradient per row; the weights stand in for g, multiplied by 0.
    const float* g = kind == Kind::kLogSumExp ? w : gradient + i * length;
    const double sum =
        exponentiate(from, length, temperature, w, next, maximum, simd::kBlockForSum).sum;
    if (sum == 0.0) {
      std::fill_n(dx, length, 0.0F);
      continue;
    }
    Combination by;
    if (kind == Kind::kSoftmax) {
      const float shift = shift_of(g, length);
      by.shift = static_cast<double>(shift);
      by.product = inverse / sum;
      by.weight = -sum_products(w, g, length, shift).second / sum * by.product;
    } else if (kind == Kind::kLogSoftmax) {
      by.weight = -sum_products(g, w, length, 0.0F).first / sum * inverse;
      by.gradient = inverse;
    } else {
      by.weight = static_cast<double>(gradient[i]) / sum * inverse;
    }
    combine(w, g, length, by, dx);
  }
}

}  // namespace

void softmax_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                      double temperature, linalg::Matrix d_x) {
  backward(Kind::kSoftmax, x, d_output.data(), temperature, d_x);
}

void log_softmax_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                          double temperature, linalg::Matrix d_x) {
  backward(Kind::kLogSoftmax, x, d_output.data(), temperature, d_x);
}

void log_sum_exp_backward(const linalg::ConstMatrix& x, const float* d_output, double temperature,
                          linalg::Matrix d_x) {
  backward(Kind::kLogSumExp, x, d_output, temperature, d_x);
}

}  // namespace attnlab::normalization
