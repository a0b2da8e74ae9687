// What exact_backward.cpp multiplies: the keys, values, queries and output gradients of one head as
// the micro-kernel reads them, and where they lie in the workspace.
//
// Keys are packed with 0 for what is not finite, queries that cannot be computed in float32 are
// marked: see there. Cost: two writes per entry of k, q and d_output, one per entry of v.
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

constexpr Index kKeyBlock = 96;
constexpr Index kPanels = 8;
constexpr Index kQueryBlock = kPanels * kPanelQueries;
static_assert(kKeyBlock % kTileRows == 0);

constexpr Index round_up(Index value, Index unit) { return (value + unit - 1) / unit * unit; }

// Where everything lies in the workspace, in floats. Sections start at multiples of four floats.
struct Layout {
  Index key_list;
  Index keys;
  Index key_columns;
  Index values;
  Index queries;
  Index d_outputs;
  Index query_columns;
  Index d_output_columns;
  Index dq;
  Index weights_by_query;
  Index slopes_by_query;
  Index strip;  // floats of one panel's strip
  Index weights;
  Index slopes;
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
        slopes_by_query(section(weights_by_query, kQueryBlock * kKeyBlock)),
        strip(round_up(n_k, kTileRows) * kPanelQueries),
        weights(section(slopes_by_query, kQueryBlock * kKeyBlock)),
        slopes(section(
            weights,
            std::clamp<Index>(round_up(n_q, kPanelQueries) / kPanelQueries, 1, kPanels) * strip)),
        end(section(slopes, std::max(slopes - weights, backward_row_scratch(n_k)))) {}

 private:
  static Index section(Index start, Index floats) {
    return start + round_up(floats, simd::F32x4::kLanes);
  }
};

// Eight queries at work, and what is known of them.
struct Panel : QueryPanel {
  Lanes8 maximum = lanes8(kHidden);
  Lanes8 inverse_sum = lanes8(0.0F);
  Lanes8 delta = lanes8(0.0F);
  bool alive[kPanelQueries] = {};  // false: the lane counts for nothing here
  bool in_double[kPanelQueries] = {};

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
