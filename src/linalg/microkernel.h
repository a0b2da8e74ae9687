// The inner loop of every product: a tile of Rows x 8 sums, kept in registers over the whole inner
// dimension.
//
//   tile[r][c] = sum_p a[p][r] * b[p][c],   r < Rows <= 6, c < 8, p < k
//
// Why 6 x 8. A WebAssembly engine on x64 has 16 vector registers and keeps one for itself. Six rows
// of two vectors are 12 sums; two more hold the row of b and one the entry of a that is spread over
// its lanes: 15. Twelve independent sums hide the latency of a multiply-add (8 sums reach only two
// thirds of the rate), and each step does 12 multiply-adds for 8 loads, of which the 6 of a load
// and spread in one instruction.
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

inline constexpr int kTileRows = 6;
inline constexpr int kTileColumns = 8;

template <int Rows>
struct Tile {
  simd::F32x4 sum[Rows][2];
};

template <int Rows>
inline Tile<Rows> multiply_panels(Index k, const float* a, Index a_step, const float* b) {
  static_assert(Rows >= 1 && Rows <= kTileRows);
  Tile<Rows> tile;
  for (int r = 0; r < Rows; ++r) {
    tile.sum[r][0] = simd::zero();
    tile.sum[r][1] = simd::zero();
  }
  ATTNLAB_KEEP_ROLLED
  for (Index p = 0; p < k; ++p) {
    const simd::F32x4 b_left = simd::load(b);
    const simd::F32x4 b_right = simd::load(b + simd::F32x4::kLanes);
    for (int r = 0; r < Rows; ++r) {
      const simd::F32x4 a_entry = simd::load_splat(a + r);
      tile.sum[r][0] = simd::multiply_add(a_entry, b_left, tile.sum[r][0]);
      tile.sum[r][1] = simd::multiply_add(a_entry, b_right, tile.sum[r][1]);
    }
    a += a_step;
    b += kTileColumns;
  }
  return tile;
}

// Calls body.operator()<Rows>() with Rows = rows, 1 <= rows <= 6: the edge of a matrix uses a
// smaller tile, not padding.
template <typename Body>
inline void with_tile_rows(Index rows, Body&& body) {
  switch (rows) {
    case 6:
      return body.template operator()<6>();
    case 5:
      return body.template operator()<5>();
    case 4:
      return body.template operator()<4>();
    case 3:
      return body.template operator()<3>();
    case 2:
      return body.template operator()<2>();
    default:
      return body.template operator()<1>();
  }
}

}  // namespace attnlab::linalg
