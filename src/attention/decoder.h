// Causal attention over a sequence that arrives token by token: what a kind of attention keeps
// between two steps, and one step.
//
// A kind derives from Decoder; the package drives all of them alike:
//   1. workspace(tokens) and reserve(tokens), which may fail and then have changed nothing
//   2. step(matrix, ...) for every matrix (batch item, head) in order, which cannot fail
#pragma once

#include <cstddef>
#include <span>

#include "linalg/matrix.h"

namespace attnlab::attention {

using linalg::Index;

struct DecoderShape {
  Index matrices;  // of queries, in all leading axes
  Index group;     // consecutive query matrices that share one matrix of keys and values
  Index d;
  Index d_v;
};

class Decoder {
 public:
  explicit Decoder(const DecoderShape& shape) : shape_(shape) {}
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  Decoder(Decoder&&) = delete;
  Decoder& operator=(Decoder&&) = delete;
  virtual ~Decoder() = default;

  const DecoderShape& shape() const { return shape_; }

  // Floats of scratch that step() needs for so many tokens at once.
  virtual std::size_t workspace(Index tokens) const = 0;

  // Makes room for so many more tokens. False: memory cannot be had; nothing has changed.
  virtual bool reserve(Index tokens) = 0;

  // Appends the next tokens of one matrix and gives their rows of the causal batch form.
  //   q [tokens, d], k [tokens, d], v [tokens, d_v], out [tokens, d_v]; tokens >= 1
  // Matrices come in order, 0 to matrices - 1, with the same number of tokens, after reserve().
  // Within a group k and v are the same.
  virtual void step(Index matrix, const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                    const linalg::ConstMatrix& v, linalg::Matrix out,
                    std::span<float> workspace) = 0;

  // Bytes that the state holds.
  virtual std::size_t bytes() const = 0;

 private:
  DecoderShape shape_;
};

}  // namespace attnlab::attention
