// The weights of exact attention, written out: for pictures and for tests.
#pragma once

#include <cstddef>
#include <span>

#include "attention/options.h"
#include "linalg/matrix.h"

namespace attnlab::attention {

// out(i, j) = softmax_j(scale_i * q_i . k_j + bias(i, j)) over the keys that query i sees, exactly
// 0 elsewhere.
//   q [n_q, d], k [n_k, d], out [n_q, n_k]; d >= 1, other sizes may be 0; out overlaps no input.
// Rows that see nothing are 0; NaN spreads as in exact().
// workspace: at least attention_weights_workspace(n_q, n_k, d) floats.
void attention_weights(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                       const Options& options, linalg::Matrix out, std::span<float> workspace);

// Floats of scratch that attention_weights() needs.
std::size_t attention_weights_workspace(Index n_q, Index n_k, Index d);

}  // namespace attnlab::attention
