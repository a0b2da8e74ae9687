#include "attention/features.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "attention/minus_infinity.h"
#include "linalg/microkernel.h"
#include "linalg/pack.h"
#include "simd/exp.h"
#include "simd/f64x2.h"

namespace attnlab::attention {
namespace {

using linalg::kTileRows;
using linalg::round_up;
using simd::F32x4;

// A feature whose exponent grows by more than this, in nats, splits a block: e^-55 leaves 32 nats
// of range below it.
constexpr float kGrowth = 55.0F;

// What the rows of the projection are multiplied by beside sqrt(scale).
double unit_of(Map map) {
  switch (map) {
    case Map::kExponential:
    case Map::kLiteral:
      return std::numbers::log2e;
    case Map::kWave:
      return 0.5 * std::numbers::inv_pi;
    default:
      return 1.0;
  }
}

double sum_of_squares(const float* x, Index d) {
  simd::F64x2 total[2] = {simd::splat64(0.0), simd::splat64(0.0)};
  Index c = 0;
  for (; c + F32x4::kLanes <= d; c += F32x4::kLanes) {
    const simd::Widened wide = simd::widen(simd::load(x + c));
    total[0] = total[0] + wide.low * wide.low;
    total[1] = total[1] + wide.high * wide.high;
  }
  double result = simd::sum(total[0] + total[1]);
  for (; c < d; ++c) {
    result += static_cast<double>(x[c]) * static_cast<double>(x[c]);
  }
  return result;
}

template <typename Function>
void transform(float* values, Index rows, Function function) {
  for (Index row = 0; row < rows; ++row) {
    Lanes8 x = load8(values + row * kPanelQueries);
    for (F32x4& half : x.half) {
      half = function(half);
    }
    store8(values + row * kPanelQueries, x);
  }
}

F32x4 elu_plus_one(F32x4 u) {
  return simd::select(simd::less(simd::zero(), u), u + simd::splat(1.0F),
                      simd::exp_nonpositive(simd::min(u, simd::zero())));
}

// sin(2 pi (t + phase)), where phase is a multiple of 1/4 (1/4 gives the cosine). With x half of
// the angle, reduced to [-pi/2, pi/2]: 2 sin(x) cos(x), both by their Taylor polynomials.
// Absolute error: 3e-7, beside what the rounding of t itself costs (tested through
// feature_attention.cpp).
F32x4 sine_of_turns(F32x4 t, F32x4 phase) {
  constexpr float kRound = 0x1.8p23F;
  const auto fraction = [](F32x4 x) {
    return x - ((x + simd::splat(kRound)) - simd::splat(kRound));
  };
  const F32x4 x = fraction(fraction(t) + phase) * simd::splat(std::numbers::pi_v<float>);
  const F32x4 z = x * x;
  F32x4 s = simd::splat(1.6059044e-10F);
  for (const float c :
       {-2.5052108e-8F, 2.7557319e-6F, -1.9841270e-4F, 8.3333333e-3F, -1.6666667e-1F, 1.0F}) {
    s = simd::multiply_add(s, z, simd::splat(c));
  }
  F32x4 c = simd::splat(2.0876757e-9F);
  for (const float term :
       {-2.7557319e-7F, 2.4801587e-5F, -1.3888889e-3F, 4.1666667e-2F, -0.5F, 1.0F}) {
    c = simd::multiply_add(c, z, simd::splat(term));
  }
  return (x + x) * s * c;
}

}  // namespace

Index FeatureMap::count(Index d) const {
  if (projection == nullptr) {
    return map == Map::kUnit ? d + 1 : d;
  }
  return map == Map::kWave || mirrored ? 2 * draws : draws;
}

double half_square(const FeatureMap& map, const float* x, Index d) {
  return 0.5 * std::numbers::log2e * map.scale * sum_of_squares(x, d);
}

float inverse_norm(const float* x, Index d) {
  const double total = sum_of_squares(x, d);
  return total == 0.0 ? 0.0F : static_cast<float>(1.0 / std::sqrt(total));
}

Index Features::scratch(const FeatureMap& map, Index d) {
  const Index count = map.count(d);
  return map.projection == nullptr
             ? 0
             : (round_up(count, kPanelQueries) + round_up(count, kTileRows)) * d;
}

Features::Features(const FeatureMap& map, Index d, float* scratch)
    : map_(map),
      d_(d),
      count_(map.count(d)),
      eights_(scratch),
      tiles_(scratch + round_up(map.count(d), kPanelQueries) * d) {
  if (!projected()) {
    return;
  }
  const double factor = std::sqrt(map.scale) * unit_of(map.map);
  const auto entry = [&](Index r, Index c) {
    const double sign = map_.mirrored && r >= map_.draws ? -1.0 : 1.0;
    return static_cast<float>(
        sign * factor *
        static_cast<double>(map_.projection[(r < map_.draws ? r : r - map_.draws) * d_ + c]));
  };
  const auto fill = [&](float* panels, Index width) {
    for (Index first = 0; first < count_; first += width) {
      float* to = panels + first * d_;
      for (Index c = 0; c < d_; ++c) {
        for (Index r = 0; r < width; ++r) {
          to[c * width + r] = entry(std::min(first + r, count_ - 1), c);
        }
      }
    }
  };
  fill(eights_, kPanelQueries);
  fill(tiles_, kTileRows);
}

// ---------------------------------------------------------------- keys

void Features::raw_keys(Index p, const Key* keys, Index count, const float* packed,
                        float* tile) const {
  if (projected()) {
    const float* panel = eights_ + p * kPanelQueries * d_;
    for (Index key = 0; key < count; key += kTileRows) {
      const auto sums = linalg::multiply_panels<kTileRows>(d_, packed + key * d_, kTileRows, panel);
      for (int r = 0; r < kTileRows; ++r) {
        store8(tile + (key + r) * kPanelQueries, {{sums.sum[r][0], sums.sum[r][1]}});
      }
    }
    return;
  }
  const bool unit = map_.map == Map::kUnit;
  const Index from = p * kPanelQueries - (unit ? 1 : 0);
  if (from >= 0 && from + kPanelQueries <= d_) {
    for (Index key = 0; key < count; ++key) {
      const Lanes8 x = load8(keys[key].row + from);
      const F32x4 factor = simd::splat(unit ? keys[key].norm : 1.0F);
      store8(tile + key * kPanelQueries, {{x.half[0] * factor, x.half[1] * factor}});
    }
    return;
  }
  for (Index key = 0; key < count; ++key) {
    for (Index lane = 0; lane < kPanelQueries; ++lane) {
      const Index channel = from + lane;
      float value = channel >= 0 && channel < d_ ? keys[key].row[channel] : 0.0F;
      if (unit) {
        value = channel < 0 ? 1.0F : value * keys[key].norm;
      }
      tile[key * kPanelQueries + lane] = value;
    }
  }
}

Index Features::keys_together(const Key* keys, Index count, bool all_see_first, const float* top,
                              const float* tile) const {
  const bool wave = map_.map == Map::kWave;
  const auto exponent = [&](Index key, int half) {
    if (wave) {
      return simd::splat(keys[key].norm);
    }
    const F32x4 u = simd::load(tile + key * kPanelQueries + half * F32x4::kLanes);
    return projected() ? u - simd::splat(keys[key].norm) : u;
  };
  const float limit = projected() ? kGrowth * static_cast<float>(std::numbers::log2e) : kGrowth;
  Index together = count;
  for (int h = 0; h < 2; ++h) {
    const F32x4 before = simd::load(top + h * F32x4::kLanes);
    const F32x4 with_first = simd::max(before, exponent(0, h));
    const simd::Mask nothing = simd::equal(before, simd::splat(minus_infinity<float>()));
    const F32x4 first = all_see_first ? with_first : simd::select(nothing, with_first, before);
    F32x4 grown = simd::zero();
    for (Index key = 0; key < count; ++key) {
      grown = simd::max(grown, exponent(key, h) - first);
    }
    if (simd::largest(grown) > limit) {
      Index key = 0;
      while (key < together && !(simd::largest(exponent(key, h) - first) > limit)) {
        ++key;
      }
      together = key;
    }
  }
  return together;
}

Lanes8 Features::finish_keys(Index p, const Key* keys, Index count, float* top, float* tile) const {
  switch (map_.map) {
    case Map::kElu:
      transform(tile, count, elu_plus_one);
      return lanes8(1.0F);
    case Map::kRelu:
      transform(tile, count, [&](F32x4 u) {
        return simd::max(u, simd::zero()) + simd::splat(static_cast<float>(map_.eps));
      });
      return lanes8(1.0F);
    case Map::kUnit:
      return lanes8(1.0F);
    case Map::kLiteral:
      for (Index key = 0; key < count; ++key) {
        const F32x4 origin = simd::splat(literal_maximum_ + keys[key].norm);
        transform(tile + key * kPanelQueries, 1, [&](F32x4 u) {
          return simd::exp2(u - origin) + simd::splat(static_cast<float>(map_.eps));
        });
      }
      return lanes8(1.0F);
    case Map::kExponential:
    case Map::kWave:
      break;
  }
  const bool wave = map_.map == Map::kWave;
  const bool natural = !projected();
  const Lanes8 before = load8(top);
  Lanes8 next = before;
  for (Index key = 0; key < count; ++key) {
    Lanes8 exponent = lanes8(keys[key].norm);
    if (!wave) {
      const F32x4 norm = simd::splat(projected() ? keys[key].norm : 0.0F);
      const Lanes8 u = load8(tile + key * kPanelQueries);
      exponent = {{u.half[0] - norm, u.half[1] - norm}};
      store8(tile + key * kPanelQueries, exponent);
    }
    next.half[0] = simd::max(next.half[0], exponent.half[0]);
    next.half[1] = simd::max(next.half[1], exponent.half[1]);
  }
  store8(top, next);
  Lanes8 shrink;
  F32x4 origin[2];
  for (int h = 0; h < 2; ++h) {
    origin[h] = simd::select(simd::equal(next.half[h], simd::splat(minus_infinity<float>())),
                             simd::zero(), next.half[h]);
    const F32x4 fall = before.half[h] - origin[h];
    shrink.half[h] = natural ? simd::exp_nonpositive(fall) : simd::exp2_nonpositive(fall);
  }
  if (wave) {
    float phases[kPanelQueries];
    for (Index lane = 0; lane < kPanelQueries; ++lane) {
      phases[lane] = p * kPanelQueries + lane < map_.draws ? 0.25F : 0.0F;
    }
    const Lanes8 phase = load8(phases);
    for (Index key = 0; key < count; ++key) {
      Lanes8 u = load8(tile + key * kPanelQueries);
      for (int h = 0; h < 2; ++h) {
        u.half[h] = sine_of_turns(u.half[h], phase.half[h]) *
                    simd::exp2_nonpositive(simd::splat(keys[key].norm) - origin[h]);
      }
      store8(tile + key * kPanelQueries, u);
    }
    return shrink;
  }
  for (Index key = 0; key < count; ++key) {
    Lanes8 e = load8(tile + key * kPanelQueries);
    for (int h = 0; h < 2; ++h) {
      const F32x4 fall = e.half[h] - origin[h];
      e.half[h] = natural ? simd::exp_nonpositive(fall) : simd::exp2_nonpositive(fall);
    }
    store8(tile + key * kPanelQueries, e);
  }
  return shrink;
}

// ---------------------------------------------------------------- queries

void Features::raw_queries(const float* const (&lines)[kPanelQueries], const float* packed,
                           float* out) const {
  if (projected()) {
    for (Index r = 0; r < count_; r += kTileRows) {
      const auto sums = linalg::multiply_panels<kTileRows>(d_, tiles_ + r * d_, kTileRows, packed);
      for (int row = 0; row < kTileRows; ++row) {
        store8(out + (r + row) * kPanelQueries, {{sums.sum[row][0], sums.sum[row][1]}});
      }
    }
    return;
  }
  if (map_.map != Map::kUnit) {
    linalg::pack_lines<kPanelQueries>(lines, d_, out);
    return;
  }
  float inverse[kPanelQueries];
  for (Index lane = 0; lane < kPanelQueries; ++lane) {
    inverse[lane] = inverse_norm(lines[lane], d_);
  }
  store8(out, lanes8(1.0F));
  float* channels = out + kPanelQueries;
  linalg::pack_lines<kPanelQueries>(lines, d_, channels);
  const Lanes8 factor = load8(inverse);
  for (Index c = 0; c < d_; ++c) {
    const Lanes8 x = load8(channels + c * kPanelQueries);
    store8(channels + c * kPanelQueries,
           {{x.half[0] * factor.half[0], x.half[1] * factor.half[1]}});
  }
}

void Features::queries(const float* const (&lines)[kPanelQueries], const float* packed,
                       const float* top, float* out) const {
  raw_queries(lines, packed, out);
  switch (map_.map) {
    case Map::kElu:
      transform(out, count_, elu_plus_one);
      return;
    case Map::kRelu:
      transform(out, count_, [&](F32x4 u) {
        return simd::max(u, simd::zero()) + simd::splat(static_cast<float>(map_.eps));
      });
      return;
    case Map::kUnit:
      return;
    case Map::kWave:
      for (Index r = 0; r < count_; ++r) {
        const F32x4 phase = simd::splat(r < map_.draws ? 0.25F : 0.0F);
        transform(out + r * kPanelQueries, 1, [&](F32x4 u) { return sine_of_turns(u, phase); });
      }
      return;
    case Map::kExponential:
    case Map::kLiteral:
      break;
  }
  const bool literal = map_.map == Map::kLiteral;
  const bool natural = !projected();
  // Pass 1: exponents and their maximum.
  Lanes8 maximum = lanes8(minus_infinity<float>());
  for (Index r = 0; r < count_; ++r) {
    Lanes8 u = load8(out + r * kPanelQueries);
    const F32x4 key_side = simd::splat(literal || map_.normalized ? 0.0F : top[r]);
    for (int h = 0; h < 2; ++h) {
      u.half[h] = u.half[h] + key_side;
      maximum.half[h] = simd::max(maximum.half[h], u.half[h]);
    }
    store8(out + r * kPanelQueries, u);
  }
  for (F32x4& half : maximum.half) {
    half =
        simd::select(simd::equal(half, simd::splat(minus_infinity<float>())), simd::zero(), half);
  }
  // Pass 2: features.
  if (literal) {
    float norms[kPanelQueries];
    for (Index lane = 0; lane < kPanelQueries; ++lane) {
      norms[lane] = static_cast<float>(half_square(map_, lines[lane], d_));
    }
    const Lanes8 norm = load8(norms);
    const F32x4 eps = simd::splat(static_cast<float>(map_.eps));
    for (Index r = 0; r < count_; ++r) {
      const Lanes8 u = load8(out + r * kPanelQueries);
      store8(out + r * kPanelQueries,
             {{simd::exp2(u.half[0] - (maximum.half[0] + norm.half[0])) + eps,
               simd::exp2(u.half[1] - (maximum.half[1] + norm.half[1])) + eps}});
    }
    return;
  }
  for (Index r = 0; r < count_; ++r) {
    Lanes8 u = load8(out + r * kPanelQueries);
    for (int h = 0; h < 2; ++h) {
      const F32x4 fall = u.half[h] - maximum.half[h];
      u.half[h] = natural ? simd::exp_nonpositive(fall) : simd::exp2_nonpositive(fall);
    }
    store8(out + r * kPanelQueries, u);
  }
}

}  // namespace attnlab::attention
