#include "normalization/norm_gradient.h"

#include <algorithm>

#include "simd/f32x4.h"
#include "simd/f64x2.h"
#include "simd/row_softmax.h"

namespace attnlab::normalization {
namespace {

using simd::F32x4;
using simd::splat;

constexpr Index kLanes = F32x4::kLanes;
constexpr Index kStep = 2 * kLanes;
constexpr Index kBlock = 16 * kStep;  // entries added up in float32

// A whole vector, or at the end of a row the part of one that is there.
struct Whole {
  static F32x4 load(const float* from, F32x4 /*fill*/) { return simd::load(from); }
  static F32x4 load(const float* from) { return simd::load(from); }
  static void store(float* to, F32x4 value) { simd::store(to, value); }
};
struct Part {
  Index count;
  F32x4 load(const float* from, F32x4 fill) const {
    return simd::load_part(from, count, fill.lanes[0]);
  }
  F32x4 load(const float* from) const { return simd::load_part(from, count, 0.0F); }
  void store(float* to, F32x4 value) const { simd::store_part(to, count, value); }
};

// z of entries from j on.
class Normalized {
 public:
  Normalized(const float* x, const NarrowScale& scale)
      : x_(x),
        shift_(splat(scale.shift)),
        factor_(splat(scale.factor)),
        offset_(splat(scale.offset)) {}

  template <typename Access>
  F32x4 operator()(Access access, Index j) const {
    return simd::multiply_add(access.load(x_ + j, shift_) - shift_, factor_, offset_);
  }

 private:
  const float* x_;
  F32x4 shift_;
  F32x4 factor_;
  F32x4 offset_;
};

struct Chains {
  F32x4 plain = simd::zero();
  F32x4 with_z = simd::zero();
};

// The sums of what take(access, j, chains) adds to chains.
template <typename Take>
RowSums sum(Index length, Take&& take) {
  simd::DoubleSum plain;
  simd::DoubleSum with_z;
  const auto flush = [&](const Chains& chains) {
    plain.add(chains.plain);
    with_z.add(chains.with_z);
  };
  Index j = 0;
  while (j + kStep <= length) {
    const Index end = std::min(j + kBlock, length);
    Chains even;
    Chains odd;
    ATTNLAB_KEEP_ROLLED
    for (; j + kStep <= end; j += kStep) {
      take(Whole{}, j, even);
      take(Whole{}, j + kLanes, odd);
    }
    flush(even);
    flush(odd);
  }
  ATTNLAB_KEEP_ROLLED
  for (; j < length; j += kLanes) {
    Chains rest;
    take(Part{std::min(kLanes, length - j)}, j, rest);
    flush(rest);
  }
  return {plain.value(), with_z.value()};
}

template <bool kBeta>
RowSums sum_each(const float* x, const float* dy, Index length, const NarrowScale& scale,
                 const NarrowParameters& parameters) {
  const Normalized normalized(x, scale);
  const auto [gamma, d_gamma, d_beta] = parameters;
  return sum(length, [&](auto access, Index j, Chains& chains) {
    const F32x4 z = normalized(access, j);
    const F32x4 gradient = access.load(dy + j);
    const F32x4 h = gradient * access.load(gamma + j);
    chains.plain = chains.plain + h;
    chains.with_z = simd::multiply_add(h, z, chains.with_z);
    access.store(d_gamma + j, simd::multiply_add(gradient, z, access.load(d_gamma + j)));
    if constexpr (kBeta) {
      access.store(d_beta + j, gradient + access.load(d_beta + j));
    }
  });
}

// dx_j = (h(access, j) - means.plain - z_j means.with_z) * factor
template <typename Gradient>
void map(const float* x, Index length, const NarrowScale& scale, const RowSums& means, float* dx,
         Gradient&& h) {
  const Normalized normalized(x, scale);
  const F32x4 plain = splat(static_cast<float>(means.plain));
  const F32x4 with_z = splat(static_cast<float>(-means.with_z));
  const F32x4 factor = splat(scale.factor);
  const auto write = [&](auto access, Index j) {
    const F32x4 z = normalized(access, j);
    access.store(dx + j, simd::multiply_add(z, with_z, h(access, j) - plain) * factor);
  };
  Index j = 0;
  ATTNLAB_KEEP_ROLLED
  for (; j + kStep <= length; j += kStep) {
    write(Whole{}, j);
    write(Whole{}, j + kLanes);
  }
  ATTNLAB_KEEP_ROLLED
  for (; j < length; j += kLanes) {
    write(Part{std::min(kLanes, length - j)}, j);
  }
}

}  // namespace

NarrowScale::NarrowScale(const RowScale& scale)
    : fits(scale.factor > 1e-18 && scale.factor < 1e18) {
  if (fits) {
    shift = static_cast<float>(scale.shift - scale.offset / scale.factor);
    factor = static_cast<float>(scale.factor);
    offset = static_cast<float>((static_cast<double>(shift) - scale.shift) * scale.factor +
                                scale.offset);
  }
}

RowSums sum_row_narrow(const float* x, const float* dy, Index length, const NarrowScale& scale,
                       const NarrowParameters* parameters) {
  if (parameters != nullptr) {
    return parameters->d_beta == nullptr ? sum_each<false>(x, dy, length, scale, *parameters)
                                         : sum_each<true>(x, dy, length, scale, *parameters);
  }
  const Normalized normalized(x, scale);
  return sum(length, [&](auto access, Index j, Chains& chains) {
    const F32x4 gradient = access.load(dy + j);
    chains.plain = chains.plain + gradient;
    chains.with_z = simd::multiply_add(gradient, normalized(access, j), chains.with_z);
  });
}

void map_row_back_narrow(const float* x, const float* dy, Index length, const NarrowScale& scale,
                         const RowSums& means, double gamma, const float* gammas, float* dx) {
  if (gammas != nullptr) {
    map(x, length, scale, means, dx,
        [&](auto access, Index j) { return access.load(dy + j) * access.load(gammas + j); });
    return;
  }
  const F32x4 same = splat(static_cast<float>(gamma));
  map(x, length, scale, means, dx,
      [&](auto access, Index j) { return access.load(dy + j) * same; });
}

}  // namespace attnlab::normalization
