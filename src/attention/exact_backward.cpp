// Gradients of attention, recomputed from q, k, v and the gradient dO of the output:
//
//   P_ij  = softmax_j(scale_i q_i . k_j + bias_ij)   dP_ij = dO_i . v_j
//   dS_ij = P_ij (dP_ij - delta_i)                   delta_i = sum_j P_ij dP_ij  (= dO_i . out_i)
//   dq_i  = scale_i sum_j dS_ij k_j                  dv_j = sum_i P_ij dO_i
//   dk_j  = sum_i dS_ij scale_i q_i                  dbias_ij = dS_ij
//
//   q, dq [n_q, d], k, dk [n_k, d], v, dv [n_k, d_v], dO [n_q, d_v]
//
// Plan. Queries are taken in blocks of 64 (eight panels of 8, one query per SIMD lane), and the
// logits and dP of such a strip, [n_k][8] per panel, are kept until its row sums are known. That is
// memory for 128 n_k numbers, never n_q x n_k; in return nothing is computed twice: five products,
// where keeping nothing would take seven and the exponentials twice. Keys that the mask leaves pass
// in blocks of 96:
//   1. per block of keys and panel    S^T and dP^T tiles [keys][8], as in exact.cpp; row maxima
//   2. per panel                      weights, their sum and delta, vertical operations only
//   3. per block of keys and panel    P and dS in place; dq^T [d][8] += k^T dS^T; both turned
//                                     into packed operands [queries][keys of a tile]
//      per block of keys              dv += P^T dO and dk += dS^T (scale q), straight into place;
//                                     the inner dimension is the queries that see the tile
//
// NaN, infinity and what float32 cannot hold. Keys are packed with 0 for what is not finite; a row
// that sees such a key, or is itself not finite, or whose logits, sums or delta overflow, is left
// out (its lane is set to 0) and done in double afterwards: correct, slow, rare. Weights below
// 2^-126 are 0, also where dO or v are so large that something would come of them.
//
// Error (tested): with G_i = max_j sum_c |dO_ic v_jc|, l_i as in exact.cpp, e = 4e-7 (2 + l_i),
// or 8e-7 + (d + 6) 2^-24 l_i where the terms of a logit are alike,
//   |dq_ic - exact| <= sum_j 2 e P_ij G_i |scale_i k_jc|    |dv_jc - exact| <= sum_i e P_ij |dO_ic|
//   |dk_jc - exact| <= sum_i 2 e P_ij G_i |scale_i q_ic|    |dbias_ij - exact| <= 2 e P_ij G_i
// Cost: n_q n_k (6 d + 4 d_v) FLOPs and n_q n_k exponentials: 2.5 times exact() for d = d_v.
// Scratch: k twice and v once, packed, 128 n_k floats, and less than 1 MB for d, d_v <= 512.
// Paper: Dao, Fu, Ermon, Rudra and Re, "FlashAttention", 2022 (which recomputes the tiles instead).
#include "attention/exact_backward.h"

#include <algorithm>
#include <cmath>

#include "attention/backward_operands.h"
#include "attention/backward_row_in_double.h"
#include "attention/minus_infinity.h"
#include "attention/rare_rows.h"
#include "attention/tile_products.h"
#include "attention/turn_panel.h"
#include "simd/finite.h"

namespace attnlab::attention {
namespace {

using backward::kKeyBlock;
using backward::kPanels;
using backward::kQueryBlock;
using backward::Operands;
using backward::Panel;
using linalg::ConstMatrix;
using linalg::kTileColumns;
using linalg::kTileRows;
using linalg::round_up;
using simd::F32x4;

// One head. Holds views only.
class Head {
 public:
  Head(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
       const ConstMatrix& d_output, const Options& options, const Gradients& gradients,
       Sections sections)
      : operands_(q, k, v, d_output, options, sections),
        gradients_(gradients),
        needs_d_scores_(gradients.dq != nullptr || gradients.dk != nullptr ||
                        gradients.dbias != nullptr) {}

  void run() {
    operands_.pack_keys();
    for (Index i = 0; i < operands_.q.rows(); i += kQueryBlock) {
      run_block(i, std::min(i + kQueryBlock, operands_.q.rows()));
    }
  }

 private:
  // ------------------------------------------------------------ a block of queries

  void run_block(Index first, Index last) {
    Panel panels[kPanels];
    Index count = 0;
    for (Index i = first; i < last; i += kPanelQueries) {
      panels[count] = operands_.pack_panel(i, std::min(i + kPanelQueries, last), count);
      ++count;
    }
    std::fill_n(operands_.dq, kQueryBlock * round_up(operands_.k.cols(), kTileRows), 0.0F);
    // Ranges grow with the query.
    const Index begin = panels[0].reach().begin / kKeyBlock * kKeyBlock;
    const Index end = panels[count - 1].reach().end;
    for (Index key = begin; key < end; key += kKeyBlock) {
      for (Index p = 0; p < count; ++p) {
        compute_logits(panels[p], p, panels[p].tiles_in(key));
      }
    }
    for (Index p = 0; p < count; ++p) {
      normalize(panels[p], p);
    }
    for (Index key = begin; key < end; key += kKeyBlock) {
      for (Index p = 0; p < count; ++p) {
        compute_d_scores(panels[p], p, key);
      }
      accumulate_keys({panels, static_cast<std::size_t>(count)}, key);
    }
    for (Index p = 0; p < count; ++p) {
      finish(panels[p], p);
    }
  }

  // The strips of a panel, [n_k][8]: logits, which become weights P, and dP, which becomes dS.
  float* weights_of(Index p) const { return operands_.weights + p * operands_.strip; }
  float* d_scores_of(Index p) const { return operands_.d_scores + p * operands_.strip; }

  // Step 1: logits and dP.
  void compute_logits(Panel& panel, Index p, const KeyRange& keys) {
    const Index d = operands_.k.cols();
    const Index d_v = operands_.v.cols();
    float* scores = weights_of(p) + keys.begin * kPanelQueries;
    float* d_weights = d_scores_of(p) + keys.begin * kPanelQueries;
    Lanes8 largest = compute_scores(d, operands_.keys + keys.begin * d,
                                    operands_.queries + p * kPanelQueries * d, keys.size(), scores);
    if (needs_d_scores_) {
      compute_products(d_v, operands_.values + keys.begin * d_v,
                       operands_.d_outputs + p * kPanelQueries * d_v, keys.size(), d_weights);
    } else {
      std::fill_n(d_weights, keys.size() * kPanelQueries, 0.0F);
    }
    const bool biased = operands_.options.bias.data != nullptr;
    if (biased) {
      add_bias(operands_.options.bias, operands_.visible, panel, keys.begin,
               std::min(keys.end, operands_.visible.count()), scores);
    }
    if (hide(panel, keys.begin, keys.end, scores) || biased) {
      largest = column_maxima(scores, keys.size());
    }
    panel.maximum.half[0] = simd::max(panel.maximum.half[0], largest.half[0]);
    panel.maximum.half[1] = simd::max(panel.maximum.half[1], largest.half[1]);
  }

  // Step 2: unnormalized weights, their sum and delta. Sums go by runs of 8 keys and by blocks, so
  // that they are no deeper than in online_softmax.h.
  void normalize(Panel& panel, Index p) {
    constexpr Index kRun = 8;
    Lanes8 sum = lanes8(0.0F);
    Lanes8 delta = lanes8(0.0F);
    Lanes8 origin;
    for (int h = 0; h < 2; ++h) {
      // A row that has seen nothing but -infinity is measured from 0, lest -infinity meet itself.
      origin.half[h] =
          simd::select(simd::equal(panel.maximum.half[h], simd::splat(minus_infinity<float>())),
                       simd::zero(), panel.maximum.half[h]);
    }
    const KeyRange keys = panel.tiles();
    for (Index block = keys.begin; block < keys.end; block += kKeyBlock) {
      const Index block_end = std::min(block + kKeyBlock, keys.end);
      Lanes8 block_sum = lanes8(0.0F);
      Lanes8 block_delta = lanes8(0.0F);
      for (Index run = block; run < block_end; run += kRun) {
        Lanes8 run_sum = lanes8(0.0F);
        Lanes8 run_delta = lanes8(0.0F);
        for (Index key = run; key < std::min(run + kRun, block_end); ++key) {
          Lanes8 weight = load8(weights_of(p) + key * kPanelQueries);
          const Lanes8 d_weight = load8(d_scores_of(p) + key * kPanelQueries);
          for (int h = 0; h < 2; ++h) {
            weight.half[h] = simd::exp2_nonpositive(weight.half[h] - origin.half[h]);
            run_sum.half[h] = run_sum.half[h] + weight.half[h];
            run_delta.half[h] =
                simd::multiply_add(weight.half[h], d_weight.half[h], run_delta.half[h]);
          }
          store8(weights_of(p) + key * kPanelQueries, weight);
        }
        add(block_sum, run_sum);
        add(block_delta, run_delta);
      }
      add(sum, block_sum);
      add(delta, block_delta);
    }
    for (int h = 0; h < 2; ++h) {
      panel.inverse_sum.half[h] = simd::splat(1.0F) / sum.half[h];
      panel.delta.half[h] = delta.half[h] * panel.inverse_sum.half[h];
    }
    float maxima[kPanelQueries];
    float inverse_sums[kPanelQueries];
    float deltas[kPanelQueries];
    store8(maxima, panel.maximum);
    store8(inverse_sums, panel.inverse_sum);
    store8(deltas, panel.delta);
    for (Index lane = 0; lane < panel.queries; ++lane) {
      // A sum of 0 (nothing above -infinity) has no inverse, an infinite one has 0.
      const bool lost = !std::isfinite(inverse_sums[lane]) || inverse_sums[lane] == 0.0F ||
                        !std::isfinite(deltas[lane]) ||
                        lost_to_bias(maxima[lane], operands_.q, operands_.k, operands_.options,
                                     panel.first + lane);
      panel.in_double[lane] = panel.in_double[lane] || (panel.alive[lane] && lost);
      panel.alive[lane] = panel.alive[lane] && !lost;
    }
  }

  static void add(Lanes8& sum, const Lanes8& term) {
    sum.half[0] = sum.half[0] + term.half[0];
    sum.half[1] = sum.half[1] + term.half[1];
  }

  // Step 3, for one panel: P and dS, their use for dq and dbias, and their packing for dk and dv.
  void compute_d_scores(const Panel& panel, Index p, Index block) {
    const KeyRange keys = panel.tiles_in(block);
    float alive[kPanelQueries];
    std::copy_n(panel.alive, kPanelQueries, alive);
    const Lanes8 counts = load8(alive);
    for (Index key = keys.begin; key < keys.end; ++key) {
      Lanes8 weight = load8(weights_of(p) + key * kPanelQueries);
      Lanes8 d_score = load8(d_scores_of(p) + key * kPanelQueries);
      for (int h = 0; h < 2; ++h) {
        const simd::Mask skip = simd::equal(counts.half[h], simd::zero());
        const F32x4 normalized = weight.half[h] * panel.inverse_sum.half[h];
        d_score.half[h] =
            simd::select(skip, simd::zero(), normalized * (d_score.half[h] - panel.delta.half[h]));
        weight.half[h] = simd::select(skip, simd::zero(), normalized);
      }
      store8(weights_of(p) + key * kPanelQueries, weight);
      store8(d_scores_of(p) + key * kPanelQueries, d_score);
    }
    const KeyRange real = {keys.begin, std::min(keys.end, operands_.visible.count())};
    if (gradients_.dbias != nullptr) {
      accumulate_bias(panel, d_scores_of(p), real);
    }
    if (gradients_.dq != nullptr && real.size() > 0) {
      accumulate_query(p, real);
    }
    for (Index key = keys.begin; key < keys.end; key += kTileRows) {
      turn(weights_of(p), key, p, operands_.weights_by_query, key - block);
      turn(d_scores_of(p), key, p, operands_.d_scores_by_query, key - block);
    }
  }

  // A tile of a strip, [keys][8], becomes [8][kTileRows] of the packed operand.
  static void turn(const float* strip, Index key, Index p, float* to, Index at) {
    const float* lines[kTileRows];
    for (Index r = 0; r < kTileRows; ++r) {
      lines[r] = strip + (key + r) * kPanelQueries;
    }
    turn_panel(lines, to + at * kQueryBlock + p * kPanelQueries * kTileRows);
  }

  void accumulate_bias(const Panel& panel, const float* d_scores, const KeyRange& keys) {
    const Index row_stride = operands_.options.bias.row_stride;
    const Index column_stride = operands_.options.bias.column_stride;
    Lanes8 sums = lanes8(0.0F);
    for (Index key = keys.begin; key < keys.end; ++key) {
      const float* row = d_scores + key * kPanelQueries;
      const Lanes8 d_score = load8(row);
      float* to = gradients_.dbias + operands_.visible.original(key) * column_stride;
      if (column_stride == 0) {
        add(sums, d_score);
      } else if (row_stride == 0) {
        *to += simd::sum(d_score.half[0] + d_score.half[1]);
      } else {
        for (Index lane = 0; lane < panel.queries; ++lane) {
          to[panel.query(lane) * row_stride] += row[lane];
        }
      }
    }
    float totals[kPanelQueries];
    store8(totals, sums);
    for (Index lane = 0; column_stride == 0 && lane < panel.queries; ++lane) {
      gradients_.dbias[panel.query(lane) * row_stride] += totals[lane];
    }
  }

  // dq^T += k^T dS^T
  void accumulate_query(Index p, const KeyRange& keys) {
    const float* columns = operands_.key_columns + keys.begin * kTileRows;
    float* to = operands_.dq + p * kPanelQueries * round_up(operands_.k.cols(), kTileRows);
    for (Index c = 0; c < operands_.k.cols(); c += kTileRows) {
      const auto tile = linalg::multiply_panels<kTileRows>(
          keys.size(), columns, kTileRows, d_scores_of(p) + keys.begin * kPanelQueries);
      for (const auto& row : tile.sum) {
        const Lanes8 old = load8(to);
        store8(to, {{old.half[0] + row[0], old.half[1] + row[1]}});
        to += kPanelQueries;
      }
      columns += operands_.visible.count() * kTileRows;
    }
  }

  // Step 3, for the block's keys: dv += P^T dO, dk += dS^T (scale q).
  void accumulate_keys(std::span<const Panel> panels, Index block) {
    const Index end = std::min(block + kKeyBlock, panels.back().tiles().end);
    for (Index key = block; key < end; key += kTileRows) {
      // The panels that visit this tile are neighbors.
      std::size_t first = 0;
      while (first < panels.size() && panels[first].tiles().end <= key) {
        ++first;
      }
      std::size_t last = first;
      while (last < panels.size() && panels[last].tiles().begin <= key) {
        ++last;
      }
      const Index from = static_cast<Index>(first) * kPanelQueries;
      const Index queries = static_cast<Index>(last - first) * kPanelQueries;
      const Index at = (key - block) * kQueryBlock + from * kTileRows;
      const Index keys = std::min<Index>(kTileRows, operands_.visible.count() - key);
      if (gradients_.dv != nullptr) {
        multiply_queries(queries, operands_.weights_by_query + at,
                         operands_.d_output_columns + from * kTileColumns, key, keys, gradients_.dv,
                         operands_.v.cols());
      }
      if (gradients_.dk != nullptr) {
        multiply_queries(queries, operands_.d_scores_by_query + at,
                         operands_.query_columns + from * kTileColumns, key, keys, gradients_.dk,
                         operands_.k.cols());
      }
    }
  }

  // Adds the product to rows [key, key + keys) of a gradient with `columns` columns.
  void multiply_queries(Index queries, const float* a, const float* b, Index key, Index keys,
                        float* gradient, Index columns) const {
    for (Index c = 0; c < columns; c += kTileColumns) {
      const auto tile = linalg::multiply_panels<kTileRows>(queries, a, kTileRows, b);
      b += kQueryBlock * kTileColumns;
      for (Index r = 0; r < keys; ++r) {
        float* row = gradient + operands_.visible.original(key + r) * columns + c;
        if (c + kTileColumns <= columns) {
          const Lanes8 old = load8(row);
          store8(row, {{old.half[0] + tile.sum[r][0], old.half[1] + tile.sum[r][1]}});
        } else {
          float sums[kTileColumns];
          store8(sums, {{tile.sum[r][0], tile.sum[r][1]}});
          for (Index e = 0; c + e < columns; ++e) {
            row[e] += sums[e];
          }
        }
      }
    }
  }

  // ------------------------------------------------------------ results

  void finish(const Panel& panel, Index p) {
    const Index d = operands_.k.cols();
    const float* sums = operands_.dq + p * kPanelQueries * round_up(d, kTileRows);
    for (Index lane = 0; lane < panel.queries; ++lane) {
      const Index i = panel.first + lane;
      if (panel.in_double[lane]) {
        redo(i, gradients_);
      } else if (gradients_.dq != nullptr) {
        float* row = gradients_.dq + i * d;
        const auto scale =
            static_cast<float>(scale_for(operands_.options, panel.seen[lane].size()));
        for (Index c = 0; c < d; ++c) {
          row[c] = panel.alive[lane] ? sums[c * kPanelQueries + lane] * scale : 0.0F;
        }
        if (!simd::all_finite(row, d)) {
          redo(i, {.dq = gradients_.dq});
        }
      }
    }
  }

  // The strips are free by then.
  void redo(Index i, const Gradients& gradients) {
    backward_row_in_double(operands_.q, operands_.k, operands_.v, operands_.d_output,
                           operands_.options, i, gradients, operands_.d_scores);
  }

  Operands operands_;
  const Gradients& gradients_;
  bool needs_d_scores_;
};

}  // namespace

void exact_backward(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
                    const ConstMatrix& d_output, const Options& options, const Gradients& gradients,
                    std::span<float> workspace) {
  Head(q, k, v, d_output, options, gradients, Sections(workspace.data())).run();
}

std::size_t exact_backward_workspace(Index n_q, Index n_k, Index d, Index d_v) {
  return static_cast<std::size_t>(Operands::size(n_q, n_k, d, d_v));
}

}  // namespace attnlab::attention
