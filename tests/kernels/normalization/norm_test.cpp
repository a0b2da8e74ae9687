#include "normalization/reference/norm.h"

#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "normalization/run_norm.h"
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
using testing::layer_norm;
using testing::rms_norm;

constexpr Index kLengths[] = {0, 1, 3, 7, 15, 16, 17, 63, 64, 65, 101, 768};

// Within 1 ulp of the double result; beside it, what double rounding of the intermediate values may
// leave where the result nearly cancels (1e-14 of the terms that cancel).
bool within_one_ulp(float actual, double expected, double terms) {
  if (std::isnan(expected)) {
    return std::isnan(actual);
  }
  return attnlab::testing::ulps(actual, expected) <= 1.0 ||
         std::abs(static_cast<double>(actual) - expected) <= 1e-14 * terms;
}

enum class Kind : std::uint8_t { kLayerNorm, kRmsNorm };

void check(Kind kind, const std::vector<float>& values, Index rows, NormOptions options,
           std::size_t offset = 0) {
  const Index length = rows == 0 ? 0 : static_cast<Index>(values.size()) / rows;
  const Input x(values, offset);
  Fenced out(values.size(), offset);
  const auto kernel = kind == Kind::kLayerNorm ? layer_norm : rms_norm;
  kernel(ConstMatrix(x.data(), rows, length), options, Matrix(out.data(), rows, length));
  INFO("rows " << rows << ", length " << length << ", eps " << options.eps << ", center "
               << options.center);
  CHECK(out.intact());
  Index wrong = 0;
  for (Index i = 0; i < rows; ++i) {
    const std::span<const float> row(x.data() + i * length, static_cast<std::size_t>(length));
    const std::vector<double> expected = kind == Kind::kLayerNorm
                                             ? reference::layer_norm(row, options)
                                             : reference::rms_norm(row, options);
    for (Index j = 0; j < length; ++j) {
      const auto e = static_cast<std::size_t>(j);
      const double beta =
          options.beta == nullptr ? 0.0 : std::abs(static_cast<double>(options.beta[j]));
      const double terms = 1.0 + 2.0 * beta;
      wrong += within_one_ulp(out.data()[i * length + j], expected[e], terms) ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("layer_norm, rms_norm: every length, misalignment and option, within 1 ulp of double") {
  Random random(21);
  std::size_t turn = 0;
  for (const Index length : kLengths) {
    const Input gamma(random.values(static_cast<std::size_t>(length), 0.5F, 1.5F), 1);
    const Input beta(random.values(static_cast<std::size_t>(length)), 3);
    for (const bool center : {true, false}) {
      for (const bool with_gamma : {true, false}) {
        for (const bool with_beta : {true, false}) {
          const NormOptions options{.gamma = with_gamma ? gamma.data() : nullptr,
                                    .beta = with_beta ? beta.data() : nullptr,
                                    .eps = 1e-5,
                                    .center = center};
          const std::vector<float> values =
              random.values(static_cast<std::size_t>(3 * length), -3.0F, 5.0F);
          check(Kind::kLayerNorm, values, 3, options, turn++ % 4);
          check(Kind::kRmsNorm, values, 3, options, turn++ % 4);
        }
      }
    }
  }
  check(Kind::kLayerNorm, {}, 0, {});
}

TEST_CASE("layer_norm, rms_norm: golden values") {
  const std::vector<float> x{1.0F, 2.0F, 4.0F, -3.0F};
  std::array<float, 4> out{};
  layer_norm(ConstMatrix(x.data(), 1, 4), {}, Matrix(out.data(), 1, 4));
  const std::array<double, 4> layer{0.0, 0.39223197, 1.17669591, -1.56892787};
  rms_norm(ConstMatrix(x.data(), 1, 4), {}, Matrix(out.data(), 1, 4));
  const std::array<double, 4> rms{0.36514813, 0.73029626, 1.46059251, -1.09544438};
  for (std::size_t j = 0; j < 4; ++j) {
    CHECK(std::abs(static_cast<double>(out[j]) - rms[j]) < 1.5e-7);
  }
  layer_norm(ConstMatrix(x.data(), 1, 4), {}, Matrix(out.data(), 1, 4));
  for (std::size_t j = 0; j < 4; ++j) {
    CHECK(std::abs(static_cast<double>(out[j]) - layer[j]) < 1.5e-7);
  }
}

TEST_CASE("layer_norm: large offsets, magnitudes and denormals") {
  Random random(22);
  for (const double eps : {0.0, 1e-12, 1e-5, 1.0}) {
    for (const float scale : {1e-42F, 1e-30F, 1e-3F, 1e8F, 1e30F}) {
      std::vector<float> values = random.values(2 * 301);
      for (float& value : values) {
        value *= scale;
      }
      check(Kind::kLayerNorm, values, 2, {.eps = eps});
      check(Kind::kRmsNorm, values, 2, {.eps = eps});
    }
    std::vector<float> offset = random.values(2 * 301, -50.0F, 50.0F);
    for (float& value : offset) {
      value += 1e8F;
    }
    check(Kind::kLayerNorm, offset, 2, {.eps = eps});
    offset[0] = -1e8F;  // the entry that all others are taken relative to
    check(Kind::kLayerNorm, offset, 2, {.eps = eps});
  }
}

TEST_CASE("layer_norm: rows of 4096 keep their statistics") {
  Random random(23);
  std::vector<float> values = random.values(4096, 1000.0F, 1000.5F);
  check(Kind::kLayerNorm, values, 1, {.eps = 0.0});
  check(Kind::kRmsNorm, values, 1, {.eps = 0.0});
}

TEST_CASE("layer_norm: a constant row gives exactly beta at any offset and eps") {
  Random random(24);
  for (const Index length : {1, 3, 5, 16, 67}) {
    const std::vector<float> gamma = random.values(static_cast<std::size_t>(length));
    const std::vector<float> beta = random.values(static_cast<std::size_t>(length));
    for (const float offset : {0.0F, 1.0F, -0.1F, 1e8F, 3e38F, 1e-45F}) {
      for (const double eps : {0.0, 1e-300, 1e-5, 10.0}) {
        const std::vector<float> x(static_cast<std::size_t>(length), offset);
        Fenced out(x.size());
        layer_norm(ConstMatrix(x.data(), 1, length),
                   {.gamma = gamma.data(), .beta = beta.data(), .eps = eps},
                   Matrix(out.data(), 1, length));
        for (std::size_t j = 0; j < x.size(); ++j) {
          REQUIRE(out.values()[j] == beta[j]);
        }
      }
    }
  }
}

TEST_CASE("layer_norm: an entry that equals the mean gives exactly 0") {
  // Factors of many sizes: with a fused multiply-add, rounding would show in most of them.
  for (int step = 1; step < 200; ++step) {
    for (const float offset : {0.0F, 30.0F, 1e8F}) {
      const float apart = 8.0F * static_cast<float>(step);
      const std::vector<float> x{offset - apart, offset, offset + apart};
      Fenced out(3);
      layer_norm(ConstMatrix(x.data(), 1, 3), {}, Matrix(out.data(), 1, 3));
      REQUIRE(out.values()[1] == 0.0F);
    }
  }
}

TEST_CASE("rms_norm: a zero row gives exactly beta, or 0 without it") {
  const std::vector<float> x(9, 0.0F);
  const std::vector<float> beta{1, 2, 3, 4, 5, 6, 7, 8, 9};
  for (const double eps : {0.0, 1e-5}) {
    Fenced out(9);
    rms_norm(ConstMatrix(x.data(), 1, 9), {.beta = beta.data(), .eps = eps},
             Matrix(out.data(), 1, 9));
    for (std::size_t j = 0; j < 9; ++j) {
      CHECK(out.values()[j] == beta[j]);
    }
    rms_norm(ConstMatrix(x.data(), 1, 9), {.eps = eps}, Matrix(out.data(), 1, 9));
    for (const float value : out.values()) {
      CHECK(value == 0.0F);
    }
  }
}

TEST_CASE("layer_norm, rms_norm: NaN and infinity spoil their own row and no other") {
  Random random(25);
  for (const auto kernel : {layer_norm, rms_norm}) {
    for (const float odd : {kNan, kInfinity, -kInfinity}) {
      for (const std::size_t position : {19U, 30U, 37U}) {
        std::vector<float> values = random.values(57);
        values[position] = odd;
        Fenced out(57);
        kernel(ConstMatrix(values.data(), 3, 19), {}, Matrix(out.data(), 3, 19));
        for (std::size_t e = 0; e < 57; ++e) {
          const bool own_row = e >= 19 && e < 38;
          CHECK((std::isfinite(out.values()[e]) || own_row));
          CHECK((!own_row || std::isnan(odd) ? std::isnan(out.values()[e]) == own_row : true));
        }
      }
    }
  }
}

TEST_CASE("layer_norm, rms_norm: a row has the same bits alone and among others") {
  Random random(27);
  for (const Index length : {1, 5, 8, 13, 64, 771}) {
    const auto size = static_cast<std::size_t>(length);
    const std::vector<float> gamma = random.values(size);
    const std::vector<float> beta = random.values(size);
    std::vector<float> values = random.values(6 * size);
    // Row 1 has a large offset, row 2 is huge, row 3 tiny, row 4 zero: done in other ways than
    // their neighbors.
    for (std::size_t j = 0; j < size; ++j) {
      values[size + j] += 1e7F;
      values[2 * size + j] *= 1e28F;
      values[3 * size + j] *= 1e-35F;
      values[4 * size + j] = 0.0F;
    }
    for (const auto kernel : {layer_norm, rms_norm}) {
      for (const int given : {0, 1, 2, 3}) {
        const NormOptions options{.gamma = given % 2 == 0 ? nullptr : gamma.data(),
                                  .beta = given < 2 ? nullptr : beta.data(),
                                  .eps = 0.0};
        Fenced together(values.size());
        Fenced alone(values.size());
        kernel(ConstMatrix(values.data(), 6, length), options, Matrix(together.data(), 6, length));
        for (Index i = 0; i < 6; ++i) {
          kernel(ConstMatrix(values.data() + i * length, 1, length), options,
                 Matrix(alone.data() + i * length, 1, length));
        }
        CHECK(attnlab::testing::same_bits(together.values(), alone.values()));
      }
    }
  }
}

TEST_CASE("norm: rows in turn have their own part of gamma and beta") {
  Random random(28);
  const std::vector<float> gamma = random.values(2 * 19);
  const std::vector<float> beta = random.values(2 * 19);
  const std::vector<float> values = random.values(6 * 19);
  for (const bool center : {true, false}) {
    for (const bool with_beta : {true, false}) {
      const NormOptions options{.gamma = gamma.data(),
                                .beta = with_beta ? beta.data() : nullptr,
                                .center = center,
                                .layout = {.count = 38, .groups = 2}};
      Fenced together(values.size());
      Fenced alone(values.size());
      testing::run_norm(ConstMatrix(values.data(), 6, 19), options, Matrix(together.data(), 6, 19));
      for (Index i = 0; i < 6; ++i) {
        const Index part = i % 2 * 19;
        layer_norm(ConstMatrix(values.data() + i * 19, 1, 19),
                   {.gamma = gamma.data() + part,
                    .beta = with_beta ? beta.data() + part : nullptr,
                    .center = center},
                   Matrix(alone.data() + i * 19, 1, 19));
      }
      CHECK(attnlab::testing::same_bits(together.values(), alone.values()));
    }
  }
}

TEST_CASE("layer_norm without centering is rms_norm") {
  Random random(26);
  const std::vector<float> values = random.values(3 * 45, 2.0F, 3.0F);
  Fenced left(values.size());
  Fenced right(values.size());
  layer_norm(ConstMatrix(values.data(), 3, 45), {.center = false}, Matrix(left.data(), 3, 45));
  rms_norm(ConstMatrix(values.data(), 3, 45), {}, Matrix(right.data(), 3, 45));
  for (std::size_t e = 0; e < values.size(); ++e) {
    CHECK(left.values()[e] == right.values()[e]);
  }
}

}  // namespace
}  // namespace attnlab::normalization
