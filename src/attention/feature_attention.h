// Attention with a similarity that is a product of feature vectors: cost linear in the length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "attention/features.h"
#include "linalg/matrix.h"

namespace attnlab::attention {

struct FeatureAttentionOptions {
  FeatureMap map;
  bool causal = false;                 // query i sees keys 0 .. i; needs n_q = n_k
  const std::uint8_t* mask = nullptr;  // n_k bytes, nonzero = visible; nullptr: all visible
};

// out_i = sum_j phi(q_i).phi(k_j) v_j / sum_j phi(q_i).phi(k_j) over the keys j that query i sees;
// with map.normalized
// out_i = sum_r softmax(q_i)_r (sum_j e^(k_jr) v_j) / (sum_j e^(k_jr)).
//   q [n_q, d], k [n_k, d], v [n_k, d_v], out [n_q, d_v]; d >= 1, every other size may be 0; out
//   overlaps no input.
// A row whose denominator is 0 is exactly 0. A hidden key contributes nothing, whatever k and v
// hold there. A NaN in q spoils its row; a NaN in a visible k the rows that see it; a NaN or
// infinity in a visible v that column of the rows that see it.
// workspace: at least feature_attention_workspace(map, d, d_v) floats, whatever the length.
void feature_attention(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                       const linalg::ConstMatrix& v, const FeatureAttentionOptions& options,
                       linalg::Matrix out, std::span<float> workspace);

std::size_t feature_attention_workspace(const FeatureMap& map, Index d, Index d_v);

}  // namespace attnlab::attention
