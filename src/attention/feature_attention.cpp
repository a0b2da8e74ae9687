// out_i = phi(q_i)^T S_i / phi(q_i)^T z_i,   S_i = sum_j phi(k_j) v_j^T,   z_i = sum_j phi(k_j)
//
//   q [n_q, d], k [n_k, d], v [n_k, d_v], phi into R^M
//
// Plan. All products are tiles of the micro-kernel, and the tile of each is already in the layout
// that the next one reads.
//   Keys, a block at a time: u [keys][8 features] from packed keys and projection (tile); features
//     in place, vertical operations only (features.h); state^T [d_v + 1][8] += values^T features
//     (prefix_state.h).
//   Queries, eight at a time: u [features][8 queries]; features in place; out^T [d_v + 1][8] from
//     the packed state; divided and transposed into place.
// Without causality all keys come before all queries. With it, a block of positions
//   1. reads the state of the blocks before it,
//   2. adds what its own keys contribute: similarities [keys][8 queries] from the features of both,
//      later keys set to 0, times the values,
//   3. adds its keys to the state.
// A block ends early where a stabilized feature grows by more than floats span (features.h).
//
// Error, against the same formula in double (tested): 2e-6 max |v| for maps without a projection,
// 1e-5 c_i max |v| with one at scaled |x|^2 <= 30, 1e-4 c_i max |v| up to 2,000. c_i is 1 except
// for Map::kWave, whose denominator may cancel: the sum of its terms' magnitudes over its own.
// Cost per token: 4 M (d_v + 1) FLOPs; with a projection 4 M d more, and 2 M exponentials; with
// causality about M (block + d_v) more. Memory does not depend on the length.
// Papers: Katharopoulos, Vyas, Pappas and Fleuret, "Transformers are RNNs", 2020; Choromanski et
// al., "Rethinking Attention with Performers", 2021; Shen et al., "Efficient Attention", 2021.
#include "attention/feature_attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "attention/key_block.h"
#include "attention/prefix_state.h"
#include "attention/turn_panel.h"
#include "linalg/microkernel.h"
#include "linalg/pack.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::kTileRows;
using linalg::Matrix;
using linalg::round_up;
using simd::F32x4;

constexpr Index kCausalBlock = 8 * kTileRows;
constexpr float kNothing = -std::numeric_limits<float>::infinity();

// Where everything lies in the workspace, in floats. Sections start at multiples of four floats.
struct Layout {
  Index projection = 0;
  Index state;
  Index readable;
  Index top;
  Index keys;
  Index features;
  Index transposed;
  Index panel;
  Index queries;
  Index outputs;
  Index scores;
  Index end;

  Layout(const FeatureMap& map, Index d, Index d_v)
      : state(section(projection, Features::scratch(map, d))),
        readable(section(state, PrefixState::floats(map.count(d), d_v + 1))),
        top(section(readable, PrefixState::scratch(map.count(d), d_v + 1))),
        keys(section(top, 2 * padded(map, d))),
        features(section(keys, KeyBlock::scratch(d, d_v))),
        transposed(section(
            features, std::max(KeyBlock::kRoom * kPanelQueries, kCausalBlock * padded(map, d)))),
        panel(section(transposed, kCausalBlock * padded(map, d))),
        queries(section(panel, kPanelQueries * d)),
        outputs(section(queries, kPanelQueries * round_up(map.count(d), kTileRows))),
        scores(section(outputs, kPanelQueries * round_up(d_v + 1, kTileRows))),
        end(section(scores, KeyBlock::kRoom * kPanelQueries)) {}

 private:
  static Index padded(const FeatureMap& map, Index d) {
    return round_up(map.count(d), kPanelQueries);
  }
  static Index section(Index start, Index floats) {
    return start + round_up(floats, F32x4::kLanes);
  }
};

class Head {
 public:
  Head(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
       const FeatureAttentionOptions& options, Matrix out, float* workspace)
      : q_(q),
        k_(k),
        v_(v),
        options_(options),
        out_(out),
        layout_(options.map, q.cols(), v.cols()),
        columns_(v.cols() + 1),
        features_(options.map, q.cols(), workspace + layout_.projection),
        state_(features_.count(), columns_, workspace + layout_.state,
               workspace + layout_.readable),
        keys_(options.map, k, v, options.mask, workspace + layout_.keys),
        top_(workspace + layout_.top),
        weights_(top_ + features_.panels() * kPanelQueries),
        tile_(workspace + layout_.features),
        transposed_(workspace + layout_.transposed),
        panel_(workspace + layout_.panel),
        queries_(workspace + layout_.queries),
        outputs_(workspace + layout_.outputs),
        scores_(workspace + layout_.scores) {}

  void run() {
    state_.clear();
    std::fill_n(top_, features_.panels() * kPanelQueries, kNothing);
    find_literal_maximum();
    if (options_.causal) {
      for (Index i = 0; i < q_.rows();) {
        i += run_causal_block(i, std::min(kCausalBlock, q_.rows() - i));
      }
      return;
    }
    Index j = 0;
    while (j < k_.rows()) {
      j = keys_.gather(j, k_.rows(), KeyBlock::kRoom);
      for (Index p = 0; p < features_.panels(); ++p) {
        features_.raw_keys(p, keys_.keys(), keys_.count(), keys_.packed_keys(), tile_);
        state_.shrink(p, features_.finish_keys(p, keys_.keys(), keys_.count(), top(p), tile_));
        state_.add(p, tile_, keys_.count(), keys_.packed_values(), KeyBlock::kRoom);
      }
      keys_.collect_nonfinite(0, keys_.count());
    }
    state_.pack();
    read_weights();
    constexpr Index kNoneOfBlock[kPanelQueries] = {};
    weighed_ = 0;
    for (Index i = 0; i < q_.rows(); i += kPanelQueries) {
      const Index last = std::min(i + kPanelQueries, q_.rows());
      load_queries(i, last);
      if (options_.map.normalized) {
        divide_by_weights(kNoneOfBlock);
      }
      state_.read(queries_, outputs_);
      set_nothing(kNoneOfBlock);
      finish(i, last);
      for (Index row = i; row < last && keys_.has_nonfinite(); ++row) {
        keys_.add_nonfinite(out_.data() + row * v_.cols());
      }
    }
  }

 private:
  float* top(Index p) { return top_ + p * kPanelQueries; }
  // ------------------------------------------------------------ keys

  // Map::kLiteral measures all keys from one maximum.
  void find_literal_maximum() {
    float largest = kNothing;
    for (Index j = 0; options_.map.map == Map::kLiteral && j < k_.rows();) {
      j = keys_.gather(j, k_.rows(), KeyBlock::kRoom);
      for (Index p = 0; p < features_.panels(); ++p) {
        features_.raw_keys(p, keys_.keys(), keys_.count(), keys_.packed_keys(), tile_);
        for (Index e = 0; e < keys_.count(); ++e) {
          for (Index lane = 0; lane < kPanelQueries; ++lane) {
            largest = std::fmax(largest, tile_[e * kPanelQueries + lane]);
          }
        }
      }
    }
    features_.set_literal_maximum(std::isfinite(largest) ? largest : 0.0F);
  }

  // ------------------------------------------------------------ queries

  void load_queries(Index first, Index last) {
    const float* lines[kPanelQueries];
    for (Index lane = 0; lane < kPanelQueries; ++lane) {
      lines[lane] = q_.data() + std::min(first + lane, last - 1) * q_.cols();
    }
    if (features_.projected()) {
      linalg::pack_lines<kPanelQueries>(lines, q_.cols(), panel_);
    }
    features_.queries(lines, panel_, top_, queries_);
    if (options_.map.normalized) {
      sums_ = lanes8(0.0F);
      for (Index r = 0; r < features_.count(); ++r) {
        const Lanes8 x = load8(queries_ + r * kPanelQueries);
        sums_ = {{sums_.half[0] + x.half[0], sums_.half[1] + x.half[1]}};
      }
    }
  }

  // Divides and transposes eight outputs into place.
  void finish(Index first, Index last) {
    const Lanes8 divisor = denominators();
    const auto quotient = [&](Index c, int h) {
      const F32x4 x = simd::load(outputs_ + c * kPanelQueries + h * F32x4::kLanes);
      const F32x4 magnitude = simd::max(divisor.half[h], simd::zero() - divisor.half[h]);
      return simd::select(simd::less_equal(magnitude, nothing_.half[h]), simd::zero(),
                          x / divisor.half[h]);
    };
    const Index columns = v_.cols();
    for (int h = 0; h < 2; ++h) {
      const Index lanes = std::min<Index>(F32x4::kLanes, last - first - h * F32x4::kLanes);
      float* to = out_.data() + (first + h * F32x4::kLanes) * columns;
      Index c = 0;
      for (; c + F32x4::kLanes <= columns; c += F32x4::kLanes) {
        F32x4 rows[F32x4::kLanes];
        for (int r = 0; r < F32x4::kLanes; ++r) {
          rows[r] = quotient(c + r, h);
        }
        simd::transpose(rows[0], rows[1], rows[2], rows[3]);
        for (Index lane = 0; lane < lanes; ++lane) {
          simd::store(to + lane * columns + c, rows[lane]);
        }
      }
      for (; c < columns; ++c) {
        const F32x4 x = quotient(c, h);
        for (Index lane = 0; lane < lanes; ++lane) {
          to[lane * columns + c] = x.lanes[lane];
        }
      }
    }
  }

  Lanes8 denominators() const {
    if (options_.map.normalized) {
      return sums_;
    }
    return load8(outputs_ + v_.cols() * kPanelQueries);
  }

  // ------------------------------------------------------------ causal

  // Positions [first, first + length), or fewer: returns how many were done.
  Index run_causal_block(Index first, Index length) {
    keys_.gather(first, first + length, kCausalBlock);
    const Index area = kCausalBlock * kPanelQueries;
    const Index gathered = keys_.count();
    Index together = gathered;
    for (Index p = 0; p < features_.panels() && gathered > 0; ++p) {
      features_.raw_keys(p, keys_.keys(), gathered, keys_.packed_keys(), tile_ + p * area);
      if (options_.map.stabilized()) {
        together = std::min(
            together, features_.keys_together(keys_.keys(), gathered, keys_.position(0) == first,
                                              top(p), tile_ + p * area));
      }
    }
    if (together < gathered) {
      length = keys_.position(together) - first;
      keys_.shorten(together);
    }
    const Index count = keys_.count();
    for (Index p = 0; p < features_.panels() && count > 0; ++p) {
      state_.shrink(p, features_.finish_keys(p, keys_.keys(), count, top(p), tile_ + p * area));
      transpose_features(p, tile_ + p * area);
    }
    state_.pack();
    read_weights();
    weighed_ = 0;
    Index collected = 0;
    Index seen_before = 0;
    for (Index i = first; i < first + length; i += kPanelQueries) {
      const Index last = std::min(i + kPanelQueries, first + length);
      Index seen[kPanelQueries];
      for (Index lane = 0; lane < kPanelQueries; ++lane) {
        const Index row = std::min(i + lane, last - 1);
        while (seen_before < count && keys_.position(seen_before) <= row) {
          ++seen_before;
        }
        seen[lane] = seen_before;
      }
      load_queries(i, last);
      if (options_.map.normalized) {
        divide_by_weights(seen);
      }
      state_.read(queries_, outputs_);
      add_own_block(seen);
      set_nothing(seen);
      finish(i, last);
      for (Index row = i; row < last && keys_.has_nonfinite(); ++row) {
        keys_.collect_nonfinite(collected, seen[row - i]);
        collected = seen[row - i];
        keys_.add_nonfinite(out_.data() + row * v_.cols());
      }
    }
    for (Index p = 0; p < features_.panels() && count > 0; ++p) {
      state_.add(p, tile_ + p * area, count, keys_.packed_values(), KeyBlock::kRoom);
    }
    return length;
  }

  void read_weights() {
    for (Index r = 0; options_.map.normalized && r < features_.count(); ++r) {
      weights_[r] = state_.weight(r);
    }
  }

  void transpose_features(Index p, const float* tile) {
    const Index height = features_.panels() * kPanelQueries;
    for (Index e = 0; e < keys_.count(); e += kTileRows) {
      const float* lines[kTileRows];
      for (Index r = 0; r < kTileRows; ++r) {
        lines[r] = tile + std::min(e + r, keys_.count() - 1) * kPanelQueries;
      }
      turn_panel(lines, transposed_ + e * height + p * kPanelQueries * kTileRows);
    }
  }

  // Terms 1 + cos of opposite vectors cancel only as well as they are rounded: a denominator below
  // that is 0. The first feature of that map counts the keys before the block.
  void set_nothing(const Index (&seen)[kPanelQueries]) {
    constexpr float kRounding = 2e-7F;
    if (options_.map.map != Map::kUnit) {
      return;
    }
    float lanes[kPanelQueries];
    for (Index lane = 0; lane < kPanelQueries; ++lane) {
      lanes[lane] = kRounding * (state_.weight(0) + static_cast<float>(seen[lane]));
    }
    nothing_ = load8(lanes);
  }

  // Query features over the normalizers of what each query has seen.
  void divide_by_weights(const Index (&seen)[kPanelQueries]) {
    for (Index lane = 0; lane < kPanelQueries; ++lane) {
      for (; weighed_ < seen[lane]; ++weighed_) {
        for (Index r = 0; r < features_.count(); ++r) {
          weights_[r] += tile_[(r / kPanelQueries * kCausalBlock + weighed_) * kPanelQueries +
                               r % kPanelQueries];
        }
      }
      for (Index r = 0; r < features_.count(); ++r) {
        float& feature = queries_[r * kPanelQueries + lane];
        feature = weights_[r] == 0.0F ? 0.0F : feature / weights_[r];
      }
    }
  }

  // out^T += values^T (features of the block's keys . features of the queries), each query up to
  // the keys it sees.
  void add_own_block(const Index (&seen)[kPanelQueries]) {
    const Index keys = seen[kPanelQueries - 1];
    const Index height = features_.panels() * kPanelQueries;
    for (Index e = 0; e < keys; e += kTileRows) {
      const auto products = linalg::multiply_panels<kTileRows>(
          features_.count(), transposed_ + e * height, kTileRows, queries_);
      for (int r = 0; r < kTileRows; ++r) {
        store8(scores_ + (e + r) * kPanelQueries, {{products.sum[r][0], products.sum[r][1]}});
      }
    }
    for (Index lane = 0; lane < kPanelQueries; ++lane) {
      for (Index e = seen[lane]; e < keys; ++e) {
        scores_[e * kPanelQueries + lane] = 0.0F;
      }
    }
    float* to = outputs_;
    for (Index c = 0; c < columns_; c += kTileRows) {
      const auto products = linalg::multiply_panels<kTileRows>(
          keys, keys_.packed_values() + c * KeyBlock::kRoom, kTileRows, scores_);
      for (const auto& row : products.sum) {
        const Lanes8 old = load8(to);
        store8(to, {{old.half[0] + row[0], old.half[1] + row[1]}});
        to += kPanelQueries;
      }
    }
  }

  const ConstMatrix& q_;
  const ConstMatrix& k_;
  const ConstMatrix& v_;
  const FeatureAttentionOptions& options_;
  Matrix out_;
  Layout layout_;
  Index columns_;
  Features features_;
  PrefixState state_;
  KeyBlock keys_;
  Lanes8 nothing_ = lanes8(0.0F);  // per query, what counts as a denominator of 0
  Index weighed_ = 0;              // keys of the block that weights_ has
  Lanes8 sums_ = lanes8(0.0F);
  float* top_;
  float* weights_;
  float* tile_;        // features of a block's keys, [keys][8] for each panel of features
  float* transposed_;  // the same, [features][kTileRows] for each tile of keys
  float* panel_;       // eight queries, [d][8]
  float* queries_;     // their features, [M][8]
  float* outputs_;     // [d_v + 1, to whole tiles][8]
  float* scores_;      // [keys][8]
};

}  // namespace

void feature_attention(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
                       const FeatureAttentionOptions& options, Matrix out,
                       std::span<float> workspace) {
  Head(q, k, v, options, out, workspace.data()).run();
}

std::size_t feature_attention_workspace(const FeatureMap& map, Index d, Index d_v) {
  return static_cast<std::size_t>(Layout(map, d, d_v).end);
}

}  // namespace attnlab::attention
