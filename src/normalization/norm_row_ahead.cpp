#include "normalization/norm_row_ahead.h"

#include <cmath>

#include "simd/f32x4.h"
#include "simd/f64x2.h"
#include "simd/own_function.h"

namespace attnlab::normalization {
namespace {

using simd::F32x4;
using simd::F64x2;
using simd::splat;
using simd::splat64;

// Writes map.four(j), entries j to j + 3, and at the end map.one(j), and sums `next`; map.advance()
// moves the origin of j by 8 entries.
template <bool kFirst, typename Map>
ATTNLAB_OWN_FUNCTION RowPowers write_row(Index length, float* out, const float* next,
                                         const Map& given) {
  // A copy, which stays in registers: for all the compiler knows, `out` may alias `given`.
  Map map = given;
  PowerSums<kFirst> sums;
  ATTNLAB_KEEP_ROLLED
  for (Index step = length / sums.kEntries; step > 0; --step) {
    sums.take(next);
    simd::store(out, map.four(0));
    simd::store(out + 4, map.four(4));
    map.advance();
    simd::advance<sums.kEntries>(next, out);
  }
  ATTNLAB_KEEP_ROLLED
  for (Index j = 0; j < length % sums.kEntries; ++j) {
    sums.take_one(static_cast<double>(next[j]));
    out[j] = map.one(j);
  }
  return sums.total();
}

// z gamma + beta in double.
class WithParameters {
 public:
  WithParameters(const float* x, const RowScale& scale, const RowParameters& parameters)
      : x_(x),
        factor_(splat64(scale.factor)),
        offset_(splat64(scale.offset)),
        gamma_(parameters.gamma),
        beta_(parameters.beta) {}

  F32x4 four(Index j) const {
    const simd::Widened x = simd::widen(simd::load(x_ + j));
    const double* const gamma = gamma_ + j;
    const double* const beta = beta_ + j;
    return simd::narrow({end(x.low, simd::load64(gamma), simd::load64(beta)),
                         end(x.high, simd::load64(gamma + 2), simd::load64(beta + 2))});
  }
  void advance() { simd::advance<8>(x_, gamma_, beta_); }
  float one(Index j) const {
    const F64x2 x = splat64(static_cast<double>(x_[j]));
    return static_cast<float>(end(x, splat64(gamma_[j]), splat64(beta_[j])).lanes[0]);
  }

 private:
  F64x2 end(F64x2 x, F64x2 gamma, F64x2 beta) const {
    return simd::multiply_add(simd::multiply_add(x, factor_, offset_), gamma, beta);
  }

  const float* x_;
  F64x2 factor_;
  F64x2 offset_;
  const double* gamma_;
  const double* beta_;
};

// A double as the sum of two floats.
struct Split {
  F32x4 high;
  F32x4 low;

  explicit Split(double value)
      : high(splat(static_cast<float>(value))),
        low(splat(static_cast<float>(value - static_cast<double>(static_cast<float>(value))))) {}
};

// z without an offset.
class Scaled {
 public:
  Scaled(const float* x, double factor) : x_(x), factor_(factor) {}

  // Whether both floats of the factor, and their products, are normal numbers.
  static bool fits(double factor) {
    const double size = std::abs(factor);
    return size > 1e-25 && size < 1e25;
  }

  F32x4 four(Index j) const { return scaled(simd::load(x_ + j)); }
  void advance() { simd::advance<8>(x_); }
  float one(Index j) const { return scaled(splat(x_[j])).lanes[0]; }

 private:
  F32x4 scaled(F32x4 x) const { return simd::multiply_add(x, factor_.high, x * factor_.low); }

  const float* x_;
  Split factor_;
};

// z gamma without an offset.
class ScaledTwice {
 public:
  ScaledTwice(const float* x, double factor, const float* gamma)
      : x_(x), factor_(factor), negative_(simd::zero() - factor_.high), gamma_(gamma) {}

  F32x4 four(Index j) const { return scaled(simd::load(x_ + j), simd::load(gamma_ + j)); }
  void advance() { simd::advance<8>(x_, gamma_); }
  float one(Index j) const { return scaled(splat(x_[j]), splat(gamma_[j])).lanes[0]; }

 private:
  F32x4 scaled(F32x4 x, F32x4 gamma) const {
    // The product with the negative factor saves a change of signs.
    const F32x4 high = x * negative_;
    const F32x4 low = simd::multiply_add(x, factor_.low, simd::multiply_add(x, factor_.high, high));
    return simd::negative_multiply_add(high, gamma, low * gamma);
  }

  const float* x_;
  Split factor_;
  F32x4 negative_;
  const float* gamma_;
};

}  // namespace

std::optional<RowPowers> map_row_ahead(const float* x, Index length, const RowScale& scale,
                                       bool centered, const RowParameters* parameters,
                                       bool with_beta, const float* next, float* out) {
  if constexpr (simd::kFusesMultiplyAdd) {
    if (scale.shift != 0.0) {
      return {};
    }
    if (centered) {
      if (parameters != nullptr) {
        return write_row<true>(length, out, next, WithParameters(x, scale, *parameters));
      }
    } else if (scale.offset == 0.0 && !with_beta && Scaled::fits(scale.factor)) {
      return parameters == nullptr
                 ? write_row<false>(length, out, next, Scaled(x, scale.factor))
                 : write_row<false>(length, out, next,
                                    ScaledTwice(x, scale.factor, parameters->narrow_gamma));
    }
  }
  return {};
}

}  // namespace attnlab::normalization
