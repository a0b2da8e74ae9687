#include "normalization/norm_gradient.h"

#include <algorithm>

#include "simd/f32x4.h"
#include "simd/f64x2.h"

namespace attnlab::normalization {
namespace {

using simd::F32x4;
using simd::splat;

constexpr Index kBlock = 16;  // steps added up in float32

struct Chains {
  F32x4 first = simd::zero();
  F32x4 second = simd::zero();
};

// The sums of what take(at, chains) adds to its chains for the vectors at 0 and 4 of each step;
// next() advances to the next step.
template <typename Take, typename Next>
RowSums sum_steps(Index length, Take&& take, Next&& next) {
  simd::DoubleSum first;
  simd::DoubleSum second;
  Index left = length / kGradientStep;
  while (left > 0) {
    const Index block = std::min(left, kBlock);
    Chains even;
    Chains odd;
    ATTNLAB_KEEP_ROLLED
    for (Index step = 0; step < block; ++step) {
      take(0, even);
      take(F32x4::kLanes, odd);
      next();
    }
    first.add(even.first + odd.first);
    second.add(even.second + odd.second);
    left -= block;
  }
  return {first.value(), second.value()};
}

void add_deviation(F32x4 deviation, Chains& chains) {
  chains.first = chains.first + deviation;
  chains.second = simd::multiply_add(deviation, deviation, chains.second);
}

class Normalized {
 public:
  explicit Normalized(const NarrowScale& scale)
      : shift_(splat(scale.shift)), factor_(splat(scale.factor)), offset_(splat(scale.offset)) {}

  F32x4 operator()(F32x4 x) const { return simd::multiply_add(x - shift_, factor_, offset_); }

 private:
  F32x4 shift_;
  F32x4 factor_;
  F32x4 offset_;
};

template <bool kBeta>
RowSums sum_each(const float* x, const float* dy, Index length, const NarrowScale& scale,
                 const NarrowParameters& parameters) {
  const Normalized normalized(scale);
  auto [gamma, d_gamma, d_beta] = parameters;
  return sum_steps(
      length,
      [&](Index at, Chains& chains) {
        const F32x4 z = normalized(simd::load(x + at));
        const F32x4 gradient = simd::load(dy + at);
        const F32x4 h = gradient * simd::load(gamma + at);
        chains.first = chains.first + h;
        chains.second = simd::multiply_add(h, z, chains.second);
        simd::store(d_gamma + at, simd::multiply_add(gradient, z, simd::load(d_gamma + at)));
        if constexpr (kBeta) {
          simd::store(d_beta + at, gradient + simd::load(d_beta + at));
        }
      },
      [&] {
        simd::advance<kGradientStep>(x, dy, gamma, d_gamma);
        if constexpr (kBeta) {
          simd::advance<kGradientStep>(d_beta);
        }
      });
}

template <bool kEach>
RowSums map(const float* x, const float* dy, Index length, const NarrowLine& line,
            const float* gamma, float* dx, const float* next, float next_origin) {
  const F32x4 shift = splat(line.shift);
  const F32x4 gradient = splat(line.gradient);
  const F32x4 slope = splat(line.slope);
  const F32x4 constant = splat(line.constant);
  const F32x4 origin = splat(next_origin);
  return sum_steps(
      length,
      [&](Index at, Chains& chains) {
        add_deviation(simd::load(next + at) - origin, chains);
        const F32x4 rest = simd::multiply_add(simd::load(x + at) - shift, slope, constant);
        F32x4 h = simd::load(dy + at);
        if constexpr (kEach) {
          h = h * simd::load(gamma + at);
        }
        simd::store(dx + at, simd::multiply_add(h, gradient, rest));
      },
      [&] {
        simd::advance<kGradientStep>(x, dy, dx, next);
        if constexpr (kEach) {
          simd::advance<kGradientStep>(gamma);
        }
      });
}

}  // namespace

NarrowScale::NarrowScale(const RowScale& scale)
    : shift(static_cast<float>(scale.shift - scale.offset / scale.factor)),
      factor(static_cast<float>(scale.factor)),
      offset(static_cast<float>((static_cast<double>(shift) - scale.shift) * scale.factor +
                                scale.offset)) {}

NarrowLine::NarrowLine(const GradientLine& line, float new_shift)
    : shift(new_shift),
      gradient(static_cast<float>(line.gradient)),
      slope(static_cast<float>(line.slope)),
      constant(static_cast<float>(line.constant +
                                  (static_cast<double>(new_shift) - line.shift) * line.slope)) {}

RowSums sum_deviations(const float* x, Index length, float origin) {
  return sum_steps(
      length,
      [&](Index at, Chains& chains) { add_deviation(simd::load(x + at) - splat(origin), chains); },
      [&] { simd::advance<kGradientStep>(x); });
}

RowSums sum_gradients(const float* x, const float* dy, Index length, const NarrowScale& scale,
                      const NarrowParameters* parameters) {
  if (parameters != nullptr) {
    const auto run = parameters->d_beta == nullptr ? sum_each<false> : sum_each<true>;
    return run(x, dy, length, scale, *parameters);
  }
  const Normalized normalized(scale);
  return sum_steps(
      length,
      [&](Index at, Chains& chains) {
        const F32x4 gradient = simd::load(dy + at);
        chains.first = chains.first + gradient;
        chains.second = simd::multiply_add(gradient, normalized(simd::load(x + at)), chains.second);
      },
      [&] { simd::advance<kGradientStep>(x, dy); });
}

RowSums map_gradients(const float* x, const float* dy, Index length, const NarrowLine& line,
                      const float* gamma, float* dx, const float* next, float origin) {
  const auto run = gamma == nullptr ? map<false> : map<true>;
  return run(x, dy, length, line, gamma, dx, next, origin);
}

}  // namespace attnlab::normalization
