// Which entries of the attention matrix a sparse pattern keeps, as lists of work.
//
// With the aligned position i' = i + n_k - n_q of query i and r = |i' - j|:
//
//   local    i' - left <= j <= i' + right
//   atrous   r mod dilation = 0
//   sparse   either of the two
//   bigbird  block(j) within left and right blocks of block(i'), block(x) = floor(x / block_size),
//            and random_blocks further key blocks, drawn for every block of queries
//
// and in every pattern the first global_tokens positions see all and are seen by all. causal keeps
// j <= i' of that, the mask removes keys. A kernel asks for groups: queries that share most of
// their keys, and the list of those keys. Within the list every query keeps one range, less one
// inner range; the lists of different groups never give a query the same key twice. So a kernel
// does work for kept entries alone, whatever the pattern.
// Cost: the lists are O(keys) to make for each group of up to 128 queries.
// Papers: Child, Gray, Radford and Sutskever, "Generating Long Sequences with Sparse Transformers",
// 2019; Zaheer et al., "Big Bird: Transformers for Longer Sequences", 2020; Su Jianlin,
// kexue.fm/archives/6853.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "attention/visibility.h"

namespace attnlab::attention {

enum class PatternKind : std::uint8_t { kLocal = 0, kAtrous = 1, kSparse = 2, kBigBird = 3 };

// The default is a pattern that keeps everything.
struct SparsePattern {
  PatternKind kind = PatternKind::kLocal;
  Window window = {};  // in keys; in blocks for bigbird
  Index dilation = 1;
  Index block_size = 1;
  Index random_blocks = 0;
  std::uint64_t seed = 0;
  Index global_tokens = 0;
  bool causal = false;
  Index further_queries = 0;  // that stand after the last one given: rows of a larger matrix
};

inline constexpr Index kGroupQueries = 128;

// The queries first, first + step, ... and their keys, ascending. Holds views only.
struct QueryGroup {
  Index first;
  Index step;
  Index count;
  std::span<const std::int32_t> keys;
  Window window;  // what a query keeps of the list, by distance ...
  Window hole;    // ... less what lies in here,
  bool has_hole;  // if there is a hole
  Index n_q;
  Index n_k;

  Index query(Index lane) const { return first + lane * step; }

  // Places in the list, not keys. Both ends grow with the query.
  KeyRange kept(Index query) const { return places(window, query); }
  KeyRange left_out(Index query) const { return has_hole ? places(hole, query) : KeyRange{0, 0}; }

 private:
  Index place_of(Index key) const {
    const auto size = static_cast<Index>(keys.size());
    // Most lists have no gaps, and most ranges are the whole list.
    if (keys.back() - keys.front() == size - 1) {
      return std::clamp<Index>(key - keys.front(), 0, size);
    }
    return std::lower_bound(keys.begin(), keys.end(), static_cast<std::int32_t>(key)) -
           keys.begin();
  }

  KeyRange places(const Window& side, Index query) const {
    const KeyRange range = keys_in_window(side, query, n_q, n_k);
    return {place_of(range.begin), place_of(range.end)};
  }
};

// Cuts a pattern into groups.
class SparsePlan {
 public:
  // Floats of scratch that the plan uses while it lives: a list of keys and one of blocks.
  static Index scratch(Index n_k) { return 2 * n_k; }

  // mask: n_k bytes, nonzero = visible; nullptr: all visible.
  SparsePlan(const SparsePattern& pattern, const std::uint8_t* mask, Index n_q, Index n_k,
             float* scratch);

  // Calls body(const QueryGroup&) for every group that has queries and keys.
  template <typename Body>
  void for_each_group(const Body& body) const {
    visit_groups([](const void* context,
                    const QueryGroup& group) { (*static_cast<const Body*>(context))(group); },
                 &body);
  }

  // Whether no query stands in more than one group.
  bool visits_once() const {
    return pattern_.kind != PatternKind::kSparse && std::min(pattern_.global_tokens, n_k_) == 0;
  }

  // Whether query i keeps key j: the same as the groups, entry by entry. Slow.
  bool keeps(Index i, Index j) const;

 private:
  static Index floor_divide(Index a, Index b) { return (a >= 0 ? a : a - (b - 1)) / b; }

  Index position(Index query) const { return query + n_k_ - n_q_; }

  // Writes the visible keys first, first + step, ... below `end` into the list from `count` on.
  void list_run(Index first, Index end, Index step, Index count) const;

  // The key blocks of a block of queries, ascending; they stay in scratch until the next call.
  std::span<const std::int32_t> key_blocks(Index query_block) const;

  // One copy of the cutting for all bodies: a call for each group costs nothing beside its work.
  using Visit = void (*)(const void* context, const QueryGroup& group);
  struct Visitor {
    Visit visit;
    const void* context;
  };

  void visit_groups(Visit visit, const void* context) const;
  void others(Index first, Index last, Index global, const Visitor& visitor) const;
  // Groups of consecutive queries around the diagonal.
  void nearby(Index first, Index last, Index global, const Window& near,
              const Visitor& visitor) const;
  // Queries and keys of one residue class modulo the dilation: among them the pattern is dense.
  void by_residue(Index first, Index last, Index global, const Window& near,
                  const Visitor& visitor) const;
  void by_blocks(Index first, Index last, Index global, const Visitor& visitor) const;
  // Groups out of the queries first, first + step, ... below last, all with the listed keys.
  void cut(Index first, Index last, Index step, const Window& window, const Visitor& visitor,
           const Window& hole = {}, bool has_hole = false) const;

  SparsePattern pattern_;
  const std::uint8_t* mask_;
  Index rows_;  // queries given
  Index n_q_;   // and further ones, of which the last meets the last key
  Index n_k_;
  std::int32_t* list_;    // keys of the group at work
  std::int32_t* blocks_;  // key blocks of the block of queries at work
  mutable Index list_size_ = 0;
};

}  // namespace attnlab::attention
