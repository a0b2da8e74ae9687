// Exact attention of one query.
#pragma once

#include <cstddef>
#include <span>

#include "attention/options.h"
#include "linalg/matrix.h"

namespace attnlab::attention {

// out = softmax(scale q . k_j) v: exact() for one query that sees every key.
//   q [1, d], k [n_k, d], v [n_k, d_v], out [1, d_v]; d, n_k >= 1, d_v >= 0
// Of the options only the scale counts: there is no mask, bias or window.
// NaN and infinities as in exact().
// workspace: at least exact_query_workspace(n_k, d) floats.
void exact_query(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                 const linalg::ConstMatrix& v, const Options& options, linalg::Matrix out,
                 std::span<float> workspace);

// Floats of scratch that exact_query() needs.
std::size_t exact_query_workspace(Index n_k, Index d);

}  // namespace attnlab::attention
