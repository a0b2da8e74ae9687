#include "attention/sparse_pattern.h"

#include <memory>

#include "random/philox.h"

namespace attnlab::attention {
namespace {

constexpr Index blocks_of(Index n, Index size) { return (n + size - 1) / size; }

// Uniform on [0, bound) to 2^-32: draw number `draw` of a block of queries.
std::uint32_t random_below(std::uint64_t seed, Index block, Index draw, std::uint32_t bound) {
  constexpr int kUpper = 32;
  const random::PhiloxCounter bits = random::philox(
      {static_cast<std::uint32_t>(draw), static_cast<std::uint32_t>(block), 0, 0},
      {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> kUpper)});
  return static_cast<std::uint32_t>((std::uint64_t{bits[0]} * bound) >> kUpper);
}

}  // namespace

SparsePlan::SparsePlan(const SparsePattern& pattern, const std::uint8_t* mask, Index n_q, Index n_k,
                       float* scratch)
    : pattern_(pattern),
      mask_(mask),
      rows_(n_q),
      n_q_(n_q + pattern.further_queries),
      n_k_(n_k),
      list_(reinterpret_cast<std::int32_t*>(scratch)),
      blocks_(list_ + n_k) {
  static_assert(sizeof(std::int32_t) == sizeof(float));
  std::uninitialized_default_construct_n(list_, SparsePlan::scratch(n_k));
  // Distances beyond all positions change nothing and must not overflow.
  pattern_.dilation = std::clamp<Index>(pattern_.dilation, 1, n_q_ + n_k + 1);
  pattern_.block_size = std::clamp<Index>(pattern_.block_size, 1, n_q_ + n_k + 1);
}

void SparsePlan::list_run(Index first, Index end, Index step, Index count) const {
  list_size_ = count;
  for (Index key = first; key < end; key += step) {
    if (mask_ == nullptr || mask_[key] != 0) {
      list_[list_size_] = static_cast<std::int32_t>(key);
      ++list_size_;
    }
  }
}

std::span<const std::int32_t> SparsePlan::key_blocks(Index query_block) const {
  const Index blocks = blocks_of(n_k_, pattern_.block_size);
  const Index limit = pattern_.causal ? std::clamp<Index>(query_block + 1, 0, blocks) : blocks;
  // The window over blocks is a window over keys that are as wide.
  const KeyRange near = keys_in_window(pattern_.window, query_block, blocks, blocks);
  const Index begin = std::min(near.begin, limit);
  const Index end = std::clamp(near.end, begin, limit);
  const Index candidates = limit - (end - begin);
  const Index drawn = std::min(pattern_.random_blocks, candidates);
  // Pass 1: the draw (Floyd): every set of so many candidates is equally likely.
  for (Index t = 0; t < drawn; ++t) {
    const Index last = candidates - drawn + t;
    auto choice = static_cast<std::int32_t>(
        random_below(pattern_.seed, query_block, t, static_cast<std::uint32_t>(last + 1)));
    if (std::find(blocks_, blocks_ + t, choice) != blocks_ + t) {
      choice = static_cast<std::int32_t>(last);
    }
    blocks_[t] = choice;
  }
  // Pass 2: candidates are numbered past the window.
  for (Index t = 0; t < drawn; ++t) {
    blocks_[t] += blocks_[t] < begin ? 0 : static_cast<std::int32_t>(end - begin);
  }
  Index count = drawn;
  for (Index block = begin; block < end; ++block) {
    blocks_[count] = static_cast<std::int32_t>(block);
    ++count;
  }
  // Pass 3: ascending. Few, so by insertion.
  for (Index t = 1; t < count; ++t) {
    std::rotate(std::upper_bound(blocks_, blocks_ + t, blocks_[t]), blocks_ + t, blocks_ + t + 1);
  }
  return {blocks_, static_cast<std::size_t>(count)};
}

void SparsePlan::visit_groups(Visit visit, const void* context) const {
  const Visitor visitor{.visit = visit, .context = context};
  const Index global = std::min(pattern_.global_tokens, n_k_);
  const Window all{.left = kUnlimited, .right = pattern_.causal ? 0 : kUnlimited};
  // Global keys, for every query; all other groups leave them out.
  if (global > 0) {
    list_run(0, global, 1, 0);
    cut(0, rows_, 1, all, visitor);
  }
  // Global queries: those at the positions 0 up to global_tokens.
  const Index first_global = std::clamp<Index>(n_q_ - n_k_, 0, rows_);
  const Index last_global = std::clamp<Index>(n_q_ - n_k_ + global, first_global, rows_);
  if (!pattern_.causal) {
    list_run(global, n_k_, 1, 0);
    cut(first_global, last_global, 1, all, visitor);
  }
  // All others: in front of the global ones only if there are more queries than keys.
  others(0, first_global, global, visitor);
  others(last_global, rows_, global, visitor);
}

void SparsePlan::others(Index first, Index last, Index global, const Visitor& visitor) const {
  if (first >= last) {
    return;
  }
  Window near = pattern_.window;
  if (pattern_.causal) {
    near.right = 0;
  }
  if (pattern_.kind == PatternKind::kBigBird) {
    by_blocks(first, last, global, visitor);
    return;
  }
  if (pattern_.kind != PatternKind::kAtrous) {
    nearby(first, last, global, near, visitor);
  }
  if (pattern_.kind != PatternKind::kLocal) {
    by_residue(first, last, global, near, visitor);
  }
}

void SparsePlan::nearby(Index first, Index last, Index global, const Window& near,
                        const Visitor& visitor) const {
  for (Index i = first; i < last; i += kGroupQueries) {
    const Index end = std::min(i + kGroupQueries, last);
    const KeyRange begin_keys = keys_in_window(near, i, n_q_, n_k_);
    const KeyRange end_keys = keys_in_window(near, end - 1, n_q_, n_k_);
    list_run(std::max(global, begin_keys.begin), end_keys.end, 1, 0);
    cut(i, end, 1, near, visitor);
  }
}

void SparsePlan::by_residue(Index first, Index last, Index global, const Window& near,
                            const Visitor& visitor) const {
  const Index step = pattern_.dilation;
  const Window far{.left = kUnlimited, .right = pattern_.causal ? 0 : kUnlimited};
  const bool has_hole = pattern_.kind == PatternKind::kSparse;
  for (Index i = first; i < last && i - first < step; ++i) {
    const Index place = position(i);
    // The first key of the class that is not global.
    const Index key = global + ((place - global) % step + step) % step;
    list_run(key, n_k_, step, 0);
    cut(i, last, step, far, visitor, near, has_hole);
  }
}

void SparsePlan::by_blocks(Index first, Index last, Index global, const Visitor& visitor) const {
  const Index size = pattern_.block_size;
  const Window far{.left = kUnlimited, .right = pattern_.causal ? 0 : kUnlimited};
  for (Index i = first; i < last;) {
    const Index block = floor_divide(position(i), size);
    const Index end = std::min(last, i + (block + 1) * size - position(i));
    list_size_ = 0;
    for (const std::int32_t key_block : key_blocks(block)) {
      const Index key = key_block * size;
      list_run(std::max(global, key), std::min(n_k_, key + size), 1, list_size_);
    }
    cut(i, end, 1, far, visitor);
    i = end;
  }
}

void SparsePlan::cut(Index first, Index last, Index step, const Window& window,
                     const Visitor& visitor, const Window& hole, bool has_hole) const {
  Index count = 0;
  for (Index i = first; list_size_ > 0 && i < last; i += count * step) {
    count = std::min(kGroupQueries, (last - 1 - i) / step + 1);
    visitor.visit(visitor.context, QueryGroup{.first = i,
                                              .step = step,
                                              .count = count,
                                              .keys = {list_, static_cast<std::size_t>(list_size_)},
                                              .window = window,
                                              .hole = hole,
                                              .has_hole = has_hole,
                                              .n_q = n_q_,
                                              .n_k = n_k_});
  }
}

bool SparsePlan::keeps(Index i, Index j) const {
  const Index place = position(i);
  if ((mask_ != nullptr && mask_[j] == 0) || (pattern_.causal && j > place)) {
    return false;
  }
  const Index global = pattern_.global_tokens;
  if (j < global || (place >= 0 && place < global)) {
    return true;
  }
  if (pattern_.kind == PatternKind::kBigBird) {
    const std::span<const std::int32_t> blocks =
        key_blocks(floor_divide(place, pattern_.block_size));
    return std::binary_search(blocks.begin(), blocks.end(),
                              static_cast<std::int32_t>(j / pattern_.block_size));
  }
  const KeyRange near = keys_in_window(pattern_.window, i, n_q_, n_k_);
  const bool inside = j >= near.begin && j < near.end;
  const bool aligned = (place - j) % pattern_.dilation == 0;
  return (pattern_.kind != PatternKind::kAtrous && inside) ||
         (pattern_.kind != PatternKind::kLocal && aligned);
}

}  // namespace attnlab::attention
