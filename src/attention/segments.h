// Landmarks: the means of consecutive rows.
//
//   adaptive  n rows in m segments of s = floor(n / m) rows, the last n - s m of them one longer
//   pad       segments of ceil(n / m) rows from the front; the last may be shorter, empty ones go
//
// A segment counts its visible rows alone, and its mean is over them; a segment without any is
// dropped.
// Numerical plan: sums of eight rows in float, those in double; error of a mean below 1e-6 of the
// largest |entry| (tested).
// Cost: one read of the rows.
#pragma once

#include <algorithm>
#include <cstdint>

#include "linalg/matrix.h"

namespace attnlab::attention {

using linalg::Index;

enum class SegmentKind : std::uint8_t { kAdaptive = 0, kPad = 1 };

// Segment `segment` of n rows begins at segment_begin(segment) and ends where the next one begins.
inline Index segment_begin(SegmentKind kind, Index n, Index m, Index segment) {
  const Index length = n / m;
  if (kind == SegmentKind::kPad) {
    return std::min(n, segment * (length + (length * m == n ? 0 : 1)));
  }
  return segment * length + std::max<Index>(0, segment - ((length + 1) * m - n));
}

// A segment that is left.
struct Segment {
  std::int32_t begin;
  std::int32_t end;
  std::int32_t count;  // visible rows
};

// Writes the segments that are left of n rows cut into m; segments: room for m. mask: n bytes,
// nonzero = visible; nullptr: all visible. Returns how many.
Index find_segments(SegmentKind kind, Index n, Index m, const std::uint8_t* mask,
                    Segment* segments);

// means [count, d]: of the visible rows of each segment of x [n, d].
// sums: d doubles.
void segment_means(const linalg::ConstMatrix& x, const Segment* segments, Index count,
                   const std::uint8_t* mask, linalg::Matrix means, double* sums);

// dx [n, d] += the gradient that the means' gradients d_means [count, d] give.
void segment_means_backward(const linalg::ConstMatrix& d_means, const Segment* segments,
                            const std::uint8_t* mask, linalg::Matrix dx);

}  // namespace attnlab::attention
