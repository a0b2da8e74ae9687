#include "attention/prefix_state.h"

#include <algorithm>

#include "attention/turn_panel.h"

namespace attnlab::attention {
namespace {

using linalg::kTileRows;
using simd::F32x4;

constexpr Index round_up(Index value, Index unit) { return (value + unit - 1) / unit * unit; }

}  // namespace

Index PrefixState::floats(Index features, Index columns) {
  return 2 * round_up(features, kPanelQueries) * columns;
}

Index PrefixState::scratch(Index features, Index columns) {
  return round_up(features, kPanelQueries) * round_up(columns, kTileRows);
}

PrefixState::PrefixState(Index features, Index columns, float* state, float* scratch)
    : features_(features), columns_(columns), state_(state), packed_(scratch) {}

Index PrefixState::compensation() const { return round_up(features_, kPanelQueries) * columns_; }

void PrefixState::clear() { std::fill_n(state_, floats(features_, columns_), 0.0F); }

void PrefixState::shrink(Index p, const Lanes8& factor) {
  const F32x4 one = simd::splat(1.0F);
  if (simd::largest(simd::max(one - factor.half[0], one - factor.half[1])) == 0.0F) {
    return;
  }
  for (float* sums : {panel(p), panel(p) + compensation()}) {
    for (Index c = 0; c < columns_; ++c) {
      const Lanes8 x = load8(sums + c * kPanelQueries);
      store8(sums + c * kPanelQueries, {{x.half[0] * factor.half[0], x.half[1] * factor.half[1]}});
    }
  }
}

void PrefixState::add(Index p, const float* tile, Index keys, const float* values, Index stride) {
  float* sums = panel(p);
  for (Index c = 0; c < columns_; c += kTileRows) {
    linalg::with_edge_rows<kTileRows>(std::min<Index>(kTileRows, columns_ - c), [&]<int Rows>() {
      const auto products = linalg::multiply_panels<Rows>(keys, values, kTileRows, tile);
      for (int r = 0; r < Rows; ++r) {
        float* sum = sums + (c + r) * kPanelQueries;
        float* rest = sum + compensation();
        const Lanes8 old = load8(sum);
        const Lanes8 low = load8(rest);
        Lanes8 total;
        Lanes8 lost;
        for (int h = 0; h < 2; ++h) {
          const F32x4 term = products.sum[r][h] + low.half[h];
          total.half[h] = old.half[h] + term;
          lost.half[h] = term - (total.half[h] - old.half[h]);
        }
        store8(sum, total);
        store8(rest, lost);
      }
    });
    values += stride * kTileRows;
  }
}

void PrefixState::pack() {
  const Index height = round_up(features_, kPanelQueries);
  for (Index c = 0; c < columns_; c += kTileRows) {
    for (Index first = 0; first < features_; first += kPanelQueries) {
      const float* sums = panel(first / kPanelQueries);
      const float* lines[kTileRows];
      for (Index r = 0; r < kTileRows; ++r) {
        lines[r] = sums + std::min(c + r, columns_ - 1) * kPanelQueries;
      }
      turn_panel(lines, packed_ + c * height + first * kTileRows);
    }
  }
}

void PrefixState::read(const float* features, float* out) const {
  const Index height = round_up(features_, kPanelQueries);
  for (Index c = 0; c < columns_; c += kTileRows) {
    linalg::with_edge_rows<kTileRows>(std::min<Index>(kTileRows, columns_ - c), [&]<int Rows>() {
      const auto products =
          linalg::multiply_panels<Rows>(features_, packed_ + c * height, kTileRows, features);
      for (int r = 0; r < Rows; ++r) {
        store8(out + (c + r) * kPanelQueries, {{products.sum[r][0], products.sum[r][1]}});
      }
    });
  }
}

float PrefixState::weight(Index r) const {
  return panel(r / kPanelQueries)[(columns_ - 1) * kPanelQueries + r % kPanelQueries];
}

}  // namespace attnlab::attention
