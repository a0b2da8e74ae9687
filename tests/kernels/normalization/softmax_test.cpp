#include "normalization/softmax.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "normalization/reference/softmax.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"

namespace attnlab::normalization {
namespace {

using linalg::ConstMatrix;
using linalg::Matrix;
using testing::close;
using testing::Fenced;
using testing::Input;
using testing::kInfinity;
using testing::kNan;
using testing::Random;

constexpr double kUlp = 0x1p-23;
constexpr double kSmallestNormal = 0x1p-126;
constexpr Index kLengths[] = {0, 1, 3, 7, 15, 16, 17, 63, 64, 65, 101, 521};

// Holds both functions to their twins on `rows` rows.
void check(const std::vector<float>& values, Index rows, double temperature, std::size_t offset) {
  const Index length = rows == 0 ? 0 : static_cast<Index>(values.size()) / rows;
  const Input x(values, offset);
  Fenced weights(values.size(), offset);
  Fenced logs(values.size(), offset);
  const ConstMatrix matrix(x.data(), rows, length);
  Fenced sums(static_cast<std::size_t>(rows), offset);
  softmax(matrix, temperature, Matrix(weights.data(), rows, length));
  log_softmax(matrix, temperature, Matrix(logs.data(), rows, length));
  log_sum_exp(matrix, temperature, sums.data());

  INFO("rows " << rows << ", length " << length << ", temperature " << temperature);
  CHECK(weights.intact());
  CHECK(logs.intact());
  CHECK(sums.intact());
  Index wrong = 0;
  for (Index i = 0; i < rows; ++i) {
    const std::span<const float> row(x.data() + i * length, static_cast<std::size_t>(length));
    const std::vector<double> expected = reference::softmax(row, temperature);
    const std::vector<double> expected_logs = reference::log_softmax(row, temperature);
    const reference::LogSum total = reference::log_sum(row, temperature);
    const double expected_sum = reference::log_sum_exp(row, temperature);
    const double sum_tolerance =
        std::isfinite(expected_sum) ? kUlp * std::abs(expected_sum) + 5e-7 + kSmallestNormal : 0.0;
    wrong += close(sums.data()[i], expected_sum, sum_tolerance) ? 0 : 1;
    for (Index j = 0; j < length; ++j) {
      const auto e = static_cast<std::size_t>(j);
      const double exponent = std::abs((static_cast<double>(row[e]) - total.maximum) / temperature);
      // Below -87 the kernel gives 0, the twin less than the smallest normal number.
      const double tolerance = !std::isfinite(exponent)
                                   ? kSmallestNormal
                                   : (6.0 + exponent) * kUlp * expected[e] + 2.0 * kSmallestNormal;
      wrong += close(weights.data()[i * length + j], expected[e], tolerance) ? 0 : 1;
      const double magnitude = std::abs(expected_logs[e]);
      const double log_tolerance =
          std::isfinite(magnitude)
              ? kUlp * magnitude + 5e-7 * std::fmin(1.0, magnitude) + kSmallestNormal
              : 0.0;
      wrong += close(logs.data()[i * length + j], expected_logs[e], log_tolerance) ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("softmax: every length, misalignment and temperature") {
  Random random(11);
  std::size_t turn = 0;
  for (const Index length : kLengths) {
    for (const double temperature : {1.0, 0.1, 7.5}) {
      check(random.values(static_cast<std::size_t>(3 * length), -8.0F, 8.0F), 3, temperature,
            turn++ % 4);
    }
  }
  check({}, 0, 1.0, 0);
}

TEST_CASE("softmax: entries of 90 to 100, whose exponential overflows") {
  Random random(12);
  check(random.values(5 * 37, 90.0F, 100.0F), 5, 1.0, 1);
  check(random.values(5 * 37, -100.0F, -90.0F), 5, 1.0, 1);
  check(random.values(5 * 37, -3e38F, 3e38F), 5, 1.0, 1);
}

TEST_CASE("softmax: equal rows give 1/length to the bit, also where they are huge or denormal") {
  for (const float value : {0.0F, 1.0F, -77.7F, 3e38F, -3e38F, 1e-42F}) {
    for (const Index length : {1, 3, 4, 64, 1000, 4096}) {
      const std::vector<float> values(static_cast<std::size_t>(length), value);
      Fenced out(values.size());
      softmax(ConstMatrix(values.data(), 1, length), 1.0, Matrix(out.data(), 1, length));
      for (const float weight : out.values()) {
        REQUIRE(weight == static_cast<float>(1.0 / static_cast<double>(length)));
      }
    }
  }
}

TEST_CASE("softmax: rows of 4096 sum to 1 within 1e-6") {
  Random random(13);
  for (const float spread : {0.01F, 1.0F, 20.0F}) {
    const std::vector<float> values = random.values(4096, -spread, spread);
    Fenced out(values.size());
    softmax(ConstMatrix(values.data(), 1, 4096), 1.0, Matrix(out.data(), 1, 4096));
    const double sum = std::accumulate(out.values().begin(), out.values().end(), 0.0);
    CHECK(std::abs(sum - 1.0) < 1e-6);
    check(values, 1, 1.0, 0);
  }
}

TEST_CASE("softmax, log_softmax: a row has the same bits alone and among others, at any length") {
  Random random(16);
  for (const Index length : {1, 3, 4, 66, 2047, 2048, 2049}) {
    const auto size = static_cast<std::size_t>(length);
    std::vector<float> values = random.values(4 * size, -8.0F, 8.0F);
    std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(size), size, -kInfinity);
    for (const auto kernel : {softmax, log_softmax}) {
      for (const double temperature : {1.0, 1e-40}) {
        Fenced together(values.size());
        Fenced alone(values.size());
        kernel(ConstMatrix(values.data(), 4, length), temperature,
               Matrix(together.data(), 4, length));
        for (Index i = 0; i < 4; ++i) {
          kernel(ConstMatrix(values.data() + i * length, 1, length), temperature,
                 Matrix(alone.data() + i * length, 1, length));
        }
        CHECK(together.intact());
        CHECK(attnlab::testing::same_bits(together.values(), alone.values()));
      }
    }
  }
}

TEST_CASE("softmax: -infinity is weight 0, a row of it zeros, its logarithm -infinity") {
  check({-kInfinity, 1.0F, -kInfinity, 2.0F, 3.0F, -kInfinity, -kInfinity, 0.0F, 1.0F}, 1, 1.0, 0);
  check(std::vector<float>(7, -kInfinity), 1, 1.0, 0);
  check(std::vector<float>(16, -kInfinity), 1, 3.0, 0);
  const std::vector<float> mixed{-kInfinity, -kInfinity, 0.0F, -kInfinity};
  check(mixed, 2, 1e300, 0);
  check(mixed, 2, 1e-300, 0);
}

TEST_CASE("softmax: NaN and +infinity spoil their own row and no other") {
  Random random(14);
  for (const float odd : {kNan, kInfinity}) {
    for (const std::size_t position : {20U, 24U, 39U}) {
      std::vector<float> values = random.values(60);
      values[position] = odd;
      check(values, 3, 1.0, 0);
      Fenced out(60);
      softmax(ConstMatrix(values.data(), 3, 20), 1.0, Matrix(out.data(), 3, 20));
      for (std::size_t e = 0; e < 60; ++e) {
        CHECK(std::isnan(out.values()[e]) == (e >= 20 && e < 40));
      }
    }
  }
  check({kNan, -kInfinity, -kInfinity, -kInfinity, -kInfinity}, 1, 1.0, 0);
}

TEST_CASE("softmax: extreme temperatures") {
  const std::vector<float> values{1.0F, 2.0F, 2.0F, -5.0F, 0.0F};
  for (const double temperature : {1e-300, 1e-30, 1e30, 1e300}) {
    check(values, 1, temperature, 0);
  }
  // Differences that float32 cannot hold, and differences that only a tiny temperature can see.
  check({3e38F, 0.0F}, 1, 1e39, 0);
  check({3e38F, -3e38F}, 1, 1e38, 0);
  check({0.0F, -1e-38F}, 1, 1e-40, 0);
}

}  // namespace
}  // namespace attnlab::normalization
