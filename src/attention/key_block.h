// A block of visible keys and their values, packed for the micro-kernel.
//
// Masked keys are skipped, whatever they hold. Non-finite values are packed as 0, because 0 times
// one would be NaN; they are collected per column and added to the rows that see them: infinity
// stays infinity, its opposite or a NaN makes NaN.
#pragma once

#include <cstdint>

#include "attention/features.h"
#include "linalg/microkernel.h"

namespace attnlab::attention {

class KeyBlock {
 public:
  static constexpr Index kRoom = 16 * linalg::kTileRows;

  // Floats of scratch.
  static Index scratch(Index d, Index d_v);

  KeyBlock(const FeatureMap& map, const linalg::ConstMatrix& k, const linalg::ConstMatrix& v,
           const std::uint8_t* mask, float* scratch);

  // Packs up to `room` visible keys of [first, end); returns where it stopped.
  Index gather(Index first, Index end, Index room);

  Index count() const { return count_; }
  void shorten(Index count) { count_ = count; }
  Index position(Index e) const { return positions_[e]; }
  const Features::Key* keys() const { return keys_; }
  // Panels of kTileRows keys, [d][kTileRows] each; only for maps with a projection.
  const float* packed_keys() const { return packed_keys_; }
  // Panels of kTileRows columns, [kRoom][kTileRows] each; a column of ones comes after the last,
  // and zeros fill up the panel.
  const float* packed_values() const { return packed_values_; }

  // Whether non-finite values have been collected or are in this block.
  bool has_nonfinite() const { return collected_ || !finite_; }
  // Collects those of the block's keys [first, last).
  void collect_nonfinite(Index first, Index last);
  // Adds what was collected to a row of the result.
  void add_nonfinite(float* row) const;

 private:
  void find_origin();
  float norm_of(const float* row) const;
  void pack_keys();
  void pack_values(const float* row, bool finite, float* to);

  const FeatureMap& map_;
  const linalg::ConstMatrix& k_;
  const linalg::ConstMatrix& v_;
  const std::uint8_t* mask_;
  Features::Key keys_[kRoom];
  Index positions_[kRoom];
  Index count_ = 0;
  double origin_ = 0.0;  // smallest half_square of the visible keys
  bool finite_ = true;   // all values of the block are
  bool collected_ = false;
  float* packed_keys_;
  float* packed_values_;
  float* nonfinite_;  // per column, the sum of the non-finite values
};

}  // namespace attnlab::attention
