// With P the weights, D_i = sum_c dO_ic O_ic and s_i the scale of query i:
//
//   dV_j = sum_i P_ij dO_i
//   dS_ij = P_ij (dO_i . v_j - D_i)
//   dq_i = s_i sum_j dS_ij k_j,   dk_j = sum_i dS_ij s_i q_i
//
//   q, dq [n_q, d], k, dk [n_k, d], v, dv [n_k, d_v], dO, O [n_q, d_v]; sums over kept entries
//
// Plan. The forward pass runs first and leaves O and each row's maximum and sum; P is then made
// again, tile by tile, over the same groups and lists as in sparse.cpp. A tile [keys][8 queries] of
// P or dS is at once the packed right operand of dq^T. Transposed, as [queries][keys], it is the
// left operand of dv and dk, which sum over the queries of a group.
//
// NaN and infinity. An entry of weight 0 has dS = 0 whatever k, v or dO hold. Operands that are not
// finite are packed as 0 where they meet weights: in dq and dk a kept one has made its dS NaN
// already, in dv they are added at the end to the keys that their query keeps. Rows that float32
// cannot hold are done in double, those with products dO_i . v_j that it may not hold among them,
// and so is a row of dq whose sum passes it before the scale.
//
// Error: |dq - exact| <= 1e-6 (4 + l_i) s_i sum_j P_ij (|dO_i| . |v_j| + |D_i|) max |k|, and
// likewise for dk and dv (tested); where the terms of a logit are alike, (d + 6) 2^-24 counts
// before l_i, as in exact.cpp.
// Cost: the forward pass, and (6 d + 4 d_v) FLOPs and one exponential per kept entry. Scratch:
// n_q (d_v + 4) + 2 n_k floats and less than 2 MB for d, d_v <= 256.
// Paper: Dao, Fu, Ermon, Rudra and Re, "FlashAttention", 2022.
#include "attention/sparse_backward.h"

#include <algorithm>
#include <cmath>

#include "attention/d_weights_bound.h"
#include "attention/rare_rows.h"
#include "attention/sparse_rows.h"
#include "attention/sparse_tiles.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::kTileColumns;
using linalg::kTileRows;
using linalg::Matrix;
using simd::F32x4;

class Backward {
 public:
  Backward(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
           const ConstMatrix& d_output, const SparseOptions& options,
           const SparseGradients& gradients, float* workspace)
      : q_(q),
        k_(k),
        v_(v),
        d_output_(d_output),
        options_(options),
        gradients_(gradients),
        sections_(workspace),
        out_(sections_.take(q.rows() * v.cols()), q.rows(), v.cols()),
        rows_{sections_.take(q.rows()), sections_.take(q.rows()), sections_.take(q.rows())},
        delta_(sections_.take(q.rows())),
        forward_(sections_.take(sparse_rows_workspace(k.rows(), q.cols(), v.cols()))),
        plan_(options.pattern, options.mask, q.rows(), k.rows(),
              sections_.take(SparsePlan::scratch(k.rows()))),
        keys_(sections_.take(kListBlock * q.cols())),
        key_columns_(sections_.take(kListBlock * q.cols())),
        values_(sections_.take(kListBlock * v.cols())),
        queries_(sections_.take(kGroupQueries * q.cols())),
        d_outputs_(sections_.take(kGroupQueries * v.cols())),
        dq_sums_(sections_.take(kGroupQueries * q.cols())),
        query_columns_(sections_.take(kGroupQueries * round_up(q.cols(), kTileColumns))),
        d_output_columns_(sections_.take(kGroupQueries * round_up(v.cols(), kTileColumns))),
        weights_(sections_.take(kGroupQueries * kRowStride)),
        d_scores_(sections_.take(kGroupQueries * kRowStride)),
        tile_(sections_.take(kListBlock * kPanelQueries)),
        d_tile_(sections_.take(kListBlock * kPanelQueries)) {}

  static Index workspace(Index n_q, Index n_k, Index d, Index d_v) {
    return Sections::size({n_q * d_v, n_q, n_q, n_q, n_q, sparse_rows_workspace(n_k, d, d_v),
                           SparsePlan::scratch(n_k), kListBlock * d, kListBlock * d,
                           kListBlock * d_v, kGroupQueries * d, kGroupQueries * d_v,
                           kGroupQueries * d, kGroupQueries * round_up(d, kTileColumns),
                           kGroupQueries * round_up(d_v, kTileColumns), kGroupQueries * kRowStride,
                           kGroupQueries * kRowStride, kListBlock * kPanelQueries,
                           kListBlock * kPanelQueries});
  }

  void run() {
    // Pass 1: outputs, maxima, sums.
    sparse_with_rows(q_, k_, v_, options_, out_, rows_, forward_);
    const double squares = value_squares();
    for (Index i = 0; i < q_.rows(); ++i) {
      finish_row(i, squares);
    }
    // Pass 2: gradients.
    gradients_.dq.setZero();
    plan_.for_each_group([&](const QueryGroup& group) { visit(group); });
    // Pass 3: what float32 could not do.
    for (Index i = 0; i < q_.rows(); ++i) {
      if (!holds(i) && rows_.keys_kept[i] > 0.0F) {
        redo(i, false);
      } else if (std::isfinite(delta_[i]) &&
                 !simd::all_finite(gradients_.dq.data() + i * q_.cols(), q_.cols())) {
        redo(i, true);
      }
    }
    if (!finite_) {
      plan_.for_each_group([&](const QueryGroup& group) { add_what_is_not_finite(group); });
    }
  }

 private:
  // Whether float32 holds the scale and the row's maximum and sum.
  bool holds(Index i) const {
    return simd::is_moderate_or_zero(options_.scale) && rows_.sum[i] > 0.0F &&
           std::isfinite(rows_.maximum[i]) && std::isfinite(rows_.sum[i]);
  }

  // The sum of the squares of v. A row that is not finite does not count: it spoils what keeps it.
  double value_squares() const {
    double sum = 0.0;
    for (Index j = 0; j < v_.rows(); ++j) {
      const float* row = v_.data() + j * v_.cols();
      const bool visible = options_.mask == nullptr || options_.mask[j] != 0;
      const float squares = visible ? sum_of_squares(row, v_.cols()) : 0.0F;
      sum += std::isfinite(squares) || simd::all_finite(row, v_.cols()) ? squares : 0.0F;
    }
    return sum;
  }

  // D_i, and whether float32 holds what is made of it. What is not finite needs no room.
  void finish_row(Index i, double squares_of_values) {
    double sum = 0.0;
    for (Index c = 0; c < v_.cols(); ++c) {
      sum += static_cast<double>(d_output_(i, c)) * static_cast<double>(out_(i, c));
    }
    delta_[i] = static_cast<float>(sum);
    const float* row = d_output_.data() + i * v_.cols();
    if (std::isfinite(sum) && !holds_d_weights(sum_of_squares(row, v_.cols()), squares_of_values)) {
      rows_.sum[i] = 0.0F;  // as where nothing is left of the weights
    }
  }

  double scale_of(Index i) const { return sparse_scale(options_, rows_.keys_kept[i]); }

  // 0 for a row that float32 does not hold: its share of the sums is 0, which infinity would spoil.
  float scale_for_sums(Index i) const { return holds(i) ? static_cast<float>(scale_of(i)) : 0.0F; }

  // ------------------------------------------------------------ a group

  // Eight queries at work.
  struct Panel {
    ListPanel lanes;
    KeyRange part;  // of the block at work
    Lanes8 maximum;
    Lanes8 inverse_sum;  // 0 for a row that float32 does not hold
    Lanes8 delta;
    Lanes8 scale;
  };

  void visit(const QueryGroup& group) {
    const Index panels = round_up(group.count, kPanelQueries) / kPanelQueries;
    for (Index p = 0; p < panels; ++p) {
      load_panel(p, group);
    }
    float scales[kGroupQueries];
    float ones[kGroupQueries];
    for (Index lane = 0; lane < group.count; ++lane) {
      scales[lane] = scale_for_sums(group.query(lane));
      ones[lane] = 1.0F;
    }
    pack_group_columns(q_, group, scales, query_columns_);
    finite_ = pack_group_columns(d_output_, group, ones, d_output_columns_) && finite_;

    const auto listed = static_cast<Index>(group.keys.size());
    const Index begin = panels_[0].lanes.kept.seen[0].begin / kListBlock * kListBlock;
    const Index end = std::min(listed, panels_[panels - 1].lanes.kept.seen[kPanelQueries - 1].end);
    for (Index block = begin; block < end; block += kListBlock) {
      const std::int32_t* keys = group.keys.data() + block;
      const Index count = std::min(kListBlock, listed - block);
      pack_rows<kTileRows>(k_, keys, count, keys_);
      pack_rows<kTileRows>(v_, keys, count, values_);
      pack_listed_columns<kTileRows>(k_, keys, count, key_columns_);
      std::fill_n(weights_, panels * kPanelQueries * kRowStride, 0.0F);
      std::fill_n(d_scores_, panels * kPanelQueries * kRowStride, 0.0F);
      for (Index p = 0; p < panels; ++p) {
        backpropagate_block(p, block, count);
      }
      sum_over_queries(panels, group.count, keys, block, count);
    }
    for (Index p = 0; p < panels; ++p) {
      store_panel(p);
    }
  }

  void load_panel(Index p, const QueryGroup& group) {
    Panel& panel = panels_[p];
    panel.lanes = ListPanel(group, p);
    const float* lines[kPanelQueries];
    const float* d_lines[kPanelQueries];
    float numbers[4][kPanelQueries];
    for (Index lane = 0; lane < kPanelQueries; ++lane) {
      const Index i = panel.lanes.query[lane];
      lines[lane] = q_.data() + i * q_.cols();
      d_lines[lane] = d_output_.data() + i * v_.cols();
      numbers[0][lane] = rows_.maximum[i];
      numbers[1][lane] = holds(i) ? 1.0F / rows_.sum[i] : 0.0F;
      numbers[2][lane] = delta_[i];
      numbers[3][lane] = static_cast<float>(scale_of(i) * kLog2E);
    }
    panel.maximum = load8(numbers[0]);
    panel.inverse_sum = load8(numbers[1]);
    panel.delta = load8(numbers[2]);
    panel.scale = load8(numbers[3]);
    float* queries = queries_ + p * kPanelQueries * q_.cols();
    linalg::pack_lines<kPanelQueries>(lines, q_.cols(), queries);
    multiply(queries, panel.scale, q_.cols());
    linalg::pack_lines<kPanelQueries>(d_lines, v_.cols(),
                                      d_outputs_ + p * kPanelQueries * v_.cols());
    std::fill_n(dq_sums_ + p * kPanelQueries * q_.cols(), kPanelQueries * q_.cols(), 0.0F);
  }

  static void multiply(float* lines, const Lanes8& factor, Index count) {
    for (Index e = 0; e < count; ++e) {
      const Lanes8 entry = load8(lines + e * kPanelQueries);
      store8(lines + e * kPanelQueries,
             {{entry.half[0] * factor.half[0], entry.half[1] * factor.half[1]}});
    }
  }

  // Weights and dS of one panel and one block; dq takes its share.
  void backpropagate_block(Index p, Index block, Index count) {
    Panel& panel = panels_[p];
    panel.part = panel.lanes.part_of(block);
    const KeyRange part = panel.part;
    if (part.begin >= part.end) {
      return;
    }
    const Index first = part.begin - block;
    // Rows with a score that overflowed are lost already.
    compute_products(q_.cols(), keys_ + first * q_.cols(), queries_ + p * kPanelQueries * q_.cols(),
                     part.size(), tile_);
    compute_products(v_.cols(), values_ + first * v_.cols(),
                     d_outputs_ + p * kPanelQueries * v_.cols(), part.size(), d_tile_);
    panel.lanes.hide(part, tile_);
    for (Index key = 0; key < part.size(); ++key) {
      Lanes8 weight = load8(tile_ + key * kPanelQueries);
      Lanes8 d_score = load8(d_tile_ + key * kPanelQueries);
      for (int h = 0; h < 2; ++h) {
        const F32x4 relative = simd::exp2_nonpositive(weight.half[h] - panel.maximum.half[h]);
        const simd::Mask lost = simd::equal(panel.inverse_sum.half[h], simd::zero());
        weight.half[h] = simd::select(lost, simd::zero(), relative * panel.inverse_sum.half[h]);
        d_score.half[h] = simd::select(simd::equal(weight.half[h], simd::zero()), simd::zero(),
                                       weight.half[h] * (d_score.half[h] - panel.delta.half[h]));
      }
      store8(tile_ + key * kPanelQueries, weight);
      store8(d_tile_ + key * kPanelQueries, d_score);
    }
    // The transposition moves four keys at a time: what follows the last one is 0.
    const Index whole = round_up(part.size(), F32x4::kLanes);
    std::fill(tile_ + part.size() * kPanelQueries, tile_ + whole * kPanelQueries, 0.0F);
    std::fill(d_tile_ + part.size() * kPanelQueries, d_tile_ + whole * kPanelQueries, 0.0F);
    accumulate_outputs(key_columns_, count, first, q_.cols(), d_tile_, part.size(), lanes8(1.0F),
                       dq_sums_ + p * kPanelQueries * q_.cols());
    transpose_tile(tile_, part.size(), weights_ + p * kPanelQueries * kRowStride + first);
    transpose_tile(d_tile_, part.size(), d_scores_ + p * kPanelQueries * kRowStride + first);
  }

  // dv and dk of the block's keys take the share of the group's queries.
  void sum_over_queries(Index panels, Index queries, const std::int32_t* keys, Index block,
                        Index count) {
    for (Index key = 0; key < count; key += kTileRows) {
      // The panels that meet these keys: their parts grow with the query.
      Index begin = panels;
      Index end = 0;
      for (Index p = 0; p < panels; ++p) {
        const KeyRange& part = panels_[p].part;
        if (part.begin < block + key + kTileRows && part.end > block + key) {
          begin = std::min(begin, p);
          end = p + 1;
        }
      }
      if (begin >= end) {
        continue;
      }
      const Index first = begin * kPanelQueries;
      const Index last = std::min(queries, end * kPanelQueries);
      const Index rows = std::min<Index>(kTileRows, count - key);
      const float* at = weights_ + first * kRowStride + key;
      add_products(at, last - first, d_output_columns_ + first * kTileColumns, queries, keys + key,
                   rows, gradients_.dv);
      at = d_scores_ + first * kRowStride + key;
      add_products(at, last - first, query_columns_ + first * kTileColumns, queries, keys + key,
                   rows, gradients_.dk);
    }
  }

  // to[keys[r]] += sum_i left[i][r] right[i], i < count; right in panels of 8 columns of `stride`
  // rows.
  static void add_products(const float* left, Index count, const float* right, Index stride,
                           const std::int32_t* keys, Index rows, Matrix to) {
    for (Index c = 0; c < to.cols(); c += kTileColumns) {
      const auto tile =
          linalg::multiply_panels<kTileRows>(count, left, kRowStride, right + c * stride);
      for (Index r = 0; r < rows; ++r) {
        float* row = to.data() + keys[r] * to.cols() + c;
        if (c + kTileColumns <= to.cols()) {
          const Lanes8 old = load8(row);
          store8(row, {{old.half[0] + tile.sum[r][0], old.half[1] + tile.sum[r][1]}});
          continue;
        }
        float sums[kTileColumns];
        store8(sums, {{tile.sum[r][0], tile.sum[r][1]}});
        for (Index e = 0; c + e < to.cols(); ++e) {
          row[e] += sums[e];
        }
      }
    }
  }

  void store_panel(Index p) {
    const ListPanel& panel = panels_[p].lanes;
    float scales[kPanelQueries];
    for (Index lane = 0; lane < kPanelQueries; ++lane) {
      scales[lane] = scale_for_sums(panel.query[lane]);
    }
    float* sums = dq_sums_ + p * kPanelQueries * q_.cols();
    multiply(sums, load8(scales), q_.cols());
    unpack_panel(panel, sums, lanes8(1.0F), true, gradients_.dq);
  }

  // ------------------------------------------------------------ rare rows

  // All that row i contributes, or its dq alone.
  void redo(Index i, bool only_dq) {
    const double scale = scale_of(i);
    const SparseRowInDouble weights(q_, k_, plan_, scale, i);
    const auto d_weight = [&](Index j) {
      double sum = 0.0;
      for (Index c = 0; c < v_.cols(); ++c) {
        sum += static_cast<double>(d_output_(i, c)) * static_cast<double>(v_(j, c));
      }
      return sum;
    };
    double mean = 0.0;
    for (Index j = 0; j < k_.rows(); ++j) {
      const double weight = weights.weight(j);
      mean += weight == 0.0 ? 0.0 : weight * d_weight(j);
    }
    const auto d_score_of = [&](Index j) {
      const double weight = weights.weight(j);
      return weight == 0.0 ? 0.0 : scale * weight * (d_weight(j) - mean);
    };
    weigh_in_double(d_score_of, {0, k_.rows()}, k_, gradients_.dq.data() + i * q_.cols());
    for (Index j = 0; !only_dq && j < k_.rows(); ++j) {
      const double weight = weights.weight(j);
      const double d_score = d_score_of(j);
      for (Index c = 0; weight != 0.0 && c < q_.cols(); ++c) {
        gradients_.dk(j, c) += static_cast<float>(d_score * static_cast<double>(q_(i, c)));
      }
      for (Index c = 0; weight != 0.0 && c < v_.cols(); ++c) {
        const float grad = d_output_(i, c);
        gradients_.dv(j, c) +=
            std::isfinite(grad) ? static_cast<float>(weight * static_cast<double>(grad)) : 0.0F;
      }
    }
  }

  void add_what_is_not_finite(const QueryGroup& group) {
    for (Index panel = 0; panel * kPanelQueries < group.count; ++panel) {
      const ListPanel lanes(group, panel);
      for (Index lane = 0; lane < lanes.kept.queries; ++lane) {
        const float* row = d_output_.data() + lanes.query[lane] * v_.cols();
        if (simd::all_finite(row, v_.cols())) {
          continue;
        }
        for (Index place = 0; place < static_cast<Index>(group.keys.size()); ++place) {
          float* to =
              gradients_.dv.data() + group.keys[static_cast<std::size_t>(place)] * v_.cols();
          for (Index c = 0; lanes.keeps(lane, place) && c < v_.cols(); ++c) {
            to[c] += std::isfinite(row[c]) ? 0.0F : row[c];
          }
        }
      }
    }
  }

  const ConstMatrix& q_;
  const ConstMatrix& k_;
  const ConstMatrix& v_;
  const ConstMatrix& d_output_;
  const SparseOptions& options_;
  SparseGradients gradients_;
  Sections sections_;
  Matrix out_;
  SparseRows rows_;
  float* delta_;  // [n_q]
  float* forward_;
  SparsePlan plan_;
  float* keys_;              // panels of keys, [d][6 or 4] each
  float* key_columns_;       // panels of columns, [keys][6 or 4] each
  float* values_;            // panels of values, [d_v][6 or 4] each
  float* queries_;           // panels of 8 queries, [d][8] each
  float* d_outputs_;         // panels of 8 rows of dO, [d_v][8] each
  float* dq_sums_;           // panels of 8 rows of dq, [d][8] each
  float* query_columns_;     // panels of 8 columns, [queries][8] each, times the scale
  float* d_output_columns_;  // panels of 8 columns, [queries][8] each
  float* weights_;           // [queries][keys of a block]
  float* d_scores_;          // [queries][keys of a block]
  float* tile_;              // [keys][8]
  float* d_tile_;            // [keys][8]
  bool finite_ = true;
  Panel panels_[kGroupPanels];
};

}  // namespace

void sparse_backward(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
                     const ConstMatrix& d_output, const SparseOptions& options,
                     const SparseGradients& gradients, std::span<float> workspace) {
  Backward(q, k, v, d_output, options, gradients, workspace.data()).run();
}

std::size_t sparse_backward_workspace(Index n_q, Index n_k, Index d, Index d_v) {
  return static_cast<std::size_t>(Backward::workspace(n_q, n_k, d, d_v));
}

}  // namespace attnlab::attention
