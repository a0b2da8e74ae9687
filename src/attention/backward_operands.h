// The operands of exact_backward.cpp: keys, values, queries and output gradients of one head,
// packed for the micro-kernel, and the layout of the workspace.
//
// Non-finite entries of keys and values are packed as 0, and queries that float32 cannot compute
// are marked (see exact_backward.cpp). Cost: two writes per entry of k, q and d_output, one per
// entry of v.
#pragma once

#include <algorithm>

#include "attention/backward_row_in_double.h"
#include "attention/logit_tile.h"
#include "attention/visible_keys.h"
#include "linalg/microkernel.h"

namespace attnlab::attention::backward {

using linalg::ConstMatrix;
using linalg::Index;
using linalg::kTileColumns;
using linalg::kTileRows;
using linalg::round_up;

constexpr Index kKeyBlock = 96;  // as in exact.cpp
constexpr Index kPanels = 8;
constexpr Index kQueryBlock = kPanels * kPanelQueries;
static_assert(kKeyBlock % kTileRows == 0);

// Where everything lies in the workspace, in floats. Sections start at multiples of four floats.
struct Layout {
  Index key_list;
  Index keys;               // panels of keys, [d][kTileRows] each
  Index key_columns;        // panels of columns, [keys][kTileRows] each
  Index values;             // panels of values, [d_v][kTileRows] each
  Index queries;            // panels of 8 queries, [d][8] each, scaled, in units of ln 2
  Index d_outputs;          // panels of 8 rows of dO, [d_v][8] each
  Index query_columns;      // panels of 8 columns, [kQueryBlock][8] each, scaled
  Index d_output_columns;   // panels of 8 columns, [kQueryBlock][8] each
  Index dq;                 // panels of 8 rows, [d][8] each, without the scale
  Index weights_by_query;   // P of a block of keys, [kQueryBlock][kTileRows] for each tile of keys
  Index d_scores_by_query;  // dS, likewise
  Index strip;              // floats of one panel's strip
  Index weights;            // strips of 8 queries: logits, then P
  Index d_scores;           // strips of 8 queries: dP, then dS
  Index end;

  Layout(Index n_q, Index n_k, Index d, Index d_v)
      : key_list(0),
        keys(section(key_list, VisibleKeys::scratch(n_k))),
        key_columns(section(keys, round_up(n_k, kTileRows) * d)),
        values(section(key_columns, n_k * round_up(d, kTileRows))),
        queries(section(values, round_up(n_k, kTileRows) * d_v)),
        d_outputs(section(queries, kQueryBlock * d)),
        query_columns(section(d_outputs, kQueryBlock * d_v)),
        d_output_columns(section(query_columns, kQueryBlock * round_up(d, kTileColumns))),
        dq(section(d_output_columns, kQueryBlock * round_up(d_v, kTileColumns))),
        weights_by_query(section(dq, kQueryBlock * round_up(d, kTileRows))),
        d_scores_by_query(section(weights_by_query, kQueryBlock * kKeyBlock)),
        strip(round_up(n_k, kTileRows) * kPanelQueries),
        weights(section(d_scores_by_query, kQueryBlock * kKeyBlock)),
        d_scores(section(
            weights,
            std::clamp<Index>(round_up(n_q, kPanelQueries) / kPanelQueries, 1, kPanels) * strip)),
        end(section(d_scores, std::max(d_scores - weights, backward_row_scratch(n_k)))) {}

 private:
  static Index section(Index start, Index floats) {
    return start + round_up(floats, simd::F32x4::kLanes);
  }
};

// Eight queries at work, and the state of their softmax.
struct Panel : QueryPanel {
  Lanes8 maximum = lanes8(kHidden);
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
  const Layout layout;
  const VisibleKeys visible;

  Operands(const ConstMatrix& queries, const ConstMatrix& keys, const ConstMatrix& values,
           const ConstMatrix& gradients, const Options& given, float* workspace);

  // Packs what all queries share; before the first panel.
  void pack_keys();

  // Packs queries [first, last), at most a panel of them, as number p of their block.
  Panel pack_panel(Index first, Index last, Index p);

  // A section of the workspace, as in section(&Layout::keys).
  float* section(Index Layout::* start) const { return workspace_ + layout.*start; }

 private:
  bool sees_a_key_that_is_not_finite(Index i) const;
  void pack_rows(const ConstMatrix& from, const Panel& panel, Index p, float* to,
                 bool scaled) const;

  float* workspace_;
  bool all_keys_finite_ = true;
  double value_squares_ = 0.0;  // the sum of the values' squares, infinity beyond float32
};

}  // namespace attnlab::attention::backward
