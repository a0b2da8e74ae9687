// Tiles of logits, [keys][8]: eight queries (a panel) against some keys, one query per SIMD lane.
// What the forward and the backward kernel do to them alike.
//
// Logits come in units of ln 2, so that a base-2 exponential serves.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "attention/minus_infinity.h"
#include "attention/online_softmax.h"
#include "attention/visible_keys.h"
#include "linalg/pack.h"
#include "simd/own_function.h"

namespace attnlab::attention {

inline constexpr double kLog2E = std::numbers::log2e;

// Eight queries at work.
struct QueryPanel {
  Index first;                   // query in lane 0
  Index queries;                 // 1 to 8
  KeyRange seen[kPanelQueries];  // per lane; lanes beyond `queries` repeat the last

  // The keys that some lane sees, as ranges grow with the query.
  KeyRange reach() const { return {seen[0].begin, seen[kPanelQueries - 1].end}; }

  // The query in a lane.
  Index query(Index lane) const { return first + std::min(lane, queries - 1); }
};

inline QueryPanel query_panel(const VisibleKeys& visible, Index first, Index last) {
  QueryPanel panel{.first = first, .queries = last - first, .seen = {}};
  for (Index lane = 0; lane < kPanelQueries; ++lane) {
    panel.seen[lane] = visible.range(panel.query(lane));
  }
  return panel;
}

// scale_i of a query that sees so many keys; 0 where there are none.
inline double scale_for(const Options& options, Index keys_seen) {
  if (keys_seen == 0) {
    return 0.0;
  }
  return options.scale *
         (options.times_log_visible ? std::log(static_cast<double>(keys_seen)) : 1.0);
}

// Packs a panel of queries, [d][8], each times its scale in units of ln 2.
ATTNLAB_OWN_FUNCTION inline void pack_queries(const linalg::ConstMatrix& q, const Options& options,
                                              const QueryPanel& panel, float* to) {
  const float* lines[kPanelQueries];
  float scales[kPanelQueries];
  for (Index lane = 0; lane < kPanelQueries; ++lane) {
    lines[lane] = q.data() + panel.query(lane) * q.cols();
    scales[lane] = static_cast<float>(scale_for(options, panel.seen[lane].size()) * kLog2E);
  }
  linalg::pack_lines<kPanelQueries>(lines, q.cols(), to);
  const Lanes8 scale = load8(scales);
  for (Index p = 0; p < q.cols(); ++p) {
    const Lanes8 entry = load8(to + p * kPanelQueries);
    store8(to + p * kPanelQueries,
           {{entry.half[0] * scale.half[0], entry.half[1] * scale.half[1]}});
  }
}

// Puts NaN for the scores of [scores, end) that are -infinity, before any is hidden.
//
// A sum that passes -3.4e38 on the way stays -infinity, though what follows may bring it back, and
// would hide its key. NaN spoils the row's sum, unless the key is hidden afterwards, so that the
// row is done again in double; +infinity does so by itself.
ATTNLAB_OWN_FUNCTION inline void spoil_overflow(float* scores, const float* end) {
  for (; scores != end; ++scores) {
    *scores =
        *scores == minus_infinity<float>() ? std::numeric_limits<float>::quiet_NaN() : *scores;
  }
}

// Scores with their biases, which come in natural units.
//
// In units of ln 2 a bias beyond 2.36e38 is infinite. A positive one makes its score so, and the
// row is done again in double. A negative one must neither hide its key nor cost the row its speed,
// for masks are often written with the lowest float: its score is the lowest float. So the key has
// weight 0 where another lies above it; where none does, lost_to_bias() looks. Beside a product
// that counts against it (beyond 1e19), it is NaN, and the row is done again as well.
inline simd::F32x4 biased(simd::F32x4 score, simd::F32x4 bias) {
  using simd::F32x4;
  using Limits = std::numeric_limits<float>;
  const F32x4 hidden = simd::splat(minus_infinity<float>());
  const F32x4 lowest = simd::splat(Limits::lowest());
  const F32x4 sum = score + bias * simd::splat(static_cast<float>(kLog2E));
  const simd::Mask small = simd::less(score * score, simd::splat(0x1p127F));
  const F32x4 deep = simd::select(small, lowest, simd::splat(Limits::quiet_NaN()));
  const F32x4 seen = simd::select(simd::less_equal(sum, lowest), deep, sum);
  return simd::select(simd::equal(bias, hidden), hidden, seen);
}

// Adds to the scores of keys [begin, end) a bias that is the same for all queries.
inline void add_bias_of_keys(const Bias& bias, const VisibleKeys& visible, Index begin, Index end,
                             float* scores) {
  constexpr float kOrdinary = -1e30F;  // above it no sum gets so low that biased() has to look
  for (Index key = begin; key < end; ++key) {
    const float entry = bias.at(0, visible.original(key));
    const Lanes8 score = load8(scores);
    if (entry > kOrdinary) {
      const simd::F32x4 added = simd::splat(entry * static_cast<float>(kLog2E));
      store8(scores, {{score.half[0] + added, score.half[1] + added}});
    } else {
      const simd::F32x4 same = simd::splat(entry);
      store8(scores, {{biased(score.half[0], same), biased(score.half[1], same)}});
    }
    scores += kPanelQueries;
  }
}

// The biases of `count` keys from `key` on, [keys][8].
inline void pack_biases(const Bias& bias, const VisibleKeys& visible, const QueryPanel& panel,
                        Index key, Index count, float* to) {
  const float* lines[kPanelQueries];
  for (Index lane = 0; lane < kPanelQueries; ++lane) {
    lines[lane] = bias.data + panel.query(lane) * bias.row_stride;
  }
  if (bias.column_stride == 1 && visible.original(key + count - 1) == key + count - 1) {
    for (const float*& line : lines) {
      line += key;
    }
    linalg::pack_lines<kPanelQueries>(lines, count, to);
    return;
  }
  for (Index e = 0; e < count; ++e) {
    const Index at = visible.original(key + e) * bias.column_stride;
    for (Index lane = 0; lane < kPanelQueries; ++lane) {
      to[e * kPanelQueries + lane] = lines[lane][at];
    }
  }
}

// Adds the bias to the scores of keys [begin, end).
ATTNLAB_OWN_FUNCTION inline void add_bias(const Bias& bias, const VisibleKeys& visible,
                                          const QueryPanel& panel, Index begin, Index end,
                                          float* scores) {
  if (bias.row_stride == 0) {
    add_bias_of_keys(bias, visible, begin, end, scores);
    return;
  }
  constexpr Index kRun = 8;
  for (Index key = begin; key < end; key += kRun) {
    float biases[kRun * kPanelQueries];
    const Index count = std::min(kRun, end - key);
    pack_biases(bias, visible, panel, key, count, biases);
    for (Index e = 0; e < count * kPanelQueries; e += simd::F32x4::kLanes) {
      simd::store(scores + e, biased(simd::load(scores + e), simd::load(biases + e)));
    }
    scores += count * kPanelQueries;
  }
}

// Overwrites the scores of keys [begin, end) that the edges of the window hide from some lanes.
// The tile is so short that positions in it are exact as floats. Returns whether there were any.
ATTNLAB_OWN_FUNCTION inline bool hide(const QueryPanel& panel, Index begin, Index end,
                                      float* scores) {
  const Index all_begin = panel.seen[kPanelQueries - 1].begin;
  const Index all_end = panel.seen[0].end;
  if (begin >= all_begin && end <= all_end) {
    return false;
  }
  float from[kPanelQueries];
  float to[kPanelQueries];
  for (Index lane = 0; lane < kPanelQueries; ++lane) {
    from[lane] =
        static_cast<float>(std::clamp<Index>(panel.seen[lane].begin - begin, 0, end - begin));
    to[lane] = static_cast<float>(std::clamp<Index>(panel.seen[lane].end - begin, 0, end - begin));
  }
  const Lanes8 first = load8(from);
  const Lanes8 last = load8(to);
  for (Index key = begin; key < end; ++key) {
    if (key >= all_begin && key < all_end) {
      key = all_end;  // the keys between are seen by all
      if (key >= end) {
        break;
      }
    }
    float* row = scores + (key - begin) * kPanelQueries;
    const simd::F32x4 position = simd::splat(static_cast<float>(key - begin));
    Lanes8 score = load8(row);
    for (int h = 0; h < 2; ++h) {
      const simd::Mask seen =
          simd::less_equal(first.half[h], position) & simd::less(position, last.half[h]);
      score.half[h] = simd::select(seen, score.half[h], simd::splat(minus_infinity<float>()));
    }
    store8(row, score);
  }
  return true;
}

}  // namespace attnlab::attention
