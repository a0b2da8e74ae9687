#include "attention/segments.h"

#include "simd/f32x4.h"
#include "simd/f64x2.h"

namespace attnlab::attention {
namespace {

using simd::F32x4;
using simd::F64x2;

// sums[c] += the entries of `count` rows.
void add_rows(const float* const* rows, Index count, Index d, double* sums) {
  Index c = 0;
  for (; c + F32x4::kLanes <= d; c += F32x4::kLanes) {
    F32x4 sum = simd::load(rows[0] + c);
    for (Index r = 1; r < count; ++r) {
      sum = sum + simd::load(rows[r] + c);
    }
    const simd::Widened wide = simd::widen(sum);
    for (int lane = 0; lane < F64x2::kLanes; ++lane) {
      sums[c + lane] += wide.low.lanes[lane];
      sums[c + F64x2::kLanes + lane] += wide.high.lanes[lane];
    }
  }
  for (; c < d; ++c) {
    for (Index r = 0; r < count; ++r) {
      sums[c] += static_cast<double>(rows[r][c]);
    }
  }
}

}  // namespace

Index find_segments(SegmentKind kind, Index n, Index m, const std::uint8_t* mask,
                    Segment* segments) {
  Index left = 0;
  for (Index segment = 0; segment < m; ++segment) {
    const Index begin = segment_begin(kind, n, m, segment);
    const Index end = segment_begin(kind, n, m, segment + 1);
    Index count = end - begin;
    if (mask != nullptr) {
      count -= std::count(mask + begin, mask + end, std::uint8_t{0});
    }
    if (count > 0) {
      segments[left] = {static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end),
                        static_cast<std::int32_t>(count)};
      ++left;
    }
  }
  return left;
}

void segment_means(const linalg::ConstMatrix& x, const Segment* segments, Index count,
                   const std::uint8_t* mask, linalg::Matrix means, double* sums) {
  constexpr Index kRun = 8;
  const Index d = x.cols();
  for (Index segment = 0; segment < count; ++segment) {
    std::fill_n(sums, d, 0.0);
    const float* run[kRun];
    Index held = 0;
    for (Index row = segments[segment].begin; row < segments[segment].end; ++row) {
      if (mask == nullptr || mask[row] != 0) {
        run[held] = x.data() + row * d;
        ++held;
      }
      if (held == kRun) {
        add_rows(run, held, d, sums);
        held = 0;
      }
    }
    if (held > 0) {
      add_rows(run, held, d, sums);
    }
    for (Index c = 0; c < d; ++c) {
      means(segment, c) = static_cast<float>(sums[c] / segments[segment].count);
    }
  }
}

void segment_means_backward(const linalg::ConstMatrix& d_means, const Segment* segments,
                            const std::uint8_t* mask, linalg::Matrix dx) {
  const Index d = d_means.cols();
  for (Index segment = 0; segment < d_means.rows(); ++segment) {
    const auto count = static_cast<float>(segments[segment].count);
    for (Index row = segments[segment].begin; row < segments[segment].end; ++row) {
      for (Index c = 0; c < d && (mask == nullptr || mask[row] != 0); ++c) {
        dx(row, c) += d_means(segment, c) / count;
      }
    }
  }
}

}  // namespace attnlab::attention
