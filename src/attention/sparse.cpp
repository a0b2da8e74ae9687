// out_i = sum_j 2^(s_ij - m_i) v_j / sum_j 2^(s_ij - m_i) over the kept keys j
//   with s_ij = log2(e) scale_i q_i . k_j, m_i = max_j s_ij
//
//   q [n_q, d], k [n_k, d], v [n_k, d_v], out [n_q, d_v]
//
// Plan. The pattern is cut into groups of up to 128 queries with one list of keys
// (sparse_pattern.h). The listed keys and values are packed 96 at a time and met by the group's
// panels of eight queries, as in exact(): scores by the micro-kernel, hiding, online softmax,
// output^T by the micro-kernel. A query may stand in several groups (a local and an atrous one, a
// global column): its maximum, sum and output so far are kept in between. Nothing is computed for a
// register tile of which no entry is kept.
//
// NaN and infinity: as in exact(), hidden scores are overwritten, values that are not finite are
// packed as 0 and added at the end to the rows that keep them, and a row that float32 cannot hold
// is computed again in double.
//
// Error: that of exact.cpp (tested).
// Cost: 2 (d + d_v) FLOPs and one exponential per kept entry, and at the edges of the pattern less
// than two tiles per panel; packing moves d + d_v floats per listed key. Scratch: 3 n_q + 2 n_k
// floats and less than 1 MB for d, d_v <= 256.
// Papers: see sparse_pattern.h; Dao, Fu, Ermon, Rudra and Re, "FlashAttention", 2022.
#include "attention/sparse.h"

#include <algorithm>
#include <cmath>

#include "attention/minus_infinity.h"
#include "attention/rare_rows.h"
#include "attention/sparse_rows.h"
#include "attention/sparse_tiles.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::kTileRows;
using linalg::Matrix;
using simd::F32x4;

class Forward {
 public:
  Forward(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
          const SparseOptions& options, Matrix out, const SparseRows& rows, float* workspace)
      : q_(q),
        k_(k),
        v_(v),
        options_(options),
        out_(out),
        rows_(rows),
        sections_(workspace),
        plan_(options.pattern, options.mask, q.rows(), k.rows(),
              sections_.take(SparsePlan::scratch(k.rows()))),
        once_(plan_.visits_once()),
        keys_(sections_.take(kListBlock * q.cols())),
        values_(sections_.take(kListBlock * v.cols())),
        queries_(sections_.take(kGroupQueries * q.cols())),
        outputs_(sections_.take(kGroupQueries * v.cols())),
        scores_(sections_.take(kListBlock * kPanelQueries)) {}

  static Index workspace(Index n_k, Index d, Index d_v) {
    return Sections::size({SparsePlan::scratch(n_k), kListBlock * d, kListBlock * d_v,
                           kGroupQueries * d, kGroupQueries * d_v, kListBlock * kPanelQueries});
  }

  void run() {
    std::fill_n(rows_.maximum, q_.rows(), minus_infinity<float>());
    std::fill_n(rows_.sum, q_.rows(), 0.0F);
    std::fill_n(rows_.keys_kept, q_.rows(), 0.0F);
    if (options_.times_log_visible) {
      plan_.for_each_group([&](const QueryGroup& group) { count(group); });
    }
    plan_.for_each_group([&](const QueryGroup& group) { visit(group); });
    finish();
    if (!finite_) {
      plan_.for_each_group([&](const QueryGroup& group) { add_values_that_are_not_finite(group); });
    }
  }

 private:
  void count(const QueryGroup& group) const {
    for (Index lane = 0; lane < group.count; ++lane) {
      const Index i = group.query(lane);
      rows_.keys_kept[i] += static_cast<float>(group.kept(i).size() - group.left_out(i).size());
    }
  }

  void count(const ListPanel& panel) const {
    for (Index lane = 0; lane < panel.kept.queries; ++lane) {
      rows_.keys_kept[panel.query[lane]] +=
          static_cast<float>(panel.kept.seen[lane].size() - panel.holes.seen[lane].size());
    }
  }

  // ------------------------------------------------------------ a group

  void visit(const QueryGroup& group) {
    const Index panels = round_up(group.count, kPanelQueries) / kPanelQueries;
    for (Index p = 0; p < panels; ++p) {
      panels_[p] = ListPanel(group, p);
      if (!options_.times_log_visible) {
        count(panels_[p]);
      }
      load_panel(p);
    }
    const auto listed = static_cast<Index>(group.keys.size());
    const Index begin = panels_[0].kept.seen[0].begin / kListBlock * kListBlock;
    const Index end = std::min(listed, panels_[panels - 1].kept.seen[kPanelQueries - 1].end);
    for (Index block = begin; block < end; block += kListBlock) {
      const Index keys = std::min(kListBlock, listed - block);
      pack_rows<kTileRows>(k_, group.keys.data() + block, keys, keys_);
      finite_ =
          pack_listed_columns<kTileRows>(v_, group.keys.data() + block, keys, values_) && finite_;
      for (Index p = 0; p < panels; ++p) {
        attend_block(p, block, keys);
      }
    }
    for (Index p = 0; p < panels; ++p) {
      store_panel(p);
    }
  }

  float* queries_of(Index p) { return queries_ + p * kPanelQueries * q_.cols(); }
  float* outputs_of(Index p) { return outputs_ + p * kPanelQueries * v_.cols(); }

  // Packs the panel's queries, scaled, and restores their softmax and outputs from earlier groups.
  void load_panel(Index p) {
    const ListPanel& panel = panels_[p];
    const float* lines[kPanelQueries];
    const float* gathered[kPanelQueries];
    float scales[kPanelQueries];
    float maximum[kPanelQueries];
    float sum[kPanelQueries];
    bool fresh = true;
    for (Index lane = 0; lane < kPanelQueries; ++lane) {
      const Index i = panel.query[lane];
      lines[lane] = q_.data() + i * q_.cols();
      gathered[lane] = out_.data() + i * v_.cols();
      scales[lane] = static_cast<float>(sparse_scale(options_, rows_.keys_kept[i]) * kLog2E);
      maximum[lane] = rows_.maximum[i];
      sum[lane] = rows_.sum[i];
      // A row of NaN has no maximum, but it has a sum.
      fresh = fresh && maximum[lane] == minus_infinity<float>() && sum[lane] == 0.0F;
    }
    softmax_[p].maximum = load8(maximum);
    softmax_[p].sum = load8(sum);
    pack_scaled(lines, load8(scales), queries_of(p));
    if (fresh) {
      std::fill_n(outputs_of(p), kPanelQueries * v_.cols(), 0.0F);
    } else {
      linalg::pack_lines<kPanelQueries>(gathered, v_.cols(), outputs_of(p));
    }
  }

  void pack_scaled(const float* const (&lines)[kPanelQueries], const Lanes8& scale, float* to) {
    linalg::pack_lines<kPanelQueries>(lines, q_.cols(), to);
    for (Index e = 0; e < q_.cols(); ++e) {
      const Lanes8 entry = load8(to + e * kPanelQueries);
      store8(to + e * kPanelQueries,
             {{entry.half[0] * scale.half[0], entry.half[1] * scale.half[1]}});
    }
  }

  void attend_block(Index p, Index block, Index keys) {
    const ListPanel& panel = panels_[p];
    const KeyRange part = panel.part_of(block);
    if (part.begin >= part.end) {
      return;
    }
    Lanes8 largest = compute_scores(q_.cols(), keys_ + (part.begin - block) * q_.cols(),
                                    queries_of(p), part.size(), scores_);
    const bool hidden = panel.hide(part, scores_);
    // The last tile may reach beyond the part, to keys that nobody here keeps.
    const bool beyond = part.end % kTileRows != 0 && part.end != block + keys;
    if (hidden || beyond) {
      largest = column_maxima(scores_, part.size());
    }
    const Lanes8 shrink = absorb(softmax_[p], largest, scores_, part.size());
    accumulate_outputs(values_, keys, part.begin - block, v_.cols(), scores_, part.size(), shrink,
                       outputs_of(p));
  }

  void store_panel(Index p) {
    const ListPanel& panel = panels_[p];
    float maximum[kPanelQueries];
    float sum[kPanelQueries];
    store8(maximum, softmax_[p].maximum);
    store8(sum, softmax_[p].sum);
    for (Index lane = 0; lane < panel.kept.queries; ++lane) {
      rows_.maximum[panel.query[lane]] = maximum[lane];
      rows_.sum[panel.query[lane]] = sum[lane];
    }
    if (!once_) {
      unpack_panel(panel, outputs_of(p), lanes8(1.0F), false, out_);
      return;
    }
    Lanes8 divisor = softmax_[p].sum;
    for (F32x4& half : divisor.half) {
      half = simd::select(simd::equal(half, simd::zero()), simd::splat(1.0F), half);
    }
    unpack_panel(panel, outputs_of(p), divisor, false, out_);
    for (Index lane = 0; lane < panel.kept.queries; ++lane) {
      redo_if_lost(panel.query[lane]);
    }
  }

  // ------------------------------------------------------------ results

  void finish() {
    const Index columns = v_.cols();
    for (Index i = 0; i < q_.rows(); ++i) {
      float* row = out_.data() + i * columns;
      if (rows_.keys_kept[i] == 0.0F) {
        std::fill_n(row, columns, 0.0F);
        continue;
      }
      if (!once_) {
        for (Index c = 0; c < columns; ++c) {
          row[c] /= rows_.sum[i];
        }
        redo_if_lost(i);
      }
    }
  }

  void redo_if_lost(Index i) {
    float* row = out_.data() + i * v_.cols();
    const bool lost = rows_.sum[i] == 0.0F || !simd::is_moderate_or_zero(options_.scale) ||
                      !simd::all_finite(row, v_.cols());
    if (lost && rows_.keys_kept[i] > 0.0F) {
      redo(i, row);
    }
  }

  // A row whose logits, scale or sums float32 could not hold.
  void redo(Index i, float* row) {
    const SparseRowInDouble weights(q_, k_, plan_, sparse_scale(options_, rows_.keys_kept[i]), i);
    weigh_in_double([&](Index j) { return weights.weight(j); }, {0, k_.rows()}, v_, row);
  }

  void add_values_that_are_not_finite(const QueryGroup& group) {
    const auto listed = static_cast<Index>(group.keys.size());
    for (Index place = 0; place < listed; ++place) {
      const float* value = v_.data() + group.keys[static_cast<std::size_t>(place)] * v_.cols();
      if (simd::all_finite(value, v_.cols())) {
        continue;
      }
      for (Index panel = 0; panel * kPanelQueries < group.count; ++panel) {
        const ListPanel lanes(group, panel);
        for (Index lane = 0; lane < lanes.kept.queries; ++lane) {
          float* row = out_.data() + lanes.query[lane] * v_.cols();
          for (Index c = 0; lanes.keeps(lane, place) && c < v_.cols(); ++c) {
            row[c] += std::isfinite(value[c]) ? 0.0F : value[c];
          }
        }
      }
    }
  }

  const ConstMatrix& q_;
  const ConstMatrix& k_;
  const ConstMatrix& v_;
  const SparseOptions& options_;
  Matrix out_;
  SparseRows rows_;
  Sections sections_;
  SparsePlan plan_;
  bool once_;       // no query is in two groups: store_panel() finishes it
  float* keys_;     // panels of keys, [d][6 or 4] each
  float* values_;   // panels of columns, [keys][6 or 4] each
  float* queries_;  // panels of 8 queries, [d][8] each
  float* outputs_;  // panels of 8 outputs, [d_v][8] each
  float* scores_;   // [keys][8]
  bool finite_ = true;
  ListPanel panels_[kGroupPanels];
  RunningSoftmax softmax_[kGroupPanels];
};

}  // namespace

void sparse_with_rows(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
                      const SparseOptions& options, Matrix out, const SparseRows& rows,
                      float* workspace) {
  Forward(q, k, v, options, out, rows, workspace).run();
}

Index sparse_rows_workspace(Index n_k, Index d, Index d_v) {
  return Forward::workspace(n_k, d, d_v);
}

void sparse(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
            const SparseOptions& options, Matrix out, std::span<float> workspace) {
  Sections sections(workspace.data());
  float* maximum = sections.take(q.rows());
  float* sum = sections.take(q.rows());
  float* keys_kept = sections.take(q.rows());
  sparse_with_rows(q, k, v, options, out, {maximum, sum, keys_kept}, sections.take(0));
}

std::size_t sparse_workspace(Index n_q, Index n_k, Index d, Index d_v) {
  return static_cast<std::size_t>(Sections::size({n_q, n_q, n_q}) +
                                  sparse_rows_workspace(n_k, d, d_v));
}

Index sparse_pattern(const SparsePattern& pattern, const std::uint8_t* mask, Matrix out,
                     std::span<float> workspace) {
  const SparsePlan plan(pattern, mask, out.rows(), out.cols(), workspace.data());
  out.setZero();
  Index kept = 0;
  plan.for_each_group([&](const QueryGroup& group) {
    for (Index lane = 0; lane < group.count; ++lane) {
      const Index i = group.query(lane);
      const KeyRange range = group.kept(i);
      const KeyRange hole = group.left_out(i);
      for (Index place = range.begin; place < range.end; ++place) {
        if (place < hole.begin || place >= hole.end) {
          out(i, group.keys[static_cast<std::size_t>(place)]) += 1.0F;
          ++kept;
        }
      }
    }
  });
  return kept;
}

}  // namespace attnlab::attention
