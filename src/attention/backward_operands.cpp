#include "attention/backward_operands.h"

#include <algorithm>
#include <cmath>

#include "attention/d_weights_bound.h"
#include "attention/pack_head.h"
#include "linalg/pack.h"
#include "simd/finite.h"

namespace attnlab::attention::backward {
namespace {

// Puts 0 for what is not finite. `squares`: the sum of squares afterwards.
struct Cleaned {
  bool nothing_to_do;
  float squares;
};

Cleaned clean(float* values, Index count) {
  const float squares = sum_of_squares(values, count);
  if (std::isfinite(squares) || simd::all_finite(values, count)) {
    return {.nothing_to_do = true, .squares = squares};
  }
  for (Index e = 0; e < count; ++e) {
    values[e] = std::isfinite(values[e]) ? values[e] : 0.0F;
  }
  return {.nothing_to_do = false, .squares = sum_of_squares(values, count)};
}

Index strip_of(Index n_k) { return round_up(n_k, kTileRows) * kPanelQueries; }

// Of a block of queries, or of all if there are fewer.
Index strips(Index n_q, Index n_k) {
  const Index panels = round_up(n_q, kPanelQueries) / kPanelQueries;
  return std::clamp<Index>(panels, 1, kPanels) * strip_of(n_k);
}

}  // namespace

Operands::Operands(const ConstMatrix& all_queries, const ConstMatrix& all_keys,
                   const ConstMatrix& all_values, const ConstMatrix& gradients,
                   const Options& given, Sections sections)
    : q(all_queries),
      k(all_keys),
      v(all_values),
      d_output(gradients),
      options(given),
      visible(options, q.rows(), k.rows(), sections.take(VisibleKeys::scratch(k.rows()))),
      strip(strip_of(k.rows())),
      keys(sections.take(round_up(k.rows(), kTileRows) * k.cols())),
      key_columns(sections.take(k.rows() * round_up(k.cols(), kTileRows))),
      values(sections.take(round_up(k.rows(), kTileRows) * v.cols())),
      queries(sections.take(kQueryBlock * k.cols())),
      d_outputs(sections.take(kQueryBlock * v.cols())),
      query_columns(sections.take(kQueryBlock * round_up(k.cols(), kTileColumns))),
      d_output_columns(sections.take(kQueryBlock * round_up(v.cols(), kTileColumns))),
      dq(sections.take(kQueryBlock * round_up(k.cols(), kTileRows))),
      weights_by_query(sections.take(kQueryBlock * kKeyBlock)),
      d_scores_by_query(sections.take(kQueryBlock * kKeyBlock)),
      weights(sections.take(strips(q.rows(), k.rows()))),
      d_scores(sections.take(0)) {}  // to the end: backward_row_in_double() may need more

Index Operands::size(Index n_q, Index n_k, Index d, Index d_v) {
  return Sections::size(
      {VisibleKeys::scratch(n_k), round_up(n_k, kTileRows) * d, n_k * round_up(d, kTileRows),
       round_up(n_k, kTileRows) * d_v, kQueryBlock * d, kQueryBlock * d_v,
       kQueryBlock * round_up(d, kTileColumns), kQueryBlock * round_up(d_v, kTileColumns),
       kQueryBlock * round_up(d, kTileRows), kQueryBlock * kKeyBlock, kQueryBlock * kKeyBlock,
       strips(n_q, n_k), std::max(strips(n_q, n_k), backward_row_scratch(n_k))});
}

void Operands::pack_keys() {
  const Index count = visible.count();
  attention::pack_keys(visible, {0, count}, k, keys);
  attention::pack_keys(visible, {0, count}, v, values);
  float* columns = key_columns;
  for (Index c = 0; c < k.cols(); c += kTileRows) {
    const Index width = std::min<Index>(kTileRows, k.cols() - c);
    for (Index key = 0; key < count; ++key) {
      const float* from = k.data() + visible.original(key) * k.cols() + c;
      linalg::pack_columns(from, 0, width, kTileRows, 1, columns);
      columns += kTileRows;
    }
  }
  const Cleaned all_keys = clean(keys, round_up(count, kTileRows) * k.cols());
  const Cleaned all_values = clean(values, round_up(count, kTileRows) * v.cols());
  all_keys_finite_ = all_keys.nothing_to_do && all_values.nothing_to_do;
  value_squares_ = all_values.squares;
  clean(key_columns, count * round_up(k.cols(), kTileRows));
}

bool Operands::sees_a_key_that_is_not_finite(Index i) const {
  const KeyRange seen = visible.range(i);
  for (Index key = seen.begin; !all_keys_finite_ && key < seen.end; ++key) {
    const Index j = visible.original(key);
    if (!hides(options, i, j) && !(simd::all_finite(k.data() + j * k.cols(), k.cols()) &&
                                   simd::all_finite(v.data() + j * v.cols(), v.cols()))) {
      return true;
    }
  }
  return false;
}

Panel Operands::pack_panel(Index first, Index last, Index p) {
  Panel panel{query_panel(visible, first, last)};
  float* packed = queries + p * kPanelQueries * q.cols();
  float* packed_outputs = d_outputs + p * kPanelQueries * v.cols();
  pack_queries(q, options, panel, packed);
  const float* lines[kPanelQueries];
  for (Index lane = 0; lane < kPanelQueries; ++lane) {
    lines[lane] = d_output.data() + panel.query(lane) * v.cols();
  }
  linalg::pack_lines<kPanelQueries>(lines, v.cols(), packed_outputs);
  // x * 0 is 0 for a finite x and NaN otherwise; sums keep a NaN.
  Lanes8 probe = lanes8(0.0F);
  for (Index c = 0; c < q.cols(); ++c) {
    const Lanes8 entry = load8(packed + c * kPanelQueries);
    probe.half[0] = probe.half[0] + entry.half[0] * simd::zero();
    probe.half[1] = probe.half[1] + entry.half[1] * simd::zero();
  }
  Lanes8 squares = lanes8(0.0F);
  for (Index c = 0; c < v.cols(); ++c) {
    const Lanes8 entry = load8(packed_outputs + c * kPanelQueries);
    squares.half[0] = simd::multiply_add(entry.half[0], entry.half[0], squares.half[0]);
    squares.half[1] = simd::multiply_add(entry.half[1], entry.half[1], squares.half[1]);
  }
  float not_finite[kPanelQueries];
  float output_squares[kPanelQueries];
  store8(not_finite, probe);
  store8(output_squares, squares);
  const bool scaled = simd::is_moderate_or_zero(options.scale);
  for (Index lane = 0; lane < panel.queries; ++lane) {
    const bool sees = panel.seen[lane].size() > 0;
    const bool holds =
        scaled && not_finite[lane] == 0.0F && holds_d_weights(output_squares[lane], value_squares_);
    panel.in_double[lane] = sees && (!holds || sees_a_key_that_is_not_finite(first + lane));
    panel.alive[lane] = sees && !panel.in_double[lane];
  }
  // The same rows once more, as operands of dk and dv.
  pack_rows(q, panel, p, query_columns, true);
  pack_rows(d_output, panel, p, d_output_columns, false);
  return panel;
}

// A panel's rows go to [columns / 8][kQueryBlock][8]; 0 for lanes that do not count.
void Operands::pack_rows(const ConstMatrix& from, const Panel& panel, Index p, float* to,
                         bool scaled) const {
  for (Index lane = 0; lane < kPanelQueries; ++lane) {
    const auto scale =
        scaled ? static_cast<float>(scale_for(options, panel.seen[lane].size())) : 1.0F;
    const float* row = from.data() + panel.query(lane) * from.cols();
    float* entry = to + (p * kPanelQueries + lane) * kTileColumns;
    for (Index c = 0; c < from.cols(); c += kTileColumns) {
      for (Index e = 0; e < kTileColumns; ++e) {
        entry[e] = panel.alive[lane] && c + e < from.cols() ? row[c + e] * scale : 0.0F;
      }
      entry += kQueryBlock * kTileColumns;
    }
  }
}

}  // namespace attnlab::attention::backward
