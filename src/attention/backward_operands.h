// The operands of exact_backward.cpp: keys, values, queries and output gradients of one head,
// packed for the micro-kernel, and the rest of the workspace.
//
// Non-finite entries of keys and values are packed as 0, and queries that float32 cannot compute
// are marked (see exact_backward.cpp). Cost: two writes per entry of k, q and d_output, one per
// entry of v.
#pragma once

#include <algorithm>

#include "attention/backward_row_in_double.h"
#include "attention/logit_tile.h"
#include "attention/minus_infinity.h"
#include "attention/sections.h"
#include "attention/visible_keys.h"
#include "linalg/microkernel.h"

namespace attnlab::attention::backward {

using linalg::ConstMatrix;
using linalg::kTileColumns;
using linalg::kTileRows;

constexpr Index kKeyBlock = 96;  // as in exact.cpp
constexpr Index kPanels = 8;
constexpr Index kQueryBlock = kPanels * kPanelQueries;
static_assert(kKeyBlock % kTileRows == 0);

// Eight queries at work, and the state of their softmax.
struct Panel : QueryPanel {
  Lanes8 maximum = lanes8(minus_infinity<float>());
  Lanes8 inverse_sum = lanes8(0.0F);
  Lanes8 delta = lanes8(0.0F);
  bool alive[kPanelQueries] = {};      // computed here, in float32
  bool in_double[kPanelQueries] = {};  // computed by backward_row_in_double() afterwards

  // The keys that the panel visits: whole tiles. Hiding puts weight 0 where a tile holds more keys
  // than there are, or than a lane sees.
  KeyRange tiles() const {
    return {reach().begin / kTileRows * kTileRows, round_up(reach().end, kTileRows)};
  }

  // The same within [block, block + kKeyBlock).
  KeyRange tiles_in(Index block) const {
    const Index begin = std::max(block, tiles().begin);
    return {begin, std::max(begin, std::min(block + kKeyBlock, tiles().end))};
  }
};

// The operands of one head. Holds views only.
class Operands {
 public:
  const ConstMatrix& q;
  const ConstMatrix& k;
  const ConstMatrix& v;
  const ConstMatrix& d_output;
  const Options& options;
  const VisibleKeys visible;
  const Index strip;         // floats of one panel's strip
  float* keys;               // panels of keys, [d][kTileRows] each
  float* key_columns;        // panels of columns, [keys][kTileRows] each
  float* values;             // panels of values, [d_v][kTileRows] each
  float* queries;            // panels of 8 queries, [d][8] each, scaled, in units of ln 2
  float* d_outputs;          // panels of 8 rows of dO, [d_v][8] each
  float* query_columns;      // panels of 8 columns, [kQueryBlock][8] each, scaled
  float* d_output_columns;   // panels of 8 columns, [kQueryBlock][8] each
  float* dq;                 // panels of 8 rows, [d][8] each, without the scale
  float* weights_by_query;   // P of a block of keys, [kQueryBlock][kTileRows] for each tile of keys
  float* d_scores_by_query;  // dS, likewise
  float* weights;            // strips of 8 queries: logits, then P
  float* d_scores;           // strips of 8 queries: dP, then dS

  Operands(const ConstMatrix& all_queries, const ConstMatrix& all_keys,
           const ConstMatrix& all_values, const ConstMatrix& gradients, const Options& given,
           Sections sections);

  // Floats of workspace.
  static Index size(Index n_q, Index n_k, Index d, Index d_v);

  // Packs what all queries share; before the first panel.
  void pack_keys();

  // Packs queries [first, last), at most a panel of them, as number p of their block.
  Panel pack_panel(Index first, Index last, Index p);

 private:
  bool sees_a_key_that_is_not_finite(Index i) const;
  void pack_rows(const ConstMatrix& from, const Panel& panel, Index p, float* to,
                 bool scaled) const;

  bool all_keys_finite_ = true;
  double value_squares_ = 0.0;  // the sum of the values' squares, infinity beyond float32
};

}  // namespace attnlab::attention::backward
