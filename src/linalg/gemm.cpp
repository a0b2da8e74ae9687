// out = op(a) * op(b), by blocks that fit the caches.
//
//   op(a) [m, k], op(b) [k, n], out [m, n]
//
// Plan: the inner dimension is cut into slices of 256, op(b) into blocks of 256 x 512 that stay in
// the second-level cache or beyond, op(a) into blocks of 96 x 256 (96 KB, second level). Each block
// is packed before it is used; the 8-wide panel of b at work (8 KB) stays in the first-level cache
// while all panels of a pass it. The four transposition cases differ in packing alone. A factor
// with few lines would not repay the packing of the other: gemm_skinny.h.
// Error: |out - exact| <= (k + 2) 2^-24 (|op(a)| |op(b)|), tested; in practice about sqrt(k) 2^-24.
// Cost: 2 m n k FLOPs; packing reads and writes m k entries once per 512 columns, n k entries once.
// Paper: Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008.
#include "linalg/gemm.h"

#include <algorithm>

#include "linalg/gemm_skinny.h"
#include "linalg/microkernel.h"
#include "linalg/pack.h"
#include "simd/own_function.h"

namespace attnlab::linalg {
namespace {

constexpr Index kInnerBlock = 256;
constexpr Index kRowBlock = 96;
static_assert(kRowBlock % kTileRows == 0);
constexpr Index kColumnBlock = 64 * kTileColumns;

// Packs `lines` lines from `first_line` on, entries [first_entry, first_entry + length), into
// panels of Width lines.
template <int Width>
ATTNLAB_OWN_FUNCTION void pack(const Factor& factor, Index first_line, Index lines,
                               Index first_entry, Index length, float* panels) {
  const float* origin =
      factor.data + first_line * factor.line_stride + first_entry * factor.entry_stride;
  for (Index line = 0; line < lines; line += Width) {
    const Index width = std::min<Index>(Width, lines - line);
    const float* from = origin + line * factor.line_stride;
    if (factor.entry_stride == 1) {
      const float* rows[Width];
      for (int r = 0; r < Width; ++r) {
        rows[r] = from + std::min<Index>(r, width - 1) * factor.line_stride;
      }
      pack_lines<Width>(rows, length, panels);
    } else {
      pack_columns(from, factor.entry_stride, width, Width, length, panels);
    }
    panels += Width * length;
  }
}

// Writes or adds one tile of the result; only `columns` of its 8 columns exist.
template <int Rows>
void emit(const Tile<Rows>& tile, float* out, Index stride, Index columns, bool add) {
  for (int r = 0; r < Rows; ++r) {
    float* row = out + r * stride;
    if (columns == kTileColumns) {
      const simd::F32x4 left = add ? simd::load(row) + tile.sum[r][0] : tile.sum[r][0];
      const simd::F32x4 right =
          add ? simd::load(row + simd::F32x4::kLanes) + tile.sum[r][1] : tile.sum[r][1];
      simd::store(row, left);
      simd::store(row + simd::F32x4::kLanes, right);
    } else {
      float buffer[kTileColumns];
      simd::store(buffer, tile.sum[r][0]);
      simd::store(buffer + simd::F32x4::kLanes, tile.sum[r][1]);
      for (Index c = 0; c < columns; ++c) {
        row[c] = add ? row[c] + buffer[c] : buffer[c];
      }
    }
  }
}

// `tiles` tiles of packed rows of a, one below the other, times one packed panel of b.
template <int Rows>
ATTNLAB_OWN_FUNCTION void multiply_tiles(Index k, const float* a, Index tiles, const float* b,
                                         Index columns, float* out, Index stride, bool add) {
  for (Index tile = 0; tile < tiles; ++tile) {
    emit(multiply_panels<Rows>(k, a, kTileRows, b), out, stride, columns, add);
    a += kTileRows * k;
    out += kTileRows * stride;
  }
}

// One packed block of a times one packed panel of b, into `columns` columns of out.
void multiply_block(Index k, const float* a, Index rows, const float* b, Index columns, float* out,
                    Index stride, bool add) {
  const Index tiles = rows / kTileRows;
  const Index whole = tiles * kTileRows;
  multiply_tiles<kTileRows>(k, a, tiles, b, columns, out, stride, add);
  if (whole < rows) {
    with_edge_rows(rows - whole, [&]<int Rows>() {
      multiply_tiles<Rows>(k, a + whole * k, 1, b, columns, out + whole * stride, stride, add);
    });
  }
}

// Sizes of the packed blocks for a given problem: full blocks, or the whole of a small matrix.
struct Blocks {
  Index a;
  Index b;

  Blocks(Index m, Index n, Index k)
      : a(round_up(std::min(m, kRowBlock), kTileRows) * std::min(k, kInnerBlock)),
        b(round_up(std::min(n, kColumnBlock), kTileColumns) * std::min(k, kInnerBlock)) {
    a = round_up(a, simd::F32x4::kLanes);
  }
};

bool is_skinny(Index m, Index n) { return std::min(m, n) <= kSkinny; }

}  // namespace

void gemm(const ConstMatrix& a, Transpose transpose_a, const ConstMatrix& b, Transpose transpose_b,
          Matrix out, std::span<float> workspace) {
  const Index m = out.rows();
  const Index n = out.cols();
  const Index k = transpose_a == Transpose::kNo ? a.cols() : a.rows();
  if (k == 0) {
    out.setZero();
    return;
  }
  const Factor left =
      transpose_a == Transpose::kNo ? Factor{a.data(), a.cols(), 1} : Factor{a.data(), 1, a.cols()};
  const Factor right =
      transpose_b == Transpose::kNo ? Factor{b.data(), 1, b.cols()} : Factor{b.data(), b.cols(), 1};
  // A narrow factor makes packing the other one a waste.
  if (is_skinny(m, n)) {
    if (m <= n) {
      gemm_skinny(left, m, right, n, k, {out.data(), n, 1}, workspace.data());
    } else {
      gemm_skinny(right, n, left, m, k, {out.data(), 1, n}, workspace.data());
    }
    return;
  }
  float* a_panels = workspace.data();
  float* b_panels = a_panels + Blocks(m, n, k).a;

  for (Index p = 0; p < k; p += kInnerBlock) {
    const Index inner = std::min(kInnerBlock, k - p);
    for (Index j = 0; j < n; j += kColumnBlock) {
      const Index columns = std::min(kColumnBlock, n - j);
      pack<kTileColumns>(right, j, columns, p, inner, b_panels);
      for (Index i = 0; i < m; i += kRowBlock) {
        const Index rows = std::min(kRowBlock, m - i);
        pack<kTileRows>(left, i, rows, p, inner, a_panels);
        for (Index c = 0; c < columns; c += kTileColumns) {
          multiply_block(inner, a_panels, rows, b_panels + c * inner,
                         std::min<Index>(kTileColumns, columns - c), out.data() + i * n + j + c, n,
                         p > 0);
        }
      }
    }
  }
}

std::size_t gemm_workspace(Index m, Index n, Index k) {
  if (is_skinny(m, n)) {
    return gemm_skinny_workspace(std::min(m, n), std::max(m, n), k);
  }
  const Blocks blocks(m, n, k);
  return static_cast<std::size_t>(blocks.a + blocks.b);
}

}  // namespace attnlab::linalg
