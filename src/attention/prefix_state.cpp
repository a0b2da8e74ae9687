#include "attention/prefix_state.h"

#include <algorithm>

#include "attention/turn_panel.h"

namespace attnlab::attention {
namespace {

using linalg::kTileRows;
using linalg::round_up;
using simd::F32x4;

}  // namespace

Index PrefixState::floats(Index features, Index columns) {
  return 2 * round_up(features, kPanelQueries) * round_up(columns, kTileRows);
}

Index PrefixState::scratch(Index features, Index columns) {
  return round_up(features, kPanelQueries) * round_up(columns, kTileRows);
}

PrefixState::PrefixState(Index features, Index columns, float* state, float* scratch)
    : features_(features),
      columns_(columns),
      padded_(round_up(columns, kTileRows)),
      state_(state),
      packed_(scratch) {}

Index PrefixState::compensation() const { return round_up(features_, kPanelQueries) * padded_; }

void PrefixState::clear() { std::fill_n(state_, floats(features_, columns_), 0.0F); }

void PrefixState::shrink(Index p, const Lanes8& factor) {
  const F32x4 one = simd::splat(1.0F);
  if (simd::largest(simd::max(one - factor.half[0], one - factor.half[1])) == 0.0F) {
    return;
  }
  for (float* sums : {panel(p), panel(p) + compensation()}) {
    for (Index c = 0; c < padded_; ++c) {
      const Lanes8 x = load8(sums + c * kPanelQueries);
      store8(sums + c * kPanelQueries, {{x.half[0] * factor.half[0], x.half[1] * factor.half[1]}});
    }
  }
}

void PrefixState::add(Index p, const float* tile, Index keys, const float* values, Index stride) {
  float* sums = panel(p);
  for (Index c = 0; c < columns_; c += kTileRows) {
    const auto products = linalg::multiply_panels<kTileRows>(keys, values, kTileRows, tile);
    for (const auto& row : products.sum) {
      float* rest = sums + compensation();
      const Lanes8 old = load8(sums);
      const Lanes8 low = load8(rest);
      Lanes8 total;
      Lanes8 lost;
      for (int h = 0; h < 2; ++h) {
        const F32x4 term = row[h] + low.half[h];
        total.half[h] = old.half[h] + term;
        lost.half[h] = term - (total.half[h] - old.half[h]);
      }
      store8(sums, total);
      store8(rest, lost);
      sums += kPanelQueries;
    }
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
        lines[r] = sums + (c + r) * kPanelQueries;
      }
      turn_panel(lines, packed_ + c * height + first * kTileRows);
    }
  }
}

void PrefixState::read(const float* features, float* out) const {
  const Index height = round_up(features_, kPanelQueries);
  for (Index c = 0; c < columns_; c += kTileRows) {
    const auto products =
        linalg::multiply_panels<kTileRows>(features_, packed_ + c * height, kTileRows, features);
    for (const auto& row : products.sum) {
      store8(out, {{row[0], row[1]}});
      out += kPanelQueries;
    }
  }
}

float PrefixState::weight(Index r) const {
  return panel(r / kPanelQueries)[(columns_ - 1) * kPanelQueries + r % kPanelQueries];
}

}  // namespace attnlab::attention
