// Exact softmax attention.
#pragma once

#include <cstddef>
#include <span>

#include "attention/options.h"
#include "linalg/matrix.h"

namespace attnlab::attention {

// out_i = sum_j softmax_j(scale_i * q_i . k_j + bias(i, j)) v_j over the keys j that query i sees.
//   q [n_q, d], k [n_k, d], v [n_k, d_v], out [n_q, d_v]; d >= 1, every other size may be 0; out
//   overlaps no input.
// A query that sees nothing gets exactly 0. A hidden entry contributes nothing, whatever k and v
// hold there. A NaN in q spoils its row; a NaN in a visible k the rows that see it; a NaN or
// infinity in a visible v that column of the rows that see it (the infinity stays one unless it
// meets its opposite or a NaN).
// workspace: at least exact_workspace(n_q, n_k, d, d_v) floats.
void exact(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k, const linalg::ConstMatrix& v,
           const Options& options, linalg::Matrix out, std::span<float> workspace);

// Floats of scratch that exact() needs: none for up to four keys (exact_few_keys.h).
std::size_t exact_workspace(Index n_q, Index n_k, Index d, Index d_v);

}  // namespace attnlab::attention
