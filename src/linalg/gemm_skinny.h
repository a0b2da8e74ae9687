// Products in which one factor has few lines: a vector or a handful of vectors times a matrix.
#pragma once

#include <cstddef>

#include "linalg/pack.h"

namespace attnlab::linalg {

// As many lines as the narrow factor may have. At 12 the packed product is as fast at 1024 x 1024
// (measured; from cache it is overtaken later).
inline constexpr Index kSkinny = 8;

// out[i * narrow_stride + j * wide_stride]
struct SkinnyResult {
  float* data;
  Index narrow_stride;  // from a line of the narrow factor to the next
  Index wide_stride;    // from a line of the wide factor to the next; one of the two is 1
};

// out(i, j) = sum_p narrow(i, p) wide(j, p),  i < m <= kSkinny, j < n, p < k
//   out is overwritten; it overlaps no factor. Any size may be 0.
// workspace: at least gemm_skinny_workspace(m, n, k) floats.
void gemm_skinny(const Factor& narrow, Index m, const Factor& wide, Index n, Index k,
                 const SkinnyResult& out, float* workspace);

std::size_t gemm_skinny_workspace(Index m, Index n, Index k);

}  // namespace attnlab::linalg
