#include "normalization/sampling.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "normalization/reference/probability.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"
#include "support/rows.h"

namespace attnlab::normalization {
namespace {

using testing::Fenced;
using testing::kInfinity;
using testing::kNan;
using testing::Random;

std::vector<float> distribution(const std::vector<float>& row, const SamplingOptions& options) {
  Fenced out(row.size(), 1);
  sampling_distribution(row.data(), static_cast<Index>(row.size()), options, out.data());
  CHECK(out.intact());
  return {out.values().begin(), out.values().end()};
}

// By sorting, in double.
reference::Row expected_distribution(const std::vector<float>& row,
                                     const SamplingOptions& options) {
  const reference::Row wide = testing::widened(row);
  reference::Row q =
      options.has_entropy
          ? reference::entropy_normalize(wide, options.input, options.entropy).q
          : reference::power_transform(wide, options.input, 1.0 / options.temperature);
  std::vector<std::size_t> order(q.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return q[a] > q[b]; });
  const std::size_t top_k =
      options.top_k == 0 ? q.size() : std::min(q.size(), static_cast<std::size_t>(options.top_k));
  double whole = 0.0;
  for (std::size_t k = 0; k < top_k; ++k) {
    whole += q[order[k]];
  }
  double held = 0.0;
  reference::Row result(q.size(), 0.0);
  for (std::size_t k = 0; k < top_k && (options.top_p == 1.0 || held < options.top_p * whole);
       ++k) {
    result[order[k]] = q[order[k]];
    held += q[order[k]];
  }
  for (double& value : result) {
    value /= held;
  }
  return result;
}

TEST_CASE("sampling_distribution: temperature or entropy, then top-k, then top-p") {
  Random random(95);
  for (const Index length : {1, 2, 3, 7, 16, 17, 65, 300}) {
    for (const Index top_k : {0, 1, 2, 5, 40, 1000}) {
      for (const double top_p : {1.0, 0.93, 0.5, 1e-3}) {
        std::vector<float> row = random.values(static_cast<std::size_t>(length), -3.0F, 3.0F);
        SamplingOptions options{.temperature = static_cast<double>(random.uniform(0.3F, 2.0F)),
                                .top_k = top_k,
                                .top_p = top_p};
        if (length >= 7 && random.chance(0.3)) {
          options.has_entropy = true;
          options.entropy = 1.2;
        }
        const std::vector<float> actual = distribution(row, options);
        const reference::Row expected = expected_distribution(row, options);
        INFO("length " << length << ", top_k " << top_k << ", top_p " << top_p);
        int wrong = 0;
        for (std::size_t j = 0; j < row.size(); ++j) {
          wrong += testing::close(actual[j], expected[j], 1e-5 * expected[j]) ? 0 : 1;
          wrong += (actual[j] == 0.0F) == (expected[j] == 0.0) ? 0 : 1;
        }
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("sampling_distribution: of equal entries at a cut the first ones stay") {
  const std::vector<float> row{1.0F, 2.0F, 1.0F, 1.0F, 1.0F, 2.0F};
  const RowInput input = RowInput::kProbabilities;
  CHECK(distribution(row, {.input = input, .top_k = 3}) ==
        std::vector<float>{0.2F, 0.4F, 0.0F, 0.0F, 0.0F, 0.4F});
  CHECK(distribution(row, {.input = input, .top_k = 1}) ==
        std::vector<float>{0.0F, 1.0F, 0.0F, 0.0F, 0.0F, 0.0F});
  // 2/8 + 2/8 + 1/8 = 0.625 is enough for 0.6; 0.5 is met exactly by two.
  CHECK(distribution(row, {.input = input, .top_p = 0.6}) ==
        std::vector<float>{0.2F, 0.4F, 0.0F, 0.0F, 0.0F, 0.4F});
  CHECK(distribution(row, {.input = input, .top_p = 0.5}) ==
        std::vector<float>{0.0F, 0.5F, 0.0F, 0.0F, 0.0F, 0.5F});
}

TEST_CASE(
    "sampling_distribution: hidden entries are never kept, rows that are no distribution give "
    "NaN") {
  const std::vector<float> kept =
      distribution({-kInfinity, 1.0F, -kInfinity, 1.0F}, {.top_k = 3, .top_p = 0.999});
  CHECK(kept == std::vector<float>{0.0F, 0.5F, 0.0F, 0.5F});
  CHECK(std::isnan(distribution({kNan, 1.0F}, {.top_k = 1})[1]));
  CHECK(distribution({}, {}).empty());
}

TEST_CASE("draw_index: the running sum decides, zeros are never drawn") {
  const std::vector<float> p{0.0F, 0.25F, 0.0F, 0.5F, 0.25F, 0.0F};
  const auto draw = [&](double uniform) { return draw_index(p.data(), 6, uniform); };
  CHECK(draw(0.0) == 1);
  CHECK(draw(0.249999) == 1);
  CHECK(draw(0.25) == 3);
  CHECK(draw(0.749999) == 3);
  CHECK(draw(0.75) == 4);
  CHECK(draw(1.0 - 0x1p-53) == 4);
  const std::vector<float> nothing{kNan, kNan};
  CHECK(draw_index(nothing.data(), 2, 0.5) == -1);
  CHECK(draw_index(nothing.data(), 0, 0.5) == -1);
}

}  // namespace
}  // namespace attnlab::normalization
