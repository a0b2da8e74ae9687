// The gradients that come from one row (query) of attention, in double: what the fast backward
// kernel falls back on where float32 cannot hold a row, or where it is not finite.
#pragma once

#include "attention/exact_backward.h"

namespace attnlab::attention {

// Writes row i of dq, and adds what row i contributes to dk, dv and dbias, as exact_backward()
// says. scratch: backward_row_scratch(n_k) floats.
// Cost: about 6 n_k (d + d_v) double FLOPs.
void backward_row_in_double(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                            const linalg::ConstMatrix& v, const linalg::ConstMatrix& d_output,
                            const Options& options, Index i, const Gradients& gradients,
                            float* scratch);

// Room for two doubles per key, wherever the scratch starts.
constexpr Index backward_row_scratch(Index n_k) { return 4 * n_k + 2; }

}  // namespace attnlab::attention
