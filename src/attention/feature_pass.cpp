#include "attention/feature_pass.h"

#include <algorithm>
#include <cmath>

#include "attention/minus_infinity.h"
#include "linalg/microkernel.h"
#include "linalg/pack.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::kTileRows;
using simd::F32x4;

}  // namespace

FeaturePass::FeaturePass(const ConstMatrix& queries, const ConstMatrix& all_keys,
                         const ConstMatrix& values, const FeatureAttentionOptions& given,
                         linalg::Matrix results, Sections& sections)
    : q(queries),
      k(all_keys),
      v(values),
      options(given),
      out(results),
      features(options.map, q.cols(), sections.take(Features::scratch(options.map, q.cols()))),
      state(features.count(), v.cols() + 1,
            sections.take(PrefixState::floats(features.count(), v.cols() + 1)),
            sections.take(PrefixState::scratch(features.count(), v.cols() + 1))),
      keys(options.map, k, v, options.mask, sections.take(KeyBlock::scratch(q.cols(), v.cols()))),
      top(sections.take(features.panels() * kPanelQueries)),
      weights(sections.take(features.panels() * kPanelQueries)),
      tile(sections.take(KeyBlock::kRoom * kPanelQueries)),
      panel(sections.take(kPanelQueries * q.cols())),
      phi(sections.take(kPanelQueries * round_up(features.count(), kTileRows))),
      outputs(sections.take(kPanelQueries * round_up(v.cols() + 1, kTileRows))) {
  state.clear();
  std::fill_n(top, features.panels() * kPanelQueries, minus_infinity<float>());
  find_literal_maximum();
}

Index FeaturePass::size(const FeatureMap& map, Index d, Index d_v) {
  const Index count = map.count(d);
  const Index padded = round_up(count, kPanelQueries);
  return Sections::size({Features::scratch(map, d), PrefixState::floats(count, d_v + 1),
                         PrefixState::scratch(count, d_v + 1), KeyBlock::scratch(d, d_v), padded,
                         padded, KeyBlock::kRoom * kPanelQueries, kPanelQueries * d,
                         kPanelQueries * round_up(count, kTileRows),
                         kPanelQueries * round_up(d_v + 1, kTileRows)});
}

// Map::kLiteral measures all keys from one maximum.
void FeaturePass::find_literal_maximum() {
  float largest = minus_infinity<float>();
  for (Index j = 0; options.map.map == Map::kLiteral && j < k.rows();) {
    j = keys.gather(j, k.rows(), KeyBlock::kRoom);
    for (Index p = 0; p < features.panels(); ++p) {
      features.raw_keys(p, keys.keys(), keys.count(), keys.packed_keys(), tile);
      for (Index e = 0; e < keys.count(); ++e) {
        for (Index lane = 0; lane < kPanelQueries; ++lane) {
          largest = std::fmax(largest, tile[e * kPanelQueries + lane]);
        }
      }
    }
  }
  features.set_literal_maximum(std::isfinite(largest) ? largest : 0.0F);
}

void FeaturePass::load_queries(Index first, Index last) {
  const float* lines[kPanelQueries];
  for (Index lane = 0; lane < kPanelQueries; ++lane) {
    lines[lane] = q.data() + std::min(first + lane, last - 1) * q.cols();
  }
  if (features.projected()) {
    linalg::pack_lines<kPanelQueries>(lines, q.cols(), panel);
  }
  features.queries(lines, panel, top, phi);
  if (options.map.normalized) {
    sums = lanes8(0.0F);
    for (Index r = 0; r < features.count(); ++r) {
      const Lanes8 x = load8(phi + r * kPanelQueries);
      sums = {{sums.half[0] + x.half[0], sums.half[1] + x.half[1]}};
    }
  }
}

void FeaturePass::read_weights() const {
  for (Index r = 0; options.map.normalized && r < features.count(); ++r) {
    weights[r] = state.weight(r);
  }
}

void FeaturePass::divide_by_weights(Index lane) const {
  for (Index r = 0; r < features.count(); ++r) {
    float& feature = phi[r * kPanelQueries + lane];
    feature = weights[r] == 0.0F ? 0.0F : feature / weights[r];
  }
}

// Terms 1 + cos of opposite vectors cancel only as well as they are rounded: a denominator below
// that is 0. The first feature of that map counts the keys of the state.
void FeaturePass::set_nothing(const Index (&seen)[kPanelQueries]) {
  constexpr float kRounding = 2e-7F;
  if (options.map.map != Map::kUnit) {
    return;
  }
  float lanes[kPanelQueries];
  for (Index lane = 0; lane < kPanelQueries; ++lane) {
    lanes[lane] = kRounding * (state.weight(0) + static_cast<float>(seen[lane]));
  }
  nothing = load8(lanes);
}

Lanes8 FeaturePass::denominators() const {
  return options.map.normalized ? sums : load8(outputs + v.cols() * kPanelQueries);
}

void FeaturePass::finish(Index first, Index last) {
  const Lanes8 divisor = denominators();
  const auto quotient = [&](Index c, int h) {
    const F32x4 x = simd::load(outputs + c * kPanelQueries + h * F32x4::kLanes);
    const F32x4 magnitude = simd::max(divisor.half[h], simd::zero() - divisor.half[h]);
    return simd::select(simd::less_equal(magnitude, nothing.half[h]), simd::zero(),
                        x / divisor.half[h]);
  };
  const Index columns = v.cols();
  for (int h = 0; h < 2; ++h) {
    const Index lanes = std::min<Index>(F32x4::kLanes, last - first - h * F32x4::kLanes);
    float* to = out.data() + (first + h * F32x4::kLanes) * columns;
    Index c = 0;
    for (; c + F32x4::kLanes <= columns; c += F32x4::kLanes) {
      F32x4 rows[F32x4::kLanes];
      for (int r = 0; r < F32x4::kLanes; ++r) {
        rows[r] = quotient(c + r, h);
      }
      simd::transpose(rows[0], rows[1], rows[2], rows[3]);
      for (Index lane = 0; lane < lanes; ++lane) {
        simd::store(to + lane * columns + c, rows[lane]);
      }
    }
    for (; c < columns; ++c) {
      const F32x4 x = quotient(c, h);
      for (Index lane = 0; lane < lanes; ++lane) {
        to[lane * columns + c] = x.lanes[lane];
      }
    }
  }
}

}  // namespace attnlab::attention
