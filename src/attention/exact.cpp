// out_i = sum_j 2^(s_ij - m_i) v_j / sum_j 2^(s_ij - m_i)
//   with s_ij = log2(e) (scale_i q_i . k_j + bias_ij), m_i = max_j s_ij
//
//   q [n_q, d], k [n_k, d], v [n_k, d_v], out [n_q, d_v]
//
// Plan. Nothing of size n_q x n_k is ever held. Visible keys and values are packed once, in panels
// of as many lines as a register tile has rows (linalg/microkernel.h): all at the start or, where
// there is only one block of queries, one block of keys at a time, so that the copy never leaves
// the cache. Queries are taken 8 at a time (a panel, one query per SIMD lane) and scaled while they
// are packed; several panels in turn meet a block of keys while it is in the second-level cache:
//   1. scores     [keys][8]  the micro-kernel on keys x 8 queries: the tile is born transposed, and
//                            its maxima are taken while it is in registers
//   2. hiding     [keys][8]  bias, and -infinity where the window's edge crosses the panel
//   3. weights    [keys][8]  online softmax, vertical operations only
//   4. output^T   [d_v][8]   the micro-kernel again: the weights are already a packed operand
// At the end each output is divided by its sum and transposed into place. A panel visits only the
// keys that one of its queries sees, so a causal problem costs half and a window what it covers.
//
// NaN and infinity. Hidden scores are overwritten, so k may hold anything there. Hidden weights are
// exactly 0, but 0 * NaN is not: a v that is not finite is packed as 0 and added afterwards to its
// column of the rows that see it (correct, slow, rare). A row with a logit that float32 cannot hold
// while it is added up, or in units of ln 2, is done again in double.
//
// Error: |out - exact| <= (8e-7 + (d + 6) 2^-24 l_i) max_j |v_j|, where l_i is the largest
// sum_c |scale_i q_ic k_jc| + |bias_ij| of the row (tested, d to 1024): a logit is a sum of d
// terms, and where the terms are alike their roundings all have one sign. Where they are not,
// 4e-7 (2 + l_i) max_j |v_j| holds (tested, d to 1024). The weights of a row sum to 1 within 1e-6
// for 4096 keys (tested).
// Cost: 2 n_q n_k (d + d_v) FLOPs and n_q n_k exponentials. Scratch: the packed k and v (for up to
// 128 queries a block of them), and less than 1 MB.
// Papers: Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018; Dao, Fu,
// Ermon, Rudra and Re, "FlashAttention", 2022. benchmarks/attention-ladder.md tells how this plan
// was arrived at.
#include "attention/exact.h"

#include <algorithm>
#include <cmath>

#include "attention/exact_few_keys.h"
#include "attention/logit_tile.h"
#include "attention/online_softmax.h"
#include "attention/pack_head.h"
#include "attention/rare_rows.h"
#include "attention/sections.h"
#include "attention/tile_products.h"
#include "attention/visible_keys.h"
#include "linalg/microkernel.h"
#include "linalg/pack.h"
#include "simd/f32x4.h"
#include "simd/finite.h"
#include "simd/own_function.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::kTileRows;
using linalg::Matrix;
using simd::F32x4;

// Keys and values of a block are 48 KB for d = d_v = 64; its scores, 3 KB, stay in the first-level
// cache. A multiple of both heights of a tile.
constexpr Index kKeyBlock = 96;
static_assert(kKeyBlock % kTileRows == 0);
// Query panels that share a key block, as long as their queries and outputs stay below 256 KB.
constexpr Index kMaxPanels = 16;
constexpr Index kPanelFloats = 64 * 1024;

// How much is at work at a time.
struct Blocks {
  Index panels;  // query panels per block
  Index packed;  // keys that are packed at a time: all, or a block where they are met once

  Blocks(Index n_q, Index n_k, Index d, Index d_v)
      : panels(std::clamp<Index>(
            kPanelFloats / (kPanelQueries * (d + d_v)), 1,
            std::min(kMaxPanels,
                     std::max<Index>(1, round_up(n_q, kPanelQueries) / kPanelQueries)))),
        packed(n_q <= panels * kPanelQueries ? std::min(n_k, kKeyBlock) : n_k) {}
};

// One head. Holds views only.
class Head {
 public:
  Head(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v, const Options& options,
       Matrix out, Sections sections)
      : q_(q),
        k_(k),
        v_(v),
        options_(options),
        out_(out),
        blocks_(q.rows(), k.rows(), q.cols(), v.cols()),
        visible_(options, q.rows(), k.rows(), sections.take(VisibleKeys::scratch(k.rows()))),
        keys_(sections.take(round_up(blocks_.packed, kTileRows) * k.cols())),
        values_(sections.take(blocks_.packed * v.cols())),
        queries_(sections.take(blocks_.panels * kPanelQueries * q.cols())),
        outputs_(sections.take(blocks_.panels * kPanelQueries * v.cols())),
        scores_(sections.take(scores(k.rows()))) {}

  static Index workspace(Index n_q, Index n_k, Index d, Index d_v) {
    const Blocks blocks(n_q, n_k, d, d_v);
    return Sections::size({VisibleKeys::scratch(n_k), round_up(blocks.packed, kTileRows) * d,
                           blocks.packed * d_v, blocks.panels * kPanelQueries * d,
                           blocks.panels * kPanelQueries * d_v, scores(n_k)});
  }

  void run() {
    if (blocks_.packed == k_.rows()) {
      pack({0, visible_.count()});
    }
    const Index block = blocks_.panels * kPanelQueries;
    for (Index i = 0; i < q_.rows(); i += block) {
      run_block(i, std::min(i + block, q_.rows()));
    }
    if (!finite_) {
      add_values_that_are_not_finite(visible_, q_, v_, options_, out_);
    }
  }

 private:
  static Index scores(Index n_k) {
    return std::min(kKeyBlock, round_up(n_k, kTileRows)) * kPanelQueries;
  }

  // Eight queries at work.
  struct Panel : QueryPanel {
    RunningSoftmax softmax;
  };

  void pack(KeyRange keys) {
    packed_ = keys;
    pack_keys(visible_, keys, k_, keys_);
    finite_ = pack_values(visible_, keys, v_, values_) && finite_;
  }

  // ------------------------------------------------------------ a block of queries

  void run_block(Index first, Index last) {
    Panel panels[kMaxPanels];
    Index count = 0;
    // Ranges grow with the query: the block sees from its first query's first key to its last
    // query's last.
    KeyRange seen{0, 0};
    for (Index i = first; i < last; i += kPanelQueries) {
      Panel& panel = panels[count];
      panel = {query_panel(visible_, i, std::min(i + kPanelQueries, last)), {}};
      pack_queries(q_, options_, panel, queries_ + count * kPanelQueries * q_.cols());
      seen = {count == 0 ? panel.seen[0].begin : seen.begin, panel.seen[kPanelQueries - 1].end};
      ++count;
    }
    std::fill_n(outputs_, count * kPanelQueries * v_.cols(), 0.0F);
    const Index begin = seen.begin / kKeyBlock * kKeyBlock;
    for (Index key = begin; key < seen.end; key += kKeyBlock) {
      if (blocks_.packed < k_.rows()) {
        pack({key, std::min(key + kKeyBlock, visible_.count())});
      }
      for (Index p = 0; p < count; ++p) {
        visit(panels[p], queries_ + p * kPanelQueries * q_.cols(),
              outputs_ + p * kPanelQueries * v_.cols(), key);
      }
    }
    for (Index p = 0; p < count; ++p) {
      finish(panels[p], outputs_ + p * kPanelQueries * v_.cols());
      redo_what_overflowed(panels[p]);
    }
  }

  // One panel of queries meets the keys of one block that any of its lanes sees.
  void visit(Panel& panel, const float* queries, float* outputs, Index block) {
    const Index begin = std::max(block, panel.seen[0].begin / kTileRows * kTileRows);
    const Index end = std::min(block + kKeyBlock, panel.seen[kPanelQueries - 1].end);
    if (begin >= end) {
      return;
    }
    const Index d = q_.cols();
    Lanes8 largest =
        compute_scores(d, keys_ + (begin - packed_.begin) * d, queries, end - begin, scores_);
    const bool biased = options_.bias.data != nullptr;
    if (biased) {
      add_bias(options_.bias, visible_, panel, begin, end, scores_);
    }
    const bool hidden = hide(panel, begin, end, scores_);
    // The last tile may reach beyond `end`, to keys that nobody here sees.
    if (biased || hidden || (end % kTileRows != 0 && end != visible_.count())) {
      largest = column_maxima(scores_, end - begin);
    }
    const Lanes8 shrink = absorb(panel.softmax, largest, scores_, end - begin);
    accumulate_outputs(values_, packed_.size(), begin - packed_.begin, v_.cols(), scores_,
                       end - begin, shrink, outputs);
  }

  // ------------------------------------------------------------ results

  ATTNLAB_OWN_FUNCTION void finish(const Panel& panel, float* outputs) {
    // A row that saw nothing has sum 0 and output 0: divided by 1 it stays 0.
    float sums[kPanelQueries];
    Lanes8 divisor = panel.softmax.sum;
    for (F32x4& half : divisor.half) {
      half = simd::select(simd::equal(half, simd::zero()), simd::splat(1.0F), half);
    }
    store8(sums, divisor);
    const Index columns = v_.cols();
    Index c = 0;
    for (; c + F32x4::kLanes <= columns; c += F32x4::kLanes) {
      for (Index h = 0; h < 2; ++h) {
        F32x4 rows[F32x4::kLanes];
        for (int r = 0; r < F32x4::kLanes; ++r) {
          rows[r] =
              simd::load(outputs + (c + r) * kPanelQueries + h * F32x4::kLanes) / divisor.half[h];
        }
        simd::transpose(rows[0], rows[1], rows[2], rows[3]);
        for (Index r = 0; r < F32x4::kLanes; ++r) {
          const Index lane = h * F32x4::kLanes + r;
          if (lane < panel.queries) {
            simd::store(out_.data() + (panel.first + lane) * columns + c, rows[r]);
          }
        }
      }
    }
    for (; c < columns; ++c) {
      for (Index lane = 0; lane < panel.queries; ++lane) {
        out_(panel.first + lane, c) = outputs[c * kPanelQueries + lane] / sums[lane];
      }
    }
  }

  // Rows whose logits, scale or sums float32 could not hold: see row_in_double.h.
  ATTNLAB_OWN_FUNCTION void redo_what_overflowed(const Panel& panel) {
    float maxima[kPanelQueries];
    float sums[kPanelQueries];
    store8(maxima, panel.softmax.maximum);
    store8(sums, panel.softmax.sum);
    const bool scaled = simd::is_moderate_or_zero(options_.scale);
    for (Index lane = 0; lane < panel.queries; ++lane) {
      const Index i = panel.first + lane;
      float* row = out_.data() + i * v_.cols();
      const bool lost = !scaled || sums[lane] == 0.0F || !simd::all_finite(row, v_.cols()) ||
                        lost_to_bias(maxima[lane], q_, k_, options_, i);
      if (lost && panel.seen[lane].size() > 0) {
        redo_in_double(q_, k_, v_, options_, i, row);
      }
    }
  }

  const ConstMatrix& q_;
  const ConstMatrix& k_;
  const ConstMatrix& v_;
  const Options& options_;
  Matrix out_;
  Blocks blocks_;
  VisibleKeys visible_;
  KeyRange packed_ = {0, 0};
  bool finite_ = true;  // all values packed so far are
  float* keys_;         // see pack_head.h
  float* values_;
  float* queries_;  // panels of 8 queries, [d][8] each
  float* outputs_;  // panels of 8 outputs, [d_v][8] each
  float* scores_;   // [keys][8]
};

}  // namespace

void exact(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v, const Options& options,
           Matrix out, std::span<float> workspace) {
  if (k.rows() <= kFewKeys) {
    exact_few_keys(q, k, v, options, out);
  } else {
    Head(q, k, v, options, out, Sections(workspace.data())).run();
  }
}

std::size_t exact_workspace(Index n_q, Index n_k, Index d, Index d_v) {
  return n_k <= kFewKeys ? 0 : static_cast<std::size_t>(Head::workspace(n_q, n_k, d, d_v));
}

}  // namespace attnlab::attention
