// What the forward and the backward kernel of sparse attention share: panels of eight queries, and
// blocks of listed keys packed for the micro-kernel.
#pragma once

#include <algorithm>
#include <cmath>

#include "attention/logit_tile.h"
#include "attention/minus_infinity.h"
#include "attention/sections.h"
#include "attention/sparse.h"
#include "attention/tile_products.h"
#include "linalg/microkernel.h"
#include "linalg/pack.h"
#include "simd/finite.h"
#include "simd/own_function.h"

namespace attnlab::attention {

inline constexpr Index kListBlock = 16 * linalg::kTileRows;  // keys that are packed at a time
inline constexpr Index kGroupPanels = kGroupQueries / kPanelQueries;

// Eight queries of a group, and what they keep of its list.
struct ListPanel {
  QueryPanel kept;
  QueryPanel holes;
  bool has_hole;
  Index query[kPanelQueries];  // lanes beyond kept.queries repeat the last

  ListPanel() = default;

  ListPanel(const QueryGroup& group, Index panel)
      : kept{.first = panel * kPanelQueries,
             .queries = std::min<Index>(kPanelQueries, group.count - panel * kPanelQueries),
             .seen = {}},
        holes(kept),
        has_hole(group.has_hole) {
    for (Index lane = 0; lane < kPanelQueries; ++lane) {
      query[lane] = group.query(kept.query(lane));
      kept.seen[lane] = group.kept(query[lane]);
      holes.seen[lane] = group.left_out(query[lane]);
    }
  }

  // The part of the block from `block` on that this panel has to visit; begins at a whole tile.
  KeyRange part_of(Index block) const {
    Index begin = std::max(block, kept.seen[0].begin / linalg::kTileRows * linalg::kTileRows);
    Index end = std::min(block + kListBlock, kept.seen[kPanelQueries - 1].end);
    // What every lane leaves out is skipped where it covers whole tiles at an end.
    if (has_hole) {
      const Index first = holes.seen[kPanelQueries - 1].begin;
      const Index last = holes.seen[0].end;
      if (begin >= first && begin < last) {
        begin = std::max(begin, last / linalg::kTileRows * linalg::kTileRows);
      }
      if (end > first && end <= last) {
        end = first;
      }
    }
    return {begin, std::max(begin, end)};
  }

  // Overwrites the scores of `part`, [keys][8], that a lane does not keep. Returns whether there
  // may have been any.
  bool hide(const KeyRange& part, float* scores) const {
    const bool outside = attention::hide(kept, part.begin, part.end, scores);
    if (!has_hole) {
      return outside;
    }
    const Index begin = std::max(part.begin, holes.seen[0].begin);
    const Index end = std::min(part.end, holes.seen[kPanelQueries - 1].end);
    for (Index key = begin; key < end; ++key) {
      for (Index lane = 0; lane < kPanelQueries; ++lane) {
        if (key >= holes.seen[lane].begin && key < holes.seen[lane].end) {
          scores[(key - part.begin) * kPanelQueries + lane] = minus_infinity<float>();
        }
      }
    }
    return outside || begin < end;
  }

  // Whether a lane keeps a place of the list.
  bool keeps(Index lane, Index place) const {
    return place >= kept.seen[lane].begin && place < kept.seen[lane].end &&
           (place < holes.seen[lane].begin || place >= holes.seen[lane].end);
  }
};

// Packs rows of `from`, the listed ones, into panels of Width lines: [cols][Width] each.
template <int Width>
ATTNLAB_OWN_FUNCTION inline void pack_rows(const linalg::ConstMatrix& from,
                                           const std::int32_t* rows, Index count, float* to) {
  for (Index first = 0; first < count; first += Width) {
    const float* lines[Width];
    for (Index r = 0; r < Width; ++r) {
      lines[r] = from.data() + rows[std::min(first + r, count - 1)] * from.cols();
    }
    linalg::pack_lines<Width>(lines, from.cols(), to + first * from.cols());
  }
}

// Packs the columns of the listed rows into panels of Width columns: [count][Width] each, the last
// one as narrow as need be. What is not finite becomes 0; returns whether nothing was.
template <int Width>
ATTNLAB_OWN_FUNCTION inline bool pack_listed_columns(const linalg::ConstMatrix& from,
                                                     const std::int32_t* rows, Index count,
                                                     float* to) {
  const Index columns = from.cols();
  bool finite = true;
  for (Index i = 0; i < count; ++i) {
    const float* row = from.data() + rows[i] * columns;
    finite = simd::all_finite(row, columns) && finite;
    for (Index c = 0; c < columns; c += Width) {
      const Index width = std::min<Index>(Width, columns - c);
      float* line = to + c * count + i * width;
      if (width == Width) {
        __builtin_memcpy(line, row + c, Width * sizeof(float));
      } else {
        std::copy_n(row + c, width, line);
      }
    }
  }
  for (Index e = 0; !finite && e < count * columns; ++e) {
    to[e] = std::isfinite(to[e]) ? to[e] : 0.0F;
  }
  return finite;
}

// Writes sums^T [columns][8], each divided by its lane's divisor, to the rows of the panel's
// queries; or adds them, if `add`.
ATTNLAB_OWN_FUNCTION inline void unpack_panel(const ListPanel& panel, const float* sums,
                                              const Lanes8& divisor, bool add, linalg::Matrix out) {
  using simd::F32x4;
  const Index columns = out.cols();
  float divisors[kPanelQueries];
  store8(divisors, divisor);
  Index c = 0;
  for (; c + F32x4::kLanes <= columns; c += F32x4::kLanes) {
    for (Index h = 0; h < 2; ++h) {
      F32x4 rows[F32x4::kLanes];
      for (int r = 0; r < F32x4::kLanes; ++r) {
        rows[r] = simd::load(sums + (c + r) * kPanelQueries + h * F32x4::kLanes) / divisor.half[h];
      }
      simd::transpose(rows[0], rows[1], rows[2], rows[3]);
      for (Index r = 0; r < F32x4::kLanes; ++r) {
        const Index lane = h * F32x4::kLanes + r;
        if (lane < panel.kept.queries) {
          float* to = out.data() + panel.query[lane] * columns + c;
          simd::store(to, add ? simd::load(to) + rows[r] : rows[r]);
        }
      }
    }
  }
  for (; c < columns; ++c) {
    for (Index lane = 0; lane < panel.kept.queries; ++lane) {
      float& to = out(panel.query[lane], c);
      to = (add ? to : 0.0F) + sums[c * kPanelQueries + lane] / divisors[lane];
    }
  }
}

// A row of transposed tiles: whole vectors are stored, so the last one may reach beyond the block.
inline constexpr Index kRowStride = kListBlock + simd::F32x4::kLanes;

// Packs the rows of a group's queries into panels of 8 columns, [count][8] each, the last filled up
// with zeros; each row times its factor. What is not finite becomes 0; returns whether nothing was.
ATTNLAB_OWN_FUNCTION inline bool pack_group_columns(const linalg::ConstMatrix& from,
                                                    const QueryGroup& group, const float* factors,
                                                    float* to) {
  const Index columns = from.cols();
  bool finite = true;
  for (Index lane = 0; lane < group.count; ++lane) {
    const float* row = from.data() + group.query(lane) * columns;
    const bool all_finite = simd::all_finite(row, columns);
    finite = finite && all_finite;
    for (Index c = 0; c < round_up(columns, linalg::kTileColumns); ++c) {
      const float entry = c < columns && (all_finite || std::isfinite(row[c])) ? row[c] : 0.0F;
      to[c / linalg::kTileColumns * linalg::kTileColumns * group.count +
         lane * linalg::kTileColumns + c % linalg::kTileColumns] = entry * factors[lane];
    }
  }
  return finite;
}

// tile [keys][8] into rows lane * kRowStride of `to`.
ATTNLAB_OWN_FUNCTION inline void transpose_tile(const float* tile, Index keys, float* to) {
  for (Index key = 0; key < keys; key += simd::F32x4::kLanes) {
    for (Index h = 0; h < 2; ++h) {
      simd::F32x4 rows[simd::F32x4::kLanes];
      for (Index r = 0; r < simd::F32x4::kLanes; ++r) {
        rows[r] = simd::load(tile + (key + r) * kPanelQueries + h * simd::F32x4::kLanes);
      }
      simd::transpose(rows[0], rows[1], rows[2], rows[3]);
      for (Index r = 0; r < simd::F32x4::kLanes; ++r) {
        simd::store(to + (h * simd::F32x4::kLanes + r) * kRowStride + key, rows[r]);
      }
    }
  }
}

}  // namespace attnlab::attention
