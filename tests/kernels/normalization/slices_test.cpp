#include "normalization/slices.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "support/buffers.h"
#include "support/catch.h"

namespace attnlab::normalization {
namespace {

using attnlab::testing::Fenced;

Index size_of(std::span<const SliceAxis> axes) {
  Index size = 1;
  for (const SliceAxis& axis : axes) {
    size *= axis.size;
  }
  return size;
}

// Where entry `index` of an index space with these axes is, by counting.
Index place(std::span<const SliceAxis> axes, Index index) {
  Index result = 0;
  for (std::size_t a = axes.size(); a-- > 0;) {
    result += index % axes[a].size * axes[a].stride;
    index /= axes[a].size;
  }
  return result;
}

// Gathers and scatters all slices of a tensor whose entries are their own places, so many at a
// time.
void check(std::span<const SliceAxis> across, std::span<const SliceAxis> along, Index step = 21) {
  const Slices slices(across, along);
  const Index count = size_of(across);
  const Index length = size_of(along);
  REQUIRE(slices.length() == length);
  const auto size = static_cast<std::size_t>(count * length);
  std::vector<float> x(size);
  std::iota(x.begin(), x.end(), 0.0F);
  Fenced out(size);
  Index wrong = 0;
  for (Index first = 0; first < count; first += step) {
    const Index rows = std::min(step, count - first);
    Fenced panel(static_cast<std::size_t>(rows * length));
    slices.gather(x.data(), first, rows, panel.data());
    CHECK(panel.intact());
    for (Index i = 0; i < rows; ++i) {
      for (Index j = 0; j < length; ++j) {
        float& entry = panel.data()[i * length + j];
        const Index at = place(across, first + i) + place(along, j);
        wrong += entry == static_cast<float>(at) ? 0 : 1;
        entry += 1.0F;
      }
    }
    slices.scatter(panel.data(), first, rows, out.data());
  }
  CHECK(wrong == 0);
  CHECK(out.intact());
  for (std::size_t e = 0; e < size; ++e) {
    wrong += out.values()[e] == static_cast<float>(e) + 1.0F ? 0 : 1;
  }
  CHECK(wrong == 0);
}

// The axes of a row-major tensor that are in the mask, and those that are not.
void check_tensor(const std::vector<Index>& shape, unsigned mask) {
  std::vector<SliceAxis> across;
  std::vector<SliceAxis> along;
  Index stride = 1;
  for (std::size_t a = shape.size(); a-- > 0;) {
    std::vector<SliceAxis>& list = (mask >> a & 1U) != 0 ? along : across;
    list.insert(list.begin(), SliceAxis{shape[a], stride});
    stride *= shape[a];
  }
  check(across, along);
}

TEST_CASE("slices: every choice of axes of tensors of many shapes") {
  const std::vector<std::vector<Index>> shapes{
      {5},         {4, 4},       {7, 65},   {65, 7},       {3, 5, 7},      {2, 17, 33},
      {16, 1, 19}, {3, 4, 5, 6}, {1, 1, 1}, {2, 3, 1, 20}, {2, 3, 2, 3, 2}};
  for (const std::vector<Index>& shape : shapes) {
    for (unsigned mask = 0; mask < 1U << shape.size(); ++mask) {
      INFO("rank " << shape.size() << ", axes " << mask);
      check_tensor(shape, mask);
    }
  }
}

TEST_CASE("slices: many slices") {
  check_tensor({300, 257}, 1U);
  check_tensor({257, 1000}, 1U);
  check_tensor({3, 70, 300}, 2U);
  check_tensor({20000, 19}, 1U);
}

TEST_CASE("slices: axes of size 0") {
  check_tensor({0}, 1U);
  check_tensor({3, 0}, 1U);
  check_tensor({3, 0}, 2U);
  check_tensor({0, 3}, 2U);
}

TEST_CASE("slices: entries in another order than in memory, as group norm wants them") {
  // [2, 5, 3 groups, 4 channels]: slices over the channels first, then over the 5.
  const std::vector<SliceAxis> across{{2, 60}, {3, 4}};
  const std::vector<SliceAxis> along{{4, 1}, {5, 12}};
  check(across, along);
}

}  // namespace
}  // namespace attnlab::normalization
