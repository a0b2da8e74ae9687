// The inner loop of every product: a tile of Rows x 8 sums, kept in registers over the whole inner
// dimension.
//
//   tile[r][c] = sum_p a[p][r] * b[p][c],   r < Rows <= kTileRows, c < 8, p < k
//
// Why 6 x 8 with a fused multiply-add. A WebAssembly engine on x64 has 16 vector registers and
// keeps one for itself. Six rows of two vectors are 12 sums; two more hold the row of b and one the
// entry of a that is spread over its lanes: 15. Twelve independent sums hide the latency of a
// multiply-add (8 reach only 9/10 of the rate), and each step does 12 multiply-adds for 8 loads, of
// which the 6 of a load and spread in one instruction.
// Why 4 x 8 without one. Between the multiplication and the addition the product needs a register
// of its own: the sixteenth, and six rows spill in every step (half the speed). Only the addition
// is in the chain from step to step, so 8 sums suffice: 12 registers.
//
// Both operands come packed (pack.h), so that the loop walks two streams and nothing else:
//   a: `a_step` (usually Rows) values per step p; b: 8 values per step p.
//
// Cost: 16 Rows k FLOPs; reads 4 k (Rows + 8) bytes. The loop must stay rolled: see
// ATTNLAB_KEEP_ROLLED.
// Paper: Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008.
#pragma once

#include "linalg/matrix.h"
#include "simd/f32x4.h"

namespace attnlab::linalg {

inline constexpr int kTileRows = simd::kFusesMultiplyAdd ? 6 : 4;
inline constexpr int kTileColumns = 8;

template <int Rows>
struct Tile {
  simd::F32x4 sum[Rows][2];
};

template <int Rows>
inline void add_step(const float* a, const float* b, Tile<Rows>& tile) {
  const simd::F32x4 b_left = simd::load(b);
  const simd::F32x4 b_right = simd::load(b + simd::F32x4::kLanes);
  for (int r = 0; r < Rows; ++r) {
    const simd::F32x4 a_entry = simd::load_splat(a + r);
    tile.sum[r][0] = simd::multiply_add(a_entry, b_left, tile.sum[r][0]);
    tile.sum[r][1] = simd::multiply_add(a_entry, b_right, tile.sum[r][1]);
  }
}

template <int Rows>
inline Tile<Rows> multiply_panels(Index k, const float* a, Index a_step, const float* b) {
  static_assert(Rows >= 1 && Rows <= kTileRows);
  // A tile with few rows takes several steps at once, each into sums of its own, so that there are
  // about as many independent sums as in a full one.
  constexpr int kSteps = kTileRows / Rows;
  Tile<Rows> tiles[kSteps] = {};
  Index p = 0;
  ATTNLAB_KEEP_ROLLED
  for (; p + kSteps <= k; p += kSteps) {
    for (int step = 0; step < kSteps; ++step) {
      add_step(a + step * a_step, b + step * kTileColumns, tiles[step]);
    }
    a += kSteps * a_step;
    b += kSteps * kTileColumns;
  }
  for (; p < k; ++p) {
    add_step(a, b, tiles[0]);
    a += a_step;
    b += kTileColumns;
  }
  for (int step = 1; step < kSteps; ++step) {
    for (int r = 0; r < Rows; ++r) {
      tiles[0].sum[r][0] = tiles[0].sum[r][0] + tiles[step].sum[r][0];
      tiles[0].sum[r][1] = tiles[0].sum[r][1] + tiles[step].sum[r][1];
    }
  }
  return tiles[0];
}

// Calls body.operator()<Rows>() with Rows = rows, 1 <= rows < kTileRows: the edge of a matrix uses
// a smaller tile, not padding.
template <int Rows = kTileRows - 1, typename Body>
inline void with_edge_rows(Index rows, Body&& body) {
  if constexpr (Rows > 1) {
    if (rows < Rows) {
      return with_edge_rows<Rows - 1>(rows, body);
    }
  }
  body.template operator()<Rows>();
}

}  // namespace attnlab::linalg
