#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "normalization/reference/softmax.h"
#include "normalization/softmax.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"

namespace attnlab::normalization {
namespace {

using attnlab::testing::Fenced;
using attnlab::testing::Input;
using attnlab::testing::kInfinity;
using attnlab::testing::kNan;
using attnlab::testing::Random;
using linalg::ConstMatrix;
using linalg::Matrix;

constexpr double kUlp = 0x1p-23;

// |actual - expected| <= (8 + |y|) 2^-23 terms.
bool agrees(float actual, double expected, double y, double terms) {
  if (std::isnan(expected)) {
    return std::isnan(actual);
  }
  const double bound = (8.0 + (std::isfinite(y) ? std::abs(y) : 0.0)) * kUlp * terms + 0x1p-120;
  return std::abs(static_cast<double>(actual) - expected) <= bound;
}

void check(const std::vector<float>& values, Index rows, double temperature, std::size_t offset,
           Random& random) {
  const Index length = rows == 0 ? 0 : static_cast<Index>(values.size()) / rows;
  const Input x(values, offset);
  const Input g(random.values(values.size(), -2.0F, 3.0F), (offset + 1) % 4);
  const Input g_rows(random.values(static_cast<std::size_t>(rows)));
  Fenced by_softmax(values.size(), offset);
  Fenced by_log(values.size(), offset);
  Fenced by_sum(values.size(), offset);
  const ConstMatrix matrix(x.data(), rows, length);
  const ConstMatrix gradient(g.data(), rows, length);
  softmax_backward(matrix, gradient, temperature, {by_softmax.data(), rows, length});
  log_softmax_backward(matrix, gradient, temperature, {by_log.data(), rows, length});
  log_sum_exp_backward(matrix, g_rows.data(), temperature, {by_sum.data(), rows, length});
  INFO("rows " << rows << ", length " << length << ", temperature " << temperature);
  CHECK(by_softmax.intact());
  CHECK(by_log.intact());
  CHECK(by_sum.intact());
  Index wrong = 0;
  for (Index i = 0; i < rows; ++i) {
    const auto size = static_cast<std::size_t>(length);
    const std::span<const float> row(x.data() + i * length, size);
    const std::span<const float> g_row(g.data() + i * length, size);
    const auto g_sum = static_cast<double>(g_rows.data()[i]);
    const std::vector<double> p = reference::softmax(row, temperature);
    const std::vector<double> logs = reference::log_softmax(row, temperature);
    const auto soft = reference::softmax_backward(row, g_row, temperature);
    const auto log = reference::log_softmax_backward(row, g_row, temperature);
    const auto sum = reference::log_sum_exp_backward(row, g_sum, temperature);
    // The mean of y over what counts: how far the weights of a sum may be off together.
    double spread = 0.0;
    double total = 0.0;
    for (std::size_t j = 0; j < size; ++j) {
      spread += p[j] > 0.0 ? p[j] * std::abs(logs[j]) : 0.0;
      total += std::abs(static_cast<double>(g_row[j]));
    }
    for (std::size_t j = 0; j < size; ++j) {
      const auto e = static_cast<std::size_t>(i * length) + j;
      const double y = (std::isfinite(logs[j]) ? std::abs(logs[j]) : 0.0) + spread;
      wrong += agrees(by_softmax.values()[e], soft[j], y, 6.0 * p[j] / temperature) ? 0 : 1;
      const double terms = (3.0 + p[j] * total) / temperature;
      wrong += agrees(by_log.values()[e], log[j], y, terms) ? 0 : 1;
      wrong += agrees(by_sum.values()[e], sum[j], y, p[j] * std::abs(g_sum) / temperature) ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("softmax_backward and its siblings: every length, misalignment and temperature") {
  Random random(41);
  std::size_t turn = 0;
  for (const Index length : {0, 1, 3, 7, 15, 16, 17, 63, 64, 65, 101}) {
    for (const double temperature : {1.0, 0.1, 7.5}) {
      const auto size = static_cast<std::size_t>(3 * length);
      check(random.values(size, -8.0F, 8.0F), 3, temperature, turn++ % 4, random);
    }
  }
  check({}, 0, 1.0, 0, random);
  check(random.values(3 * 37, 90.0F, 100.0F), 3, 1.0, 1, random);
  check(random.values(3 * 37, -1e-32F, 1e-32F), 3, 1e-32, 1, random);
  check(random.values(3 * 37, -1e32F, 1e32F), 3, 1e32, 1, random);
}

TEST_CASE("softmax_backward and its siblings: -infinity, NaN, +infinity") {
  Random random(42);
  std::vector<float> values = random.values(4 * 19);
  values[3] = values[4] = -kInfinity;
  std::fill(values.begin() + 19, values.begin() + 38, -kInfinity);
  values[40] = kNan;
  values[60] = kInfinity;
  const std::vector<float> g = random.values(values.size());
  const std::vector<float> g_rows = random.values(4);
  Fenced soft(values.size());
  Fenced log(values.size());
  Fenced sum(values.size());
  const ConstMatrix x(values.data(), 4, 19);
  softmax_backward(x, {g.data(), 4, 19}, 1.0, {soft.data(), 4, 19});
  log_softmax_backward(x, {g.data(), 4, 19}, 1.0, {log.data(), 4, 19});
  log_sum_exp_backward(x, g_rows.data(), 1.0, {sum.data(), 4, 19});
  for (const std::span<const float> entries : {soft.values(), log.values(), sum.values()}) {
    for (std::size_t j = 0; j < 19; ++j) {
      CHECK(std::isfinite(entries[j]));
      CHECK(entries[19 + j] == 0.0F);
      CHECK(std::isnan(entries[38 + j]));
      CHECK(std::isnan(entries[57 + j]));
    }
  }
  CHECK(soft.values()[3] == 0.0F);
  CHECK(log.values()[3] == g[3]);
  CHECK(sum.values()[4] == 0.0F);
}

TEST_CASE("softmax_backward: equal gradients change nothing") {
  Random random(43);
  const std::vector<float> x = random.values(1000, -10.0F, 10.0F);
  for (const float value : {7.3F, -1e-20F, 3e38F}) {
    const std::vector<float> g(1000, value);
    Fenced d_x(1000);
    softmax_backward({x.data(), 1, 1000}, {g.data(), 1, 1000}, 1.0, {d_x.data(), 1, 1000});
    for (const float entry : d_x.values()) {
      CHECK(entry == 0.0F);
    }
  }
}

TEST_CASE(
    "softmax_backward: gradients that float32 sums cannot hold, and a few that outweigh all "
    "others") {
  Random random(44);
  const std::vector<float> x = random.values(200, -3.0F, 3.0F);
  for (const float large : {1e6F, 3e38F}) {
    for (const std::size_t position : {0U, 66U, 100U, 199U}) {
      std::vector<float> g = random.values(200);
      g[position] = large;
      g[(position + 50) % 200] = -large;
      Fenced d_x(200);
      softmax_backward({x.data(), 1, 200}, {g.data(), 1, 200}, 1.0, {d_x.data(), 1, 200});
      const std::vector<double> expected = reference::softmax_backward(x, g, 1.0);
      const std::vector<double> p = reference::softmax(x, 1.0);
      double mean = 0.0;
      for (std::size_t j = 0; j < 200; ++j) {
        mean += p[j] * std::abs(static_cast<double>(g[j]));
      }
      for (std::size_t j = 0; j < 200; ++j) {
        const double terms = p[j] * (mean + std::abs(static_cast<double>(g[j])));
        CHECK(agrees(d_x.values()[j], expected[j], 6.0, terms));
      }
    }
  }
}

TEST_CASE("log_sum_exp: infinities") {
  std::vector<float> out(4);
  const std::vector<float> x{-kInfinity, -kInfinity, -kInfinity, 1.0F, kInfinity, 2.0F,
                             kInfinity,  kNan,       0.0F,       0.0F, 0.0F,      -kInfinity};
  log_sum_exp({x.data(), 4, 3}, 2.0, out.data());
  CHECK(out[0] == -kInfinity);
  CHECK(out[1] == kInfinity);
  CHECK(std::isnan(out[2]));
  CHECK(out[3] == static_cast<float>(std::log(2.0)));
}

}  // namespace
}  // namespace attnlab::normalization
