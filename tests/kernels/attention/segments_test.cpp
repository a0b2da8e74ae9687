#include "attention/segments.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "attention/reference/nystrom.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/random.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::Matrix;
using testing::Random;
using testing::size_of;

TEST_CASE("segments: lengths, and what the mask leaves") {
  std::vector<Segment> segments(64);
  const auto lengths = [&](SegmentKind kind, Index n, Index m) {
    std::vector<Index> result;
    const Index left = find_segments(kind, n, m, nullptr, segments.data());
    for (Index segment = 0; segment < left; ++segment) {
      const Segment& each = segments[static_cast<std::size_t>(segment)];
      CHECK(each.count == each.end - each.begin);
      result.push_back(each.count);
    }
    return result;
  };
  CHECK(lengths(SegmentKind::kAdaptive, 10, 4) == std::vector<Index>{2, 2, 3, 3});
  CHECK(lengths(SegmentKind::kPad, 10, 4) == std::vector<Index>{3, 3, 3, 1});
  CHECK(lengths(SegmentKind::kPad, 9, 4) == std::vector<Index>{3, 3, 3});
  CHECK(lengths(SegmentKind::kAdaptive, 7, 7) == std::vector<Index>(7, 1));
  for (Index n = 1; n < 60; ++n) {
    for (Index m = 1; m <= n; ++m) {
      for (const SegmentKind kind : {SegmentKind::kAdaptive, SegmentKind::kPad}) {
        const Index left = find_segments(kind, n, m, nullptr, segments.data());
        const reference::Cut expected = reference::cut(kind, n, m, nullptr);
        REQUIRE(left == static_cast<Index>(expected.rows.size()));
        for (std::size_t segment = 0; segment < expected.rows.size(); ++segment) {
          REQUIRE(segments[segment].begin == expected.rows[segment].front());
          REQUIRE(segments[segment].end == expected.rows[segment].back() + 1);
        }
      }
    }
  }
}

TEST_CASE("segments: means to 1e-6, over the visible rows") {
  Random random(81);
  for (const Index d : {1, 3, 4, 7, 16}) {
    const Index n = 1000 + d;
    const std::vector<float> x = random.values(size_of(n, d), 9.0F, 10.0F);
    reference::Dense rows(n, d);
    std::copy(x.begin(), x.end(), rows.data());
    std::vector<std::uint8_t> mask(size_of(n, 1), std::uint8_t{1});
    for (std::uint8_t& visible : mask) {
      visible = random.chance(0.2) ? std::uint8_t{0} : std::uint8_t{1};
    }
    std::vector<Segment> segments(3);
    const Index left = find_segments(SegmentKind::kAdaptive, n, 3, mask.data(), segments.data());
    std::vector<float> means(size_of(left, d));
    std::vector<double> sums(size_of(d, 1));
    segment_means(ConstMatrix(x.data(), n, d), segments.data(), left, mask.data(),
                  Matrix(means.data(), left, d), sums.data());
    const reference::Dense expected =
        reference::means(rows, reference::cut(SegmentKind::kAdaptive, n, 3, mask.data()));
    for (std::size_t e = 0; e < means.size(); ++e) {
      CHECK(std::abs(static_cast<double>(means[e]) - expected.data()[e]) < 1e-6 * 10.0);
    }
  }
}

}  // namespace
}  // namespace attnlab::attention
