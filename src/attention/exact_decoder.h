// Exact causal attention, token by token, over a cache of keys and values.
#pragma once

#include <cstdlib>
#include <memory>

#include "attention/decoder.h"
#include "attention/visibility.h"

namespace attnlab::attention {

class ExactDecoder final : public Decoder {
 public:
  // left: how many keys before its own a query sees, or kUnlimited.
  ExactDecoder(const DecoderShape& shape, Index left) : Decoder(shape), left_(left) {}

  // The scale of the steps from now on, as in Options. 1 at first.
  void set_scale(double scale, bool times_log_visible) {
    scale_ = scale;
    times_log_visible_ = times_log_visible;
  }

  std::size_t workspace(Index tokens) const override;
  bool reserve(Index tokens) override;
  void step(Index matrix, const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
            const linalg::ConstMatrix& v, linalg::Matrix out, std::span<float> workspace) override;
  std::size_t bytes() const override;

 private:
  struct Free {
    void operator()(float* block) const { std::free(block); }
  };
  using Block = std::unique_ptr<float, Free>;

  Index key_matrices() const { return shape().matrices / shape().group; }
  // How many of the kept tokens a next one can still see.
  Index needed() const;
  // Where token `index` of the storage lies; v beside k.
  float* key_at(float* block, Index capacity, Index matrix, Index index) const;
  float* value_at(float* block, Index capacity, Index matrix, Index index) const;
  // Copies the tokens that are still needed to the front of a block.
  void move_to(float* block, Index capacity);

  Index left_;
  double scale_ = 1.0;
  bool times_log_visible_ = false;
  Block block_;
  Index capacity_ = 0;  // tokens that the block has room for
  Index kept_ = 0;      // tokens in it
};

}  // namespace attnlab::attention
