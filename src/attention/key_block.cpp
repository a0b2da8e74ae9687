#include "attention/key_block.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/pack.h"
#include "simd/finite.h"

namespace attnlab::attention {
namespace {

using linalg::kTileRows;
using linalg::round_up;

}  // namespace

Index KeyBlock::scratch(Index d, Index d_v) {
  return kRoom * d + kRoom * round_up(d_v + 1, kTileRows) + d_v;
}

KeyBlock::KeyBlock(const FeatureMap& map, const linalg::ConstMatrix& k,
                   const linalg::ConstMatrix& v, const std::uint8_t* mask, float* scratch)
    : map_(map),
      k_(k),
      v_(v),
      mask_(mask),
      packed_keys_(scratch),
      packed_values_(packed_keys_ + kRoom * k.cols()),
      nonfinite_(packed_values_ + kRoom * round_up(v.cols() + 1, kTileRows)) {
  std::fill_n(nonfinite_, v.cols(), 0.0F);
  find_origin();
}

// Exponents of keys are taken relative to the smallest |k|^2 / 2, so that what is rounded to float
// is of the size of their differences.
void KeyBlock::find_origin() {
  if (map_.projection == nullptr || !map_.stabilized()) {
    return;
  }
  double smallest = std::numeric_limits<double>::infinity();
  for (Index j = 0; j < k_.rows(); ++j) {
    if (mask_ == nullptr || mask_[j] != 0) {
      smallest = std::fmin(smallest, half_square(map_, k_.data() + j * k_.cols(), k_.cols()));
    }
  }
  origin_ = std::isfinite(smallest) ? smallest : 0.0;
}

float KeyBlock::norm_of(const float* row) const {
  if (map_.map == Map::kUnit) {
    return inverse_norm(row, k_.cols());
  }
  const bool exponents = map_.stabilized() || map_.map == Map::kLiteral;
  return map_.projection == nullptr || !exponents
             ? 0.0F
             : static_cast<float>(half_square(map_, row, k_.cols()) - origin_);
}

Index KeyBlock::gather(Index first, Index end, Index room) {
  count_ = 0;
  Index j = first;
  for (; j < end && count_ < room; ++j) {
    if (mask_ == nullptr || mask_[j] != 0) {
      const float* row = k_.data() + j * k_.cols();
      positions_[count_] = j;
      keys_[count_] = {.row = row, .norm = norm_of(row)};
      ++count_;
    }
  }
  if (map_.projection != nullptr) {
    pack_keys();
  }
  finite_ = true;
  for (Index e = 0; e < count_; ++e) {
    const float* row = v_.data() + positions_[e] * v_.cols();
    const bool finite = simd::all_finite(row, v_.cols());
    finite_ = finite_ && finite;
    pack_values(row, finite, packed_values_ + e * kTileRows);
  }
  return j;
}

void KeyBlock::pack_keys() {
  for (Index first = 0; first < count_; first += kTileRows) {
    const float* lines[kTileRows];
    for (Index r = 0; r < kTileRows; ++r) {
      lines[r] = keys_[std::min(first + r, count_ - 1)].row;
    }
    linalg::pack_lines<kTileRows>(lines, k_.cols(), packed_keys_ + first * k_.cols());
  }
}

void KeyBlock::pack_values(const float* row, bool finite, float* to) {
  const Index whole = finite ? v_.cols() / kTileRows * kTileRows : 0;
  Index c = 0;
  for (; c < whole; c += kTileRows) {
    std::copy_n(row + c, kTileRows, to);
    to += kRoom * kTileRows;
  }
  for (; c < v_.cols(); ++c) {
    to[c % kTileRows] = std::isfinite(row[c]) ? row[c] : 0.0F;
    to += c % kTileRows == kTileRows - 1 ? kRoom * kTileRows : 0;
  }
  to[c % kTileRows] = 1.0F;
  std::fill(to + c % kTileRows + 1, to + kTileRows, 0.0F);
}

void KeyBlock::collect_nonfinite(Index first, Index last) {
  for (Index e = first; !finite_ && e < last; ++e) {
    const float* row = v_.data() + positions_[e] * v_.cols();
    for (Index c = 0; c < v_.cols(); ++c) {
      if (!std::isfinite(row[c])) {
        nonfinite_[c] += row[c];
        collected_ = true;
      }
    }
  }
}

void KeyBlock::add_nonfinite(float* row) const {
  for (Index c = 0; c < v_.cols(); ++c) {
    if (nonfinite_[c] != 0.0F) {
      row[c] += nonfinite_[c];
    }
  }
}

}  // namespace attnlab::attention
