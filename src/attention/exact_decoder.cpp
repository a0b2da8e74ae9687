// o_t = sum_{j <= t} softmax_j(scale_t q_t . k_j) v_j, or over t - left <= j <= t with a window
//
// The cache is one block, for each matrix of keys `capacity` keys and then as many values, rows as
// they came: exact_query() reads them in order, and exact() takes them as they are when several
// tokens come at once (a prompt).
// Growth. A full block is followed by one half as large again, so that n tokens cost no more than
// 2 n copies in all. With a window, tokens that are out of sight are dropped: a full block is
// reused from the front once the tokens still in sight fill no more than two thirds of it, so that
// each token is moved at most twice and the block never grows again.
//
// Error: that of exact_query() and exact().
// Cost of a token: 2 n (d + d_v) FLOPs and one reading of the 4 n (d + d_v) bytes that it sees.
// Paper: Shazeer, "Fast Transformer Decoding: One Write-Head is All You Need", 2019.
#include "attention/exact_decoder.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "attention/exact.h"
#include "attention/exact_query.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;

// From so many tokens on, packing the keys pays.
constexpr Index kPrompt = 8;
constexpr Index kSmallest = 32;  // tokens of spare room in a fresh block
constexpr std::size_t kAlignment = 16;

}  // namespace

Index ExactDecoder::needed() const { return left_ == kUnlimited ? kept_ : std::min(left_, kept_); }

float* ExactDecoder::key_at(float* block, Index capacity, Index matrix, Index index) const {
  return block + matrix * capacity * (shape().d + shape().d_v) + index * shape().d;
}

float* ExactDecoder::value_at(float* block, Index capacity, Index matrix, Index index) const {
  return block + matrix * capacity * (shape().d + shape().d_v) + capacity * shape().d +
         index * shape().d_v;
}

void ExactDecoder::move_to(float* block, Index capacity) {
  const Index keep = needed();
  const Index from = kept_ - keep;
  for (Index matrix = 0; matrix < key_matrices(); ++matrix) {
    // Also within one block: tokens only ever move to the front.
    std::copy_n(key_at(block_.get(), capacity_, matrix, from), keep * shape().d,
                key_at(block, capacity, matrix, 0));
    std::copy_n(value_at(block_.get(), capacity_, matrix, from), keep * shape().d_v,
                value_at(block, capacity, matrix, 0));
  }
  kept_ = keep;
}

bool ExactDecoder::reserve(Index tokens) {
  if (block_ != nullptr && kept_ + tokens <= capacity_) {
    return true;
  }
  const Index need = needed() + tokens;
  const Index wanted = need + need / 2 + kSmallest;
  if (block_ != nullptr && wanted <= capacity_) {
    move_to(block_.get(), capacity_);
    return true;
  }
  const std::uint64_t floats = static_cast<std::uint64_t>(key_matrices()) *
                               static_cast<std::uint64_t>(wanted) *
                               static_cast<std::uint64_t>(shape().d + shape().d_v);
  constexpr std::uint64_t kMost =
      static_cast<std::uint64_t>(std::numeric_limits<std::ptrdiff_t>::max()) / sizeof(float) -
      kAlignment;
  if (floats > kMost) {
    return false;
  }
  const std::size_t bytes = static_cast<std::size_t>(floats) * sizeof(float);
  Block grown(
      static_cast<float*>(std::aligned_alloc(kAlignment, (bytes / kAlignment + 1) * kAlignment)));
  if (grown == nullptr) {
    return false;
  }
  if (block_ != nullptr) {
    move_to(grown.get(), wanted);
  }
  block_ = std::move(grown);
  capacity_ = wanted;
  return true;
}

std::size_t ExactDecoder::workspace(Index tokens) const {
  const auto [matrices, group, d, d_v] = shape();
  const Index keys = needed() + tokens;
  return tokens < kPrompt ? exact_query_workspace(keys, d) : exact_workspace(tokens, keys, d, d_v);
}

void ExactDecoder::step(Index matrix, const ConstMatrix& q, const ConstMatrix& k,
                        const ConstMatrix& v, linalg::Matrix out, std::span<float> workspace) {
  const auto [matrices, group, d, d_v] = shape();
  const Index tokens = q.rows();
  const Index own = matrix / group;
  if (matrix % group == 0) {
    std::copy_n(k.data(), tokens * d, key_at(block_.get(), capacity_, own, kept_));
    std::copy_n(v.data(), tokens * d_v, value_at(block_.get(), capacity_, own, kept_));
  }
  const Options options{.scale = scale_,
                        .times_log_visible = times_log_visible_,
                        .window = {.left = left_, .right = 0}};
  const Index start = kept_ - needed();
  const Index keys = needed() + tokens;
  if (tokens >= kPrompt) {
    exact(q, ConstMatrix(key_at(block_.get(), capacity_, own, start), keys, d),
          ConstMatrix(value_at(block_.get(), capacity_, own, start), keys, d_v), options, out,
          workspace);
  } else {
    for (Index t = 0; t < tokens; ++t) {
      const KeyRange seen = keys_in_window(options.window, t, tokens, keys);
      exact_query(
          ConstMatrix(q.data() + t * d, 1, d),
          ConstMatrix(key_at(block_.get(), capacity_, own, start + seen.begin), seen.size(), d),
          ConstMatrix(value_at(block_.get(), capacity_, own, start + seen.begin), seen.size(), d_v),
          {.scale = scale_, .times_log_visible = times_log_visible_},
          linalg::Matrix(out.data() + t * d_v, 1, d_v), workspace);
    }
  }
  if (matrix == matrices - 1) {
    kept_ += tokens;
  }
}

std::size_t ExactDecoder::bytes() const {
  return static_cast<std::size_t>(key_matrices() * capacity_ * (shape().d + shape().d_v)) *
         sizeof(float);
}

}  // namespace attnlab::attention
