// Dense matrix product.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "linalg/matrix.h"

namespace attnlab::linalg {

enum class Transpose : std::uint8_t { kNo, kYes };

// out = op(a) * op(b), op(x) = x or its transpose.
//   op(a) [m, k], op(b) [k, n], out [m, n]: the views have the shapes the matrices have in memory
//   (a transposed a is [k, m]). Any size may be 0; k = 0 gives zeros. out overlaps no input. NaN
//   and infinities follow IEEE arithmetic.
// workspace: at least gemm_workspace(m, n, k) floats.
void gemm(const ConstMatrix& a, Transpose transpose_a, const ConstMatrix& b, Transpose transpose_b,
          Matrix out, std::span<float> workspace);

// Floats of scratch that gemm() needs, whatever is transposed.
std::size_t gemm_workspace(Index m, Index n, Index k);

}  // namespace attnlab::linalg
