// The two products of attention, tile by tile: scores of a panel of eight queries against packed
// keys, and what their weights add to the outputs. Functions of their own, shared by the kernels,
// because most of a binary is register tiles.
#pragma once

#include "attention/logit_tile.h"
#include "attention/minus_infinity.h"
#include "linalg/microkernel.h"
#include "simd/finite.h"
#include "simd/own_function.h"

namespace attnlab::attention {

// products [count][8] of the lines whose packed panels start at `lines` and a panel [length][8].
ATTNLAB_OWN_FUNCTION inline void compute_products(Index length, const float* lines,
                                                  const float* panel, Index count,
                                                  float* products) {
  using linalg::kTileRows;
  for (Index line = 0; line < count; line += kTileRows) {
    const auto tile =
        linalg::multiply_panels<kTileRows>(length, lines + line * length, kTileRows, panel);
    for (const auto& row : tile.sum) {
      store8(products, {{row[0], row[1]}});
      products += kPanelQueries;
    }
  }
}

// scores [count][8] of the keys whose packed panels start at `keys`; queries [d][8]. Returns the
// largest score of each lane, over whole tiles. Sums that overflowed: see spoil_overflow. To look
// for them costs one multiply-add for two vectors of scores: the products of such pairs add up to
// something finite unless a score is not, or lies beyond 1e18.
ATTNLAB_OWN_FUNCTION inline Lanes8 compute_scores(Index d, const float* keys, const float* queries,
                                                  Index count, float* scores) {
  using linalg::kTileRows;
  Lanes8 largest = lanes8(minus_infinity<float>());
  simd::F32x4 probe = simd::zero();
  float* to = scores;
  for (Index key = 0; key < count; key += kTileRows) {
    const auto tile = linalg::multiply_panels<kTileRows>(d, keys + key * d, kTileRows, queries);
    for (const auto& row : tile.sum) {
      store8(to, {{row[0], row[1]}});
      probe = simd::multiply_add(row[0], row[1], probe);
      largest.half[0] = simd::max(largest.half[0], row[0]);
      largest.half[1] = simd::max(largest.half[1], row[1]);
      to += kPanelQueries;
    }
  }
  if (!simd::all_finite(probe)) {
    spoil_overflow(scores, to);
  }
  return largest;
}

template <int Rows>
ATTNLAB_OWN_FUNCTION void accumulate_tiles(const float* values, Index panel, Index tiles,
                                           Index keys, const Lanes8& shrink, const float* weights,
                                           float* outputs) {
  // `shrink` is read again for each tile: a tile's loop leaves no register to keep it in.
  for (Index tile = 0; tile < tiles; ++tile) {
    const auto added = linalg::multiply_panels<Rows>(keys, values, Rows, weights);
    for (const auto& row : added.sum) {
      const Lanes8 old = load8(outputs);
      store8(outputs, {{simd::multiply_add(old.half[0], shrink.half[0], row[0]),
                        simd::multiply_add(old.half[1], shrink.half[1], row[1])}});
      outputs += kPanelQueries;
    }
    values += panel;
  }
}

// outputs^T [columns][8] = shrink * outputs^T + values^T weights, weights [keys][8]. values: packed
// columns of `packed` keys (pack_head.h), of which `keys` from `first` on count.
inline void accumulate_outputs(const float* values, Index packed, Index first, Index columns,
                               const float* weights, Index keys, const Lanes8& shrink,
                               float* outputs) {
  using linalg::kTileRows;
  const Index tiles = columns / kTileRows;
  const Index whole = tiles * kTileRows;
  accumulate_tiles<kTileRows>(values + first * kTileRows, packed * kTileRows, tiles, keys, shrink,
                              weights, outputs);
  if (whole < columns) {
    linalg::with_edge_rows(columns - whole, [&]<int Rows>() {
      accumulate_tiles<Rows>(values + packed * whole + first * Rows, 0, 1, keys, shrink, weights,
                             outputs + whole * kPanelQueries);
    });
  }
}

}  // namespace attnlab::attention
