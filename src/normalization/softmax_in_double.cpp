#include "normalization/softmax_in_double.h"

#include <cmath>

#include "simd/finite.h"

namespace attnlab::normalization {
namespace {

simd::RowSum exponentiate_in_double(const float* x, Index length, double temperature, float* out,
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

}  // namespace

simd::RowSum exponentiate(const float* x, Index length, double temperature, float* out,
                          const float* next, float& maximum, Index block) {
  if (!simd::is_moderate(temperature)) {
    return exponentiate_in_double(x, length, temperature, out, next, maximum);
  }
  return simd::exponentiate_row(x, length, 1.0 / temperature, out, next, maximum, block);
}

void combine_in_double(const float* w, const float* g, Index begin, Index end,
                       const Combination& by, float* dx) {
  for (Index j = begin; j < end; ++j) {
    const auto gradient = static_cast<double>(g[j]);
    const double factor = by.product * (gradient - by.shift) + by.weight;
    dx[j] = static_cast<float>(static_cast<double>(w[j]) * factor + by.gradient * gradient);
  }
}

}  // namespace attnlab::normalization
