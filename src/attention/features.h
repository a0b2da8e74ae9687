// Feature maps: what turns a similarity into a product of two vectors,
//   sim(q, k) = phi(q) . phi(k),   phi: R^d -> R^M.
//
// u = x for the maps without a projection, u_r = sqrt(scale) omega_r . x with one.
//   kElu          u + 1 above 0, e^u below
//   kRelu         max(u, 0) + eps
//   kExponential  e^u, or with a projection e^(u - scale |x|^2 / 2)
//   kUnit         (1, x / |x|); the zero vector stays zero
//   kWave         e^(+scale |x|^2 / 2) (cos u, sin u)
//   kLiteral      exp(u - scale |x|^2 / 2 - max u) + eps, as implementations of Performer have it:
//                 the maximum is over the features of a query, or over all keys and features
//
// Exact stabilization. Exponentials leave the range of floats when vectors are long. A factor
// common to all features of one query cancels in attention's ratio, and so does a factor per
// feature that phi(q) has and phi(k) has the inverse of. So keys are measured from the largest
// exponent c_r that their feature has met, queries from their own largest u_r + c_r. Every feature
// is then in (0, 1], the denominator at least 1, and nothing has been added that the formula does
// not have.
//
// Numerical plan: |x|^2 / 2 is computed in double and taken relative to the smallest of the head's
// keys before it is rounded to float: what remains in an exponent is of the size of omega . x.
// Projected exponents are in units of ln 2 and waves in turns: both factors are folded into the
// packed projection.
// Paper: Choromanski et al., "Rethinking Attention with Performers", 2021; Katharopoulos, Vyas,
// Pappas and Fleuret, "Transformers are RNNs", 2020.
#pragma once

#include <cstdint>

#include "attention/online_softmax.h"
#include "linalg/matrix.h"

namespace attnlab::attention {

enum class Map : std::uint8_t { kElu, kRelu, kExponential, kUnit, kWave, kLiteral };

struct FeatureMap {
  Map map = Map::kElu;
  const float* projection = nullptr;  // [draws, d], rows omega_r; nullptr: none
  Index draws = 0;
  bool mirrored = false;  // kExponential: omega and -omega, 2 draws features
  double scale = 1.0;     // with a projection: of the similarity that is estimated
  double eps = 0.0;       // kRelu, kLiteral
  // kExponential: queries take softmax over their features, and each feature has a normalizer of
  // its own over the keys.
  bool normalized = false;

  Index count(Index d) const;  // M

  // Keys are measured from the largest exponent so far, so that a state may have to shrink.
  bool stabilized() const { return map == Map::kExponential || map == Map::kWave; }
};

// scale |x|^2 / 2 in units of ln 2.
double half_square(const FeatureMap& map, const float* x, Index d);

// 1 / |x|, 0 for the zero vector.
float inverse_norm(const float* x, Index d);

// The map at work on blocks of keys and panels of eight queries. Holds views only.
class Features {
 public:
  // Floats of scratch.
  static Index scratch(const FeatureMap& map, Index d);

  Features(const FeatureMap& map, Index d, float* scratch);

  Index count() const { return count_; }
  Index panels() const { return (count_ + kPanelQueries - 1) / kPanelQueries; }
  bool projected() const { return map_.projection != nullptr; }

  // One key of a block.
  struct Key {
    const float* row;
    float norm;  // kUnit: 1 / |x|; with exponents: half_square, relative to the head's origin
  };

  // u of `keys` keys and the eight features of panel p: tile [keys][8]. packed: the keys in panels
  // of kTileRows lines if there is a projection.
  void raw_keys(Index p, const Key* keys, Index count, const float* packed, float* tile) const;

  // How many of the keys a stabilized map may process as one block. All, unless the largest
  // exponent of a feature grows within the block by more than float32 can span: rows that do not
  // see the key which makes it grow would then underflow. all_see_first: every row of the block
  // sees the first key.
  Index keys_together(const Key* keys, Index count, bool all_see_first, const float* top,
                      const float* tile) const;

  // Turns the tile into features, raises `top` (c_r, eight lanes), and returns the factor that
  // rescales everything accumulated before.
  Lanes8 finish_keys(Index p, const Key* keys, Index count, float* top, float* tile) const;

  // Features of eight queries: out [count, 8], room for round_up(count, kTileRows) rows. packed:
  // [d][8] if there is a projection. top: c, padded to whole panels.
  void queries(const float* const (&lines)[kPanelQueries], const float* packed, const float* top,
               float* out) const;

  // kLiteral: the maximum that its keys are measured from.
  void set_literal_maximum(float maximum) { literal_maximum_ = maximum; }

 private:
  void raw_queries(const float* const (&lines)[kPanelQueries], const float* packed,
                   float* out) const;

  const FeatureMap& map_;
  Index d_;
  Index count_;
  float literal_maximum_ = 0.0F;
  float* eights_;  // omega in panels of 8 lines, [d][8] each
  float* tiles_;   // omega in panels of kTileRows lines, [d][kTileRows] each
};

}  // namespace attnlab::attention
