// Tiles of logits, [keys][8]: eight queries (a panel) against some keys, one query per SIMD lane.
// What the forward and the backward kernel do to them alike.
//
// Logits come in units of ln 2, so that a base-2 exponential serves.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "attention/online_softmax.h"
#include "attention/visible_keys.h"
#include "linalg/pack.h"
#include "simd/own_function.h"

namespace attnlab::attention {

inline constexpr double kLog2E = std::numbers::log2e;
inline constexpr float kHidden = -std::numeric_limits<float>::infinity();

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
    *scores = *scores == kHidden ? std::numeric_limits<float>::quiet_NaN() : *scores;
  }
}

// A bias in units of ln 2. Finite stays finite (masks written as the lowest float must not turn
// into -infinity).
inline float base2(float bias) {
  constexpr double kLimit = std::numeric_limits<float>::max();
  const double scaled = static_cast<double>(bias) * kLog2E;
  return std::isfinite(bias) ? static_cast<float>(std::clamp(scaled, -kLimit, kLimit)) : bias;
}

// Adds the bias to the scores of keys [begin, end).
ATTNLAB_OWN_FUNCTION inline void add_bias(const Bias& bias, const VisibleKeys& visible,
                                          const QueryPanel& panel, Index begin, Index end,
                                          float* scores) {
  for (Index key = begin; key < end; ++key) {
    const Index j = visible.original(key);
    if (bias.row_stride == 0) {  // the same for all queries
      const float entry = base2(bias.at(0, j));
      const simd::F32x4 added = simd::splat(entry);
      const Lanes8 score = load8(scores);
      store8(scores, entry == kHidden ? lanes8(kHidden)
                                      : Lanes8{{score.half[0] + added, score.half[1] + added}});
      scores += kPanelQueries;
      continue;
    }
    for (Index lane = 0; lane < kPanelQueries; ++lane) {
      const float entry = base2(bias.at(panel.query(lane), j));
      *scores = entry == kHidden ? kHidden : *scores + entry;
      ++scores;
    }
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
      score.half[h] = simd::select(seen, score.half[h], simd::splat(kHidden));
    }
    store8(row, score);
  }
  return true;
}

}  // namespace attnlab::attention
