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
      n_q_(n_q),
      n_k_(n_k),
      list_(reinterpret_cast<std::int32_t*>(scratch)),
      blocks_(list_ + n_k) {
  static_assert(sizeof(std::int32_t) == sizeof(float));
  std::uninitialized_default_construct_n(list_, SparsePlan::scratch(n_k));
  // Distances beyond all positions change nothing and must not overflow.
  pattern_.dilation = std::clamp<Index>(pattern_.dilation, 1, n_q + n_k + 1);
  pattern_.block_size = std::clamp<Index>(pattern_.block_size, 1, n_q + n_k + 1);
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
