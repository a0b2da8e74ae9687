// Linear attention and Performer, token by token, with a state of constant size.
#pragma once

#include <cstdlib>
#include <memory>

#include "attention/decoder.h"
#include "attention/feature_rows.h"

namespace attnlab::attention {

// What a matrix has met is a sum per feature (feature_rows.h), in double: a million tokens add up
// as well as a hundred do. Equal to the causal form of feature_attention() to its error bound.
// Maps with a maximum over all keys (Map::kLiteral) cannot be decoded.
// Cost per token: 4 M (d_v + 1) double FLOPs, 4 M d more with a projection, and 2 M exponentials.
class FeatureDecoder final : public Decoder {
 public:
  // The map's projection is copied; a copy that cannot be had is refused by reserve().
  FeatureDecoder(const DecoderShape& shape, const FeatureMap& map);

  std::size_t workspace(Index tokens) const override;
  bool reserve(Index tokens) override;
  void step(Index matrix, const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
            const linalg::ConstMatrix& v, linalg::Matrix out, std::span<float> workspace) override;
  std::size_t bytes() const override;

 private:
  struct Free {
    void operator()(void* block) const { std::free(block); }
  };

  // Doubles: of one matrix's state; of the scratch that all share.
  Index state_doubles() const;
  Index scratch_doubles() const;
  std::size_t block_bytes() const;
  void absorb(RowState& state, double* nonfinite, const float* k, const float* v, double* scratch);
  void read(const RowState& state, const double* nonfinite, const float* q, float* out,
            double* scratch);

  FeatureMap map_;
  Index features_;
  std::unique_ptr<float, Free> projection_;
  std::unique_ptr<double, Free> block_;
};

}  // namespace attnlab::attention
