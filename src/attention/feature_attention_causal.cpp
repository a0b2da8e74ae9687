// A block of positions
//   1. reads the state of the blocks before it,
//   2. adds what its own keys contribute: similarities [keys][8 queries] from the features of both,
//      later keys set to 0, times the values,
//   3. adds its keys to the state.
// It ends early where a stabilized feature grows by more than floats span (features.h).
#include "attention/feature_attention_causal.h"

#include <algorithm>

#include "attention/feature_pass.h"
#include "attention/turn_panel.h"
#include "linalg/microkernel.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::kTileRows;
using linalg::Matrix;

constexpr Index kBlock = 8 * kTileRows;

class CausalPass {
 public:
  CausalPass(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
             const FeatureAttentionOptions& options, Matrix out, Sections sections)
      : pass_(q, k, v, options, out, sections),
        height_(pass_.features.panels() * kPanelQueries),
        tiles_(sections.take(kBlock * height_)),
        transposed_(sections.take(kBlock * height_)),
        scores_(sections.take(kBlock * kPanelQueries)) {}

  static Index workspace(const FeatureMap& map, Index d, Index d_v) {
    const Index height = round_up(map.count(d), kPanelQueries);
    return FeaturePass::size(map, d, d_v) +
           Sections::size({kBlock * height, kBlock * height, kBlock * kPanelQueries});
  }

  void run() {
    for (Index i = 0; i < pass_.q.rows();) {
      i += run_block(i, std::min(kBlock, pass_.q.rows() - i));
    }
  }

 private:
  // Positions [first, first + length), or fewer: returns how many were done.
  Index run_block(Index first, Index length) {
    KeyBlock& keys = pass_.keys;
    keys.gather(first, first + length, kBlock);
    const Index together = find_features(first);
    if (together < keys.count()) {
      length = keys.position(together) - first;
      keys.shorten(together);
    }
    for (Index p = 0; p < panels(); ++p) {
      pass_.state.shrink(
          p, pass_.features.finish_keys(p, keys.keys(), keys.count(), pass_.top_of(p), tile_of(p)));
      transpose_features(p);
    }
    pass_.state.pack();
    pass_.read_weights();
    weighed_ = 0;
    Index collected = 0;
    Index seen_before = 0;
    for (Index i = first; i < first + length; i += kPanelQueries) {
      const Index last = std::min(i + kPanelQueries, first + length);
      Index seen[kPanelQueries];
      for (Index lane = 0; lane < kPanelQueries; ++lane) {
        const Index row = std::min(i + lane, last - 1);
        while (seen_before < keys.count() && keys.position(seen_before) <= row) {
          ++seen_before;
        }
        seen[lane] = seen_before;
      }
      pass_.load_queries(i, last);
      if (pass_.options.map.normalized) {
        divide_by_weights(seen);
      }
      pass_.state.read(pass_.phi, pass_.outputs);
      add_own_block(seen);
      pass_.set_nothing(seen);
      pass_.finish(i, last);
      for (Index row = i; row < last && keys.has_nonfinite(); ++row) {
        keys.collect_nonfinite(collected, seen[row - i]);
        collected = seen[row - i];
        keys.add_nonfinite(pass_.out.data() + row * pass_.v.cols());
      }
    }
    for (Index p = 0; p < panels(); ++p) {
      pass_.state.add(p, tile_of(p), keys.count(), keys.packed_values(), KeyBlock::kRoom);
    }
    return length;
  }

  // Panels of features to compute for the block's keys.
  Index panels() const { return pass_.keys.count() > 0 ? pass_.features.panels() : 0; }

  float* tile_of(Index p) { return tiles_ + p * kBlock * kPanelQueries; }

  // The raw features of the gathered keys. Returns how many of them may go as one block.
  Index find_features(Index first) {
    const KeyBlock& keys = pass_.keys;
    Index together = keys.count();
    for (Index p = 0; p < panels(); ++p) {
      pass_.features.raw_keys(p, keys.keys(), keys.count(), keys.packed_keys(), tile_of(p));
      if (pass_.options.map.stabilized()) {
        together = std::min(together, pass_.features.keys_together(keys.keys(), keys.count(),
                                                                   keys.position(0) == first,
                                                                   pass_.top_of(p), tile_of(p)));
      }
    }
    return together;
  }

  void transpose_features(Index p) {
    const Index count = pass_.keys.count();
    for (Index e = 0; e < count; e += kTileRows) {
      const float* lines[kTileRows];
      for (Index r = 0; r < kTileRows; ++r) {
        lines[r] = tile_of(p) + std::min(e + r, count - 1) * kPanelQueries;
      }
      turn_panel(lines, transposed_ + e * height_ + p * kPanelQueries * kTileRows);
    }
  }

  // Query features over the normalizers of what each query has seen.
  void divide_by_weights(const Index (&seen)[kPanelQueries]) {
    for (Index lane = 0; lane < kPanelQueries; ++lane) {
      for (; weighed_ < seen[lane]; ++weighed_) {
        for (Index r = 0; r < pass_.features.count(); ++r) {
          pass_.weights[r] +=
              tile_of(r / kPanelQueries)[weighed_ * kPanelQueries + r % kPanelQueries];
        }
      }
      pass_.divide_by_weights(lane);
    }
  }

  // out^T += values^T (features of the block's keys . features of the queries), each query up to
  // the keys it sees.
  void add_own_block(const Index (&seen)[kPanelQueries]) {
    const Index keys = seen[kPanelQueries - 1];
    for (Index e = 0; e < keys; e += kTileRows) {
      const auto products = linalg::multiply_panels<kTileRows>(
          pass_.features.count(), transposed_ + e * height_, kTileRows, pass_.phi);
      for (int r = 0; r < kTileRows; ++r) {
        store8(scores_ + (e + r) * kPanelQueries, {{products.sum[r][0], products.sum[r][1]}});
      }
    }
    for (Index lane = 0; lane < kPanelQueries; ++lane) {
      for (Index e = seen[lane]; e < keys; ++e) {
        scores_[e * kPanelQueries + lane] = 0.0F;
      }
    }
    float* to = pass_.outputs;
    for (Index c = 0; c <= pass_.v.cols(); c += kTileRows) {
      const auto products = linalg::multiply_panels<kTileRows>(
          keys, pass_.keys.packed_values() + c * KeyBlock::kRoom, kTileRows, scores_);
      for (const auto& row : products.sum) {
        const Lanes8 old = load8(to);
        store8(to, {{old.half[0] + row[0], old.half[1] + row[1]}});
        to += kPanelQueries;
      }
    }
  }

  FeaturePass pass_;
  Index height_;       // features, to whole panels
  float* tiles_;       // features of a block's keys, [keys][8] for each panel of features
  float* transposed_;  // the same, [features][kTileRows] for each tile of keys
  float* scores_;      // [keys][8]
  Index weighed_ = 0;  // keys of the block that the normalizers have
};

}  // namespace

void feature_attention_causal(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
                              const FeatureAttentionOptions& options, Matrix out,
                              float* workspace) {
  CausalPass(q, k, v, options, out, Sections(workspace)).run();
}

Index feature_attention_causal_workspace(const FeatureMap& map, Index d, Index d_v) {
  return CausalPass::workspace(map, d, d_v);
}

}  // namespace attnlab::attention
