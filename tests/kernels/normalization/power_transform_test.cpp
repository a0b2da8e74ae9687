#include "normalization/power_transform.h"

#include <cmath>
#include <numeric>
#include <vector>

#include "normalization/power_weights.h"
#include "normalization/reference/probability.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"
#include "support/rows.h"

namespace attnlab::normalization {
namespace {

using linalg::ConstMatrix;
using linalg::Matrix;
using testing::close;
using testing::Fenced;
using testing::Input;
using testing::kInfinity;
using testing::kInputs;
using testing::kNan;
using testing::Random;

constexpr double kUlp = 0x1p-23;
constexpr std::size_t kLengths[] = {0, 1, 2, 3, 7, 15, 16, 17, 63, 64, 65, 101, 521};
constexpr double kExponents[] = {1.0,   0.3,  2.5,   40.0,   0.0,   -0.7, -3.0,
                                 1e-30, 1e30, 1e-35, -1e-35, -1e30, 1e35};

std::vector<float> transformed(const std::vector<float>& row, RowInput input, double exponent,
                               std::size_t offset = 0) {
  const Input x(row, offset);
  Fenced out(row.size(), offset);
  const auto length = static_cast<Index>(row.size());
  power_transform(ConstMatrix(x.data(), 1, length), input, exponent, Matrix(out.data(), 1, length));
  CHECK(out.intact());
  return {out.values().begin(), out.values().end()};
}

TEST_CASE("power_transform: every length, misalignment, input and exponent") {
  Random random(61);
  std::size_t turn = 0;
  for (const RowInput input : kInputs) {
    for (const std::size_t length : kLengths) {
      for (const double exponent : kExponents) {
        const std::vector<float> row = testing::draw_row(random, input, length);
        const std::vector<float> actual = transformed(row, input, exponent, turn++ % 4);
        if (length == 0) {
          continue;
        }
        const reference::Row wide = testing::widened(row);
        const reference::Row expected = reference::power_transform(wide, input, exponent);
        const double largest = *std::max_element(expected.begin(), expected.end());
        int wrong = 0;
        for (std::size_t j = 0; j < length; ++j) {
          const double distance = expected[j] > 0.0 ? std::log(largest / expected[j]) : 0.0;
          const double tolerance = (8.0 + 2.0 * distance) * kUlp * expected[j] + 1e-37;
          wrong += close(actual[j], expected[j], tolerance) ? 0 : 1;
        }
        INFO("length " << length << ", exponent " << exponent);
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("power_transform: zeros stay zeros, exponent 0 is uniform on the support") {
  const std::vector<float> row{0.0F, 0.5F, 0.0F, 0.25F, 0.25F, -0.0F};
  CHECK(transformed(row, RowInput::kProbabilities, 0.0) ==
        std::vector<float>{0.0F, 1.0F / 3.0F, 0.0F, 1.0F / 3.0F, 1.0F / 3.0F, 0.0F});
  CHECK(transformed(row, RowInput::kProbabilities, 1.0) ==
        std::vector<float>{0.0F, 0.5F, 0.0F, 0.25F, 0.25F, 0.0F});
  CHECK(transformed(row, RowInput::kProbabilities, -1.0) ==
        std::vector<float>{0.0F, 0.2F, 0.0F, 0.4F, 0.4F, 0.0F});
  CHECK(transformed({1.0F, -kInfinity, 1.0F}, RowInput::kLogits, -2.0) ==
        std::vector<float>{0.5F, 0.0F, 0.5F});
}

TEST_CASE("power_transform: magnitudes at the ends of float32") {
  CHECK(transformed({1e-45F, 3e38F}, RowInput::kProbabilities, 0.0) ==
        std::vector<float>{0.5F, 0.5F});
  const std::vector<float> tiny = transformed({1e-40F, 2e-40F}, RowInput::kProbabilities, 1.0);
  const auto ratio = static_cast<double>(1e-40F) / static_cast<double>(2e-40F);
  CHECK(close(tiny[0], ratio / (1.0 + ratio), 1e-6));
  CHECK(transformed({3e38F, -3e38F, 3e38F}, RowInput::kLogits, 1.0) ==
        std::vector<float>{0.5F, 0.0F, 0.5F});
  // Spreads that only an extreme exponent can see.
  const std::vector<float> far = transformed({3e38F, -3e38F}, RowInput::kLogits, 1e-38);
  CHECK(close(far[1], 1.0 / (1.0 + std::exp(6.0)), 1e-7));
  const std::vector<float> near = transformed({0.0F, -1e-42F}, RowInput::kLogits, 1e42);
  const double gap = 1e42 * static_cast<double>(1e-42F);
  CHECK(close(near[1], 1.0 / (1.0 + std::exp(gap)), 1e-6));
}

TEST_CASE("power_transform: rows that are no distribution give NaN, and only they") {
  for (const float value : {kNan, kInfinity, -1.0F}) {
    const std::vector<float> rows{0.2F, 0.8F, value, 0.5F, 1.0F, 1.0F};
    Fenced out(6);
    power_transform(ConstMatrix(rows.data(), 3, 2), RowInput::kProbabilities, 2.0,
                    Matrix(out.data(), 3, 2));
    for (std::size_t j = 0; j < 6; ++j) {
      CHECK(std::isnan(out.values()[j]) == (j == 2 || j == 3));
    }
  }
  CHECK(std::isnan(transformed({0.0F, 0.0F}, RowInput::kProbabilities, 1.0)[0]));
  CHECK(std::isnan(transformed({-kInfinity, -kInfinity}, RowInput::kLogits, 1.0)[1]));
}

TEST_CASE("moments: entropy, mean and variance in both precisions") {
  Random random(62);
  double worst_float = 0.0;
  double worst_double = 0.0;
  for (const std::size_t length : {1U, 3U, 17U, 64U, 255U, 256U, 257U, 1021U}) {
    for (const double gamma : {0.01, 0.5, 1.0, 3.0}) {
      std::vector<float> l = random.values(length, -9.0F, 0.0F);
      l[length / 2] = 0.0F;
      const reference::Row wide = testing::widened(l);
      const reference::Row q = reference::power_of_logarithms(wide, gamma);
      const double mean = std::inner_product(q.begin(), q.end(), wide.begin(), 0.0);
      double variance = 0.0;
      for (std::size_t j = 0; j < length; ++j) {
        variance += q[j] * (wide[j] - mean) * (wide[j] - mean);
      }
      const double expected = reference::entropy_of_distribution(q);
      const Input x(l, 1);
      const auto count = static_cast<Index>(length);
      for (const double center : {mean, 0.0, -20.0}) {
        const double size = 1.0 + gamma * std::abs(mean - center);
        const Moments single = moments_in_float(x.data(), count, gamma, center);
        worst_float = std::max(worst_float, std::abs(single.entropy(gamma) - expected) / size);
        const Moments precise = moments_in_double(x.data(), count, gamma, center);
        worst_double = std::max(worst_double, std::abs(precise.entropy(gamma) - expected) / size);
        CHECK(std::abs(precise.variance - variance) < 1e-9);
      }
      CHECK(std::abs(moments_in_float(x.data(), count, gamma, mean).variance - variance) <
            1e-5 * variance + 1e-12);
      CHECK(std::abs(moments_in_float(x.data(), count, gamma, mean).mean - mean) < 1e-6);
    }
  }
  CHECK(worst_float < 2e-6);
  CHECK(worst_double < 1e-11);
}

// Both gradients of one row against finite differences in double.
void check_gradient(const std::vector<float>& row, RowInput input, double exponent,
                    Random& random) {
  const std::vector<float> g = random.values(row.size());
  const auto length = static_cast<Index>(row.size());
  Fenced dx(row.size(), 1);
  Fenced workspace(power_transform_backward_workspace(length), 2);
  const double d_exponent =
      power_transform_backward(ConstMatrix(row.data(), 1, length), ConstMatrix(g.data(), 1, length),
                               input, exponent, Matrix(dx.data(), 1, length), workspace.values());
  CHECK((dx.intact() && workspace.intact()));
  const reference::Row wide = testing::widened(row);
  const reference::Row incoming = testing::widened(g);
  const reference::Row expected =
      reference::numerical_gradient(wide, incoming, 1e-5, [&](const reference::Row& moved) {
        return reference::power_transform(moved, input, exponent);
      });
  INFO("exponent " << exponent << ", length " << length);
  for (std::size_t j = 0; j < row.size(); ++j) {
    CHECK(std::abs(static_cast<double>(dx.values()[j]) - expected[j]) <
          4e-6 * (1.0 + std::abs(expected[j])));
  }
  const reference::Row slope =
      reference::numerical_gradient({exponent}, incoming, 1e-5, [&](const reference::Row& gamma) {
        return reference::power_transform(wide, input, gamma[0]);
      });
  CHECK(std::abs(d_exponent - slope[0]) < 2e-6);
}

TEST_CASE("power_transform_backward: finite differences in double") {
  Random random(63);
  for (const RowInput input : kInputs) {
    for (const std::size_t length : {1U, 2U, 3U, 7U, 16U, 33U}) {
      for (const double exponent : {1.0, 0.4, 3.0, -0.8}) {
        check_gradient(random.values(length, 0.2F, 2.0F), input, exponent, random);
      }
    }
  }
}

TEST_CASE("power_transform_backward: zeros are held, exponent 1 sees their slope") {
  const std::vector<float> p{0.5F, 0.0F, 1.5F};
  const std::vector<float> g{1.0F, 2.0F, -1.0F};
  Fenced dx(3);
  Fenced workspace(3);
  const auto run = [&](double exponent) {
    return power_transform_backward(ConstMatrix(p.data(), 1, 3), ConstMatrix(g.data(), 1, 3),
                                    RowInput::kProbabilities, exponent, Matrix(dx.data(), 1, 3),
                                    workspace.values());
  };
  for (const double exponent : {2.0, 0.5}) {
    CHECK(std::isfinite(run(exponent)));
    CHECK(dx.values()[1] == 0.0F);
  }
  // q = p / sum p: dp_j = (g_j - sum q g) / sum p, sum q g = -1/2, sum p = 2.
  run(1.0);
  CHECK(dx.values()[0] == Approx(0.75));
  CHECK(dx.values()[1] == Approx(1.25));
  CHECK(dx.values()[2] == Approx(-0.25));
}

}  // namespace
}  // namespace attnlab::normalization
