// out = op(a) * op(b) in double.
//
//   op(a) [m, k], op(b) [k, n], out [m, n]
//
// Plan: both factors are packed whole, in panels of 4 lines, and a tile of 4 x 4 sums stays in 8
// registers over the inner dimension. Meant for matrices of a few hundred rows, which fit the
// second-level cache; larger ones are right but not fast.
// Error: |out - exact| <= (k + 2) 2^-53 (|op(a)| |op(b)|), tested.
// Cost: 2 m n k FLOPs, half of it for a symmetric result; packing moves (m + n) k doubles.
#include "linalg/gemm_double.h"

#include <algorithm>

#include "simd/f64x2.h"

namespace attnlab::linalg {
namespace {

using simd::F64x2;

constexpr Index kTile = 4;

// Entry p of line l at data[l * line_stride + p * entry_stride]; panels of 4 lines, [length][4].
// Lines beyond the last are zeros.
void pack(const double* data, Index line_stride, Index entry_stride, Index lines, Index length,
          double* to) {
  for (Index first = 0; first < lines; first += kTile) {
    const Index there = std::min(kTile, lines - first);
    for (Index r = 0; r < kTile; ++r) {
      const double* line = data + (first + std::min(r, there - 1)) * line_stride;
      for (Index p = 0; p < length; ++p) {
        to[p * kTile + r] = r < there ? line[p * entry_stride] : 0.0;
      }
    }
    to += kTile * length;
  }
}

struct Tile {
  F64x2 sum[kTile][2];
};

Tile multiply(Index k, const double* a, const double* b) {
  Tile tile;
  for (auto& row : tile.sum) {
    row[0] = simd::splat64(0.0);
    row[1] = simd::splat64(0.0);
  }
  ATTNLAB_KEEP_ROLLED
  for (Index p = 0; p < k; ++p) {
    const F64x2 left = simd::load64(b);
    const F64x2 right = simd::load64(b + F64x2::kLanes);
    for (Index r = 0; r < kTile; ++r) {
      const F64x2 entry = simd::splat64(a[r]);
      tile.sum[r][0] = tile.sum[r][0] + entry * left;
      tile.sum[r][1] = tile.sum[r][1] + entry * right;
    }
    a += kTile;
    b += kTile;
  }
  return tile;
}

}  // namespace

void gemm_double(const ConstDoubleMatrix& a, Transpose transpose_a, const ConstDoubleMatrix& b,
                 Transpose transpose_b, DoubleMatrix out, Result result,
                 std::span<double> workspace) {
  const Index m = out.rows();
  const Index n = out.cols();
  const bool turned_a = transpose_a == Transpose::kYes;
  const bool turned_b = transpose_b == Transpose::kYes;
  const Index k = turned_a ? a.rows() : a.cols();
  double* a_panels = workspace.data();
  double* b_panels = a_panels + round_up(m, kTile) * k;
  pack(a.data(), turned_a ? 1 : a.cols(), turned_a ? a.cols() : 1, m, k, a_panels);
  pack(b.data(), turned_b ? b.cols() : 1, turned_b ? 1 : b.cols(), n, k, b_panels);
  for (Index i = 0; i < m; i += kTile) {
    for (Index j = result == Result::kSymmetric ? i : 0; j < n; j += kTile) {
      const Tile tile = multiply(k, a_panels + i * k, b_panels + j * k);
      for (Index r = 0; r < std::min(kTile, m - i); ++r) {
        double row[kTile];
        simd::store64(row, tile.sum[r][0]);
        simd::store64(row + F64x2::kLanes, tile.sum[r][1]);
        for (Index c = 0; c < std::min(kTile, n - j); ++c) {
          out.data()[(i + r) * n + j + c] = row[c];
          if (result == Result::kSymmetric) {
            out.data()[(j + c) * n + i + r] = row[c];
          }
        }
      }
    }
  }
}

std::size_t gemm_double_workspace(Index m, Index n, Index k) {
  return static_cast<std::size_t>((round_up(m, kTile) + round_up(n, kTile)) * k);
}

}  // namespace attnlab::linalg
