#include "normalization/entropy.h"

#include <cmath>
#include <limits>
#include <vector>

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
using testing::Fenced;
using testing::Input;
using testing::kInfinity;
using testing::kInputs;
using testing::kNan;
using testing::Random;

constexpr std::size_t kLengths[] = {1, 2, 3, 7, 15, 16, 17, 63, 64, 65, 101, 521, 4096};

double entropy_of(const std::vector<float>& row, RowInput input, std::size_t offset = 0) {
  const Input x(row, offset);
  Fenced out(1);
  entropy(ConstMatrix(x.data(), 1, static_cast<Index>(row.size())), input, out.values());
  CHECK(out.intact());
  return static_cast<double>(out.values()[0]);
}

TEST_CASE("entropy: every length and misalignment, within the bounds of entropy.cpp") {
  Random random(51);
  for (const RowInput input : kInputs) {
    double worst = 0.0;
    for (const std::size_t length : kLengths) {
      for (std::size_t turn = 0; turn < 8; ++turn) {
        const std::vector<float> row = testing::draw_row(random, input, length);
        const double expected = reference::entropy(testing::widened(row), input);
        const double error = std::abs(entropy_of(row, input, turn % 4) - expected);
        // Logits whose exponentials underflow in float32 are nothing here.
        const double underflow = 100.0 * static_cast<double>(length) * 0x1p-126;
        worst = std::max(worst, (error - underflow) / std::max(expected, 1e-300));
      }
    }
    CHECK(worst < (input == RowInput::kProbabilities ? 1e-6 : 2e-6));
  }
}

TEST_CASE("entropy: exact at zeros, one-hot rows and equal rows") {
  for (const std::size_t length : kLengths) {
    std::vector<float> row(length, 0.0F);
    row[length / 2] = 3.0F;
    CHECK(entropy_of(row, RowInput::kProbabilities) == 0.0);
    row.assign(length, -kInfinity);
    row[length / 3] = -8.0F;
    CHECK(entropy_of(row, RowInput::kLogits) == 0.0);
    for (const float value : {1.0F, 0.3F, 1e-45F, 1e-39F, 3e38F}) {
      row.assign(length, value);
      const auto expected = static_cast<double>(std::log(static_cast<float>(length)));
      CHECK(entropy_of(row, RowInput::kProbabilities) == Approx(expected).epsilon(2e-7));
      CHECK(entropy_of(row, RowInput::kLogits) == Approx(expected).epsilon(2e-7));
    }
  }
  const double with = entropy_of({0.5F, 0.0F, 0.3F, 0.0F, 0.2F, 0.0F}, RowInput::kProbabilities);
  CHECK(with == entropy_of({0.5F, 0.3F, 0.2F}, RowInput::kProbabilities));
  CHECK(with == Approx(1.0296530141).epsilon(1e-7));
}

TEST_CASE("entropy: keeps its relative accuracy next to one-hot and far from a sum of 1") {
  for (const float rest : {1e-3F, 1e-7F, 1e-12F, 1e-30F, 1e-38F}) {
    const double expected =
        reference::entropy({1.0, static_cast<double>(rest), 0.0}, RowInput::kProbabilities);
    CHECK(entropy_of({1.0F, rest, 0.0F}, RowInput::kProbabilities) ==
          Approx(expected).epsilon(1e-6));
  }
  CHECK(entropy_of({1e30F, 1e24F}, RowInput::kProbabilities) ==
        Approx(reference::entropy({1.0, 1e-6}, RowInput::kProbabilities)).epsilon(1e-6));
  CHECK(entropy_of({3e38F, -3e38F, 3e38F}, RowInput::kLogits) ==
        Approx(std::log(2.0)).epsilon(1e-7));
}

TEST_CASE("entropy: rows that are no distribution give NaN, and only they") {
  const float bad[] = {kNan, kInfinity, -1.0F, -1e-45F};
  for (const float value : bad) {
    const std::vector<float> values{0.2F, 0.8F, 0.1F, value, 0.4F, 0.1F, 1.0F, 1.0F, 0.0F};
    Fenced out(3);
    entropy(ConstMatrix(values.data(), 3, 3), RowInput::kProbabilities, out.values());
    CHECK(std::isfinite(out.values()[0]));
    CHECK(std::isnan(out.values()[1]));
    CHECK(std::isfinite(out.values()[2]));
  }
  CHECK(std::isnan(entropy_of({0.0F, 0.0F, -0.0F}, RowInput::kProbabilities)));
  CHECK(std::isnan(entropy_of({-kInfinity, -kInfinity}, RowInput::kLogits)));
  CHECK(std::isnan(entropy_of({kNan, 0.0F}, RowInput::kLogits)));
  CHECK(std::isnan(entropy_of({0.0F, 1.0F, 2.0F, 3.0F, kInfinity}, RowInput::kLogits)));
  CHECK(std::isnan(entropy_of({}, RowInput::kProbabilities)));
  CHECK(entropy_of({-0.0F, 2.0F}, RowInput::kProbabilities) == 0.0);
}

TEST_CASE("entropy_backward: finite differences in double") {
  Random random(52);
  for (const RowInput input : kInputs) {
    for (const Index length : {2, 3, 7, 16, 33}) {
      std::vector<float> row = random.values(static_cast<std::size_t>(length), 0.05F, 3.0F);
      const Input x(row, 1);
      const float incoming = random.uniform(-2.0F, 2.0F);
      Fenced dx(row.size(), 3);
      entropy_backward(ConstMatrix(x.data(), 1, length), {&incoming, 1}, input,
                       Matrix(dx.data(), 1, length));
      CHECK(dx.intact());
      const reference::Row expected =
          reference::numerical_gradient(testing::widened(row), {static_cast<double>(incoming)},
                                        1e-5, [&](const reference::Row& moved) {
                                          return reference::Row{reference::entropy(moved, input)};
                                        });
      for (std::size_t j = 0; j < row.size(); ++j) {
        CHECK(std::abs(static_cast<double>(dx.values()[j]) - expected[j]) < 2e-6);
      }
    }
  }
}

TEST_CASE("entropy_backward: zeros, hidden logits, rows that are no distribution") {
  const std::vector<float> p{0.5F, 0.0F, 0.5F, 1.0F, -1.0F, 1.0F, 0.0F, 1.0F, 0.0F};
  const std::vector<float> g{-2.0F, 1.0F, 0.0F};
  Fenced dx(9);
  entropy_backward(ConstMatrix(p.data(), 3, 3), g, RowInput::kProbabilities,
                   Matrix(dx.data(), 3, 3));
  CHECK(dx.values()[0] == 0.0F);
  CHECK(dx.values()[1] == -kInfinity);
  for (std::size_t j = 3; j < 6; ++j) {
    CHECK(std::isnan(dx.values()[j]));
  }
  for (std::size_t j = 6; j < 9; ++j) {
    CHECK(dx.values()[j] == 0.0F);
  }
  const std::vector<float> x{1.0F, -kInfinity, 0.0F};
  Fenced hidden(3);
  entropy_backward(ConstMatrix(x.data(), 1, 3), {g.data(), 1}, RowInput::kLogits,
                   Matrix(hidden.data(), 1, 3));
  CHECK(hidden.values()[1] == 0.0F);
  CHECK(hidden.values()[0] == Approx(-hidden.values()[2]));
}

}  // namespace
}  // namespace attnlab::normalization
