// What linear-time attention keeps of the keys it has met, and how queries read it.
//
//   S_r = sum_j phi(k_j)_r (v_j, 1),   out_i = sum_r phi(q_i)_r S_r
//
//   S [M, d_v + 1]: the last column, of ones instead of values, becomes the denominator. It goes
//   through the same sums as the numerators, so that constant values come out exactly.
//
// Plan: the state is held transposed, in panels of eight features, because a tile of the
// micro-kernel (its rows are columns, its panel eight features, over a block of keys) is born that
// way; for reading it is repacked into panels of kTileRows columns, so that eight queries per tile
// can pass it. Columns are filled up to whole tiles.
//
// Numerical plan: sums are compensated (Kahan): a second float per entry keeps what the first
// rounds away, so that a million additions of single tokens lose nothing. The compensation is not
// touched by multiply_add.
// Cost: 2 M (d_v + 1) FLOPs per key and per query; state 8 M (d_v + 1) bytes.
#pragma once

#include "attention/online_softmax.h"
#include "linalg/matrix.h"

namespace attnlab::attention {

class PrefixState {
 public:
  // Floats of the state itself and of the scratch for reading it.
  static Index floats(Index features, Index columns);
  static Index scratch(Index features, Index columns);

  // columns = d_v + 1.
  PrefixState(Index features, Index columns, float* state, float* scratch);

  void clear();

  // The eight features of panel p of the state times their factors.
  void shrink(Index p, const Lanes8& factor);

  // Adds `keys` keys to the eight features of panel p. tile [keys][8]: their features; values: the
  // keys' values in panels of kTileRows columns, [stride][kTileRows] each.
  void add(Index p, const float* tile, Index keys, const float* values, Index stride);

  // Makes the state as it is now readable.
  void pack();

  // out^T [columns, to whole tiles][8] = S^T features for eight queries; features [M][8]. Needs
  // pack().
  void read(const float* features, float* out) const;

  // Row r of S's last column.
  float weight(Index r) const;

 private:
  float* panel(Index p) const { return state_ + p * padded_ * kPanelQueries; }
  Index compensation() const;

  Index features_;
  Index columns_;
  Index padded_;   // columns, to whole tiles: what is beyond the last is never read
  float* state_;   // [panels][padded][8], then the compensations, alike
  float* packed_;  // [ceil(columns / kTileRows)][features, padded][kTileRows]
};

}  // namespace attnlab::attention
