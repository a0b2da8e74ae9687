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
      !std::isnan(options.entropy)
          ? reference::entropy_normalize(wide, options.input, options.entropy).q
          : reference::power_transform(wide, options.input, 1.0 / options.temperature);
  std::vector<std::size_t> order(q.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return q[a] > q[b]; });
  const std::size_t top_k =
      options.top_k == 0.0 ? q.size() : std::min(q.size(), static_cast<std::size_t>(options.top_k));
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

// Powers smaller than this are 0 in float32.
constexpr double kUnderflow = 1e-37;

TEST_CASE("sampling_distribution: temperature or entropy, then top-k, then top-p") {
  Random random(95);
  for (const Index length : {1, 2, 3, 7, 16, 17, 65, 300}) {
    for (const double top_k : {0.0, 1.0, 2.0, 5.0, 40.0, 1000.0}) {
      for (const double top_p : {1.0, 0.93, 0.5, 1e-3}) {
        std::vector<float> row = random.values(static_cast<std::size_t>(length), -3.0F, 3.0F);
        SamplingOptions options{.temperature = static_cast<double>(random.uniform(0.3F, 2.0F)),
                                .top_k = top_k,
                                .top_p = top_p};
        if (length >= 7 && random.chance(0.3)) {
          options.entropy = 1.2;
        }
        const std::vector<float> actual = distribution(row, options);
        const reference::Row expected = expected_distribution(row, options);
        INFO("length " << length << ", top_k " << top_k << ", top_p " << top_p);
        int wrong = 0;
        for (std::size_t j = 0; j < row.size(); ++j) {
          wrong += testing::close(actual[j], expected[j], 1e-5 * expected[j] + kUnderflow) ? 0 : 1;
          wrong += expected[j] == 0.0 && actual[j] != 0.0F ? 1 : 0;
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

TEST_CASE("sample_tokens: seed, draw and row decide, however the rows are cut") {
  Random random(96);
  const std::vector<float> x = random.values(6 * 50, -2.0F, 2.0F);
  const auto tokens = [&](std::uint64_t seed, std::uint64_t draw) {
    std::vector<std::int32_t> result(6);
    Fenced out(x.size());
    sample_tokens({x.data(), 6, 50}, {}, {.seed = seed, .draw = draw}, {out.data(), 6, 50},
                  result.data());
    return result;
  };
  const std::vector<std::int32_t> all = tokens(5, 9);
  CHECK(all == tokens(5, 9));
  CHECK(all != tokens(5, 10));
  CHECK(all != tokens(6, 9));
  std::vector<std::int32_t> parts(6);
  Fenced out(x.size());
  sample_tokens({x.data(), 2, 50}, {}, {.seed = 5, .draw = 9}, {out.data(), 2, 50}, parts.data());
  sample_tokens({x.data() + 100, 4, 50}, {}, {.seed = 5, .draw = 9, .first_row = 2},
                {out.data() + 100, 4, 50}, parts.data() + 2);
  CHECK(all == parts);
}

TEST_CASE("sample_tokens: frequencies are the probabilities") {
  const std::vector<float> p{0.1F, 0.0F, 0.6F, 0.3F};
  constexpr int kDraws = 20000;
  std::vector<int> counts(4);
  Fenced out(4);
  for (std::uint64_t draw = 0; draw < kDraws; ++draw) {
    std::int32_t token = -1;
    sample_tokens({p.data(), 1, 4}, {.input = RowInput::kProbabilities}, {.seed = 3, .draw = draw},
                  {out.data(), 1, 4}, &token);
    REQUIRE(token >= 0);
    ++counts[static_cast<std::size_t>(token)];
  }
  for (std::size_t j = 0; j < 4; ++j) {
    const auto share = static_cast<double>(p[j]);
    // Five standard deviations.
    const double tolerance = 5.0 * std::sqrt(kDraws * share * (1.0 - share));
    CHECK(std::abs(counts[j] - kDraws * share) <= tolerance);
  }
}

}  // namespace
}  // namespace attnlab::normalization
