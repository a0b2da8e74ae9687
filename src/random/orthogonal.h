// Random orthonormal frames.
#pragma once

#include <cstddef>
#include <cstdint>

#include "random/draws.h"

namespace attnlab::random {

// Turns `count` independent Gaussian vectors (the rows of `rows`, `length` doubles each) into an
// orthonormal frame, in place: Gram and Schmidt, each vector twice.
//   count <= length.
// The frame is Haar distributed: nothing prefers a direction. A Householder QR would need the signs
// of R's diagonal in addition; here that diagonal is positive by construction. The norms that the
// vectors had go to `norms` if it is not nullptr; they are independent of the frame.
// Error: |u_i . u_j| < 1e-12 (tested), even for a vector almost in the span of those before it.
// Bits: doubles in a fixed order, nothing fused: the same in every build.
// Cost: 4 count^2 length FLOPs.
// Paper: Giraud, Langou and Rozloznik, "The loss of orthogonality in the Gram-Schmidt
// orthogonalization process", 2005 (twice is enough).
void orthonormalize(std::size_t count, std::size_t length, double* rows, double* norms);

}  // namespace attnlab::random
