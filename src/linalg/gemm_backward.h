// Gradients of the dense matrix product.
#pragma once

#include <cstddef>
#include <span>

#include "linalg/gemm.h"

namespace attnlab::linalg {

// The gradients of sum_ij d_output_ij (op(a) * op(b))_ij, in the shapes that a and b have in
// memory:
//   with c = d_output [m, n]:  d op(a) = c op(b)^T,  d op(b) = op(a)^T c
// da is overwritten; db is added to, so that a factor b that a batch shares gets the sum over the
// batch. Any size may be 0; a result overlaps nothing else. NaN and infinities follow IEEE
// arithmetic.
// workspace: at least gemm_backward_workspace(m, n, k) floats.
// Error: that of gemm() for each product. Cost: 4 m n k FLOPs.
void gemm_backward(const ConstMatrix& a, Transpose transpose_a, const ConstMatrix& b,
                   Transpose transpose_b, const ConstMatrix& d_output, Matrix da, Matrix db,
                   std::span<float> workspace);

// Floats of scratch that gemm_backward() needs, whatever is transposed.
std::size_t gemm_backward_workspace(Index m, Index n, Index k);

}  // namespace attnlab::linalg
