#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "normalization/norm.h"
#include "normalization/reference/norm.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"

namespace attnlab::normalization {
namespace {

using attnlab::testing::Fenced;
using attnlab::testing::Input;
using attnlab::testing::kNan;
using attnlab::testing::Random;
using attnlab::testing::ulps;
using linalg::ConstMatrix;
using linalg::Matrix;

// A result of the forward pass: within 1 ulp, or within what double rounding leaves of terms that
// cancel.
bool agrees(float actual, double expected, double terms) {
  if (std::isnan(expected)) {
    return std::isnan(actual);
  }
  return ulps(actual, expected) <= 1.0 ||
         std::abs(static_cast<double>(actual) - expected) <= 1e-13 * terms;
}

// A gradient, which is computed in float32: within 2^-21 of its terms.
bool gradient_agrees(float actual, double expected, double terms) {
  return attnlab::testing::close(actual, expected, 0x1p-21 * terms + 0x1p-140);
}

// Forward and backward of `rows` rows, in two calls to see that the sums go on, held to the twin.
void check(const std::vector<float>& values, Index rows, const NormOptions& options,
           std::size_t offset, Random& random) {
  const Index length = rows == 0 ? 0 : static_cast<Index>(values.size()) / rows;
  const Input x(values, offset);
  const Input gradient(random.values(values.size(), -2.0F, 3.0F), (offset + 1) % 4);
  Fenced out(values.size(), offset);
  Fenced d_x(values.size(), offset);
  const auto count = static_cast<std::size_t>(options.layout.count);
  Fenced d_gamma(count);
  Fenced d_beta(count);
  std::vector<double> memory(norm_workspace(options), std::nan(""));
  const RowParameters workspace = make_norm_workspace(options, memory);
  start_norm(options, workspace);
  const Index half = rows / 2;
  for (const auto& [first, size] : {std::pair{Index{0}, half}, std::pair{half, rows - half}}) {
    const Index at = first * length;
    norm({x.data() + at, size, length}, options, first, workspace, {out.data() + at, size, length});
    norm_backward({x.data() + at, size, length}, {gradient.data() + at, size, length}, options,
                  first, workspace, {d_x.data() + at, size, length});
  }
  finish_norm(options, workspace, d_gamma.data(), d_beta.data());
  CHECK(out.intact());
  CHECK(d_x.intact());
  CHECK(d_gamma.intact());
  CHECK(d_beta.intact());

  INFO("rows " << rows << ", length " << length << ", count " << count << ", groups "
               << options.layout.groups << ", run " << options.layout.run);
  const bool with_parameters = options.gamma != nullptr || options.beta != nullptr;
  reference::ParameterGradient expected_gamma(with_parameters ? count : 0);
  reference::ParameterGradient expected_beta(with_parameters ? count : 0);
  Index wrong = 0;
  for (Index i = 0; i < rows; ++i) {
    const auto size = static_cast<std::size_t>(length);
    const std::span<const float> row(x.data() + i * length, size);
    const std::vector<double> y = reference::norm(row, options, i);
    const auto [expected, terms] = reference::norm_backward(
        row, {gradient.data() + i * length, size}, options, i, expected_gamma, expected_beta);
    for (std::size_t j = 0; j < size; ++j) {
      const auto e = static_cast<std::size_t>(i * length) + j;
      const double beta = std::abs(reference::beta_of(options, i, j));
      wrong += agrees(out.values()[e], y[j], 1.0 + 2.0 * beta) ? 0 : 1;
      wrong += gradient_agrees(d_x.values()[e], expected[j], terms[j]) ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
  // The sum for a parameter that is not given need not be there.
  const auto count_wrong = [&](Fenced& actual, const reference::ParameterGradient& expected) {
    for (std::size_t p = 0; p < count; ++p) {
      wrong += gradient_agrees(actual.values()[p], expected.sums[p], expected.terms[p]) ? 0 : 1;
    }
  };
  if (options.gamma != nullptr) {
    count_wrong(d_gamma, expected_gamma);
  }
  if (options.beta != nullptr) {
    count_wrong(d_beta, expected_beta);
  }
  CHECK(wrong == 0);
}

TEST_CASE("norm_backward: every length, layout and option, held to double") {
  Random random(31);
  std::size_t turn = 0;
  for (const Index length : {0, 1, 3, 7, 15, 16, 17, 63, 64, 65, 101, 768}) {
    for (const Index rows : {0, 1, 4, 6}) {
      for (int kind = 0; kind < 4; ++kind) {
        const ParameterLayout layouts[] = {{length, 1, 1},
                                           {2, 2, std::max(length, Index{1})},
                                           {3 * length, 3, 1},
                                           {2 * ((length + 2) / 3), 2, 3}};
        const ParameterLayout layout = layouts[kind];
        const auto count = static_cast<std::size_t>(layout.count);
        const Input gamma(random.values(count, -1.5F, 1.5F), 1);
        const Input beta(random.values(count), 3);
        const Input mean(random.values(3), 0);
        const Input variance(random.values(3, 0.1F, 2.0F), 0);
        for (unsigned flags = 0; flags < 16; ++flags) {
          const bool given = (flags & 8U) != 0;
          const NormOptions options{.gamma = (flags & 1U) != 0 ? gamma.data() : nullptr,
                                    .beta = (flags & 2U) != 0 ? beta.data() : nullptr,
                                    .eps = 1e-5,
                                    .center = kind != 2 && (flags & 4U) != 0,
                                    .mean_square = kind != 2,
                                    .mean = given ? mean.data() : nullptr,
                                    .variance = given ? variance.data() : nullptr,
                                    .layout = layout};
          const auto size = static_cast<std::size_t>(rows * length);
          check(random.values(size, -3.0F, 5.0F), rows, options, turn++ % 4, random);
        }
      }
    }
  }
}

TEST_CASE("norm_backward: large offsets and magnitudes") {
  Random random(32);
  for (const float scale : {1e-30F, 1.0F, 1e30F}) {
    for (const float offset : {0.0F, 1e4F, 1e8F}) {
      std::vector<float> values = random.values(2 * 301, -50.0F, 50.0F);
      for (float& value : values) {
        value = (value + offset) * scale;
      }
      check(values, 2, {.eps = 0.0, .layout = {301}}, 0, random);
      check(values, 2, {.eps = 0.0, .center = false, .layout = {301}}, 0, random);
    }
  }
}

TEST_CASE("norm_backward: gradients that float32 sums cannot hold, and tiny ones") {
  Random random(35);
  const std::vector<float> x = random.values(3 * 77);
  for (const float scale : {1e-30F, 1e25F, 1e37F}) {
    std::vector<float> gradient = random.values(x.size(), -8.0F, 9.0F);
    for (float& value : gradient) {
      value *= scale;
    }
    const NormOptions options{.layout = {77}};
    std::vector<double> memory(norm_workspace(options));
    const RowParameters workspace = make_norm_workspace(options, memory);
    start_norm(options, workspace);
    Fenced d_x(x.size());
    norm_backward({x.data(), 3, 77}, {gradient.data(), 3, 77}, options, 0, workspace,
                  {d_x.data(), 3, 77});
    reference::ParameterGradient none(0);
    Index wrong = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const auto [expected, terms] = reference::norm_backward(
          std::span<const float>(x).subspan(77 * i, 77),
          std::span<const float>(gradient).subspan(77 * i, 77), options, 0, none, none);
      for (std::size_t j = 0; j < 77; ++j) {
        wrong += gradient_agrees(d_x.values()[77 * i + j], expected[j], terms[j]) ? 0 : 1;
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("norm_backward: many rows give the same gradients to the bit, however they are cut") {
  constexpr Index kRows = 150;
  constexpr Index kLength = 21;
  Random random(36);
  const std::vector<float> x = random.values(kRows * kLength, -3.0F, 5.0F);
  const std::vector<float> gradient = random.values(x.size(), -2.0F, 3.0F);
  for (const Index groups : {1, 2}) {
    const auto count = static_cast<std::size_t>(groups * kLength);
    const std::vector<float> gamma = random.values(count);
    const NormOptions options{
        .gamma = gamma.data(), .beta = gamma.data(), .layout = {groups * kLength, groups, 1}};
    std::vector<std::vector<float>> results;
    for (const Index chunk : {Index{1}, Index{7}, Index{64}, kRows}) {
      std::vector<double> memory(norm_workspace(options));
      const RowParameters workspace = make_norm_workspace(options, memory);
      start_norm(options, workspace);
      std::vector<float> result(x.size() + 2 * count);
      for (Index first = 0; first < kRows; first += chunk) {
        const Index rows = std::min(chunk, kRows - first);
        const Index at = first * kLength;
        norm_backward({x.data() + at, rows, kLength}, {gradient.data() + at, rows, kLength},
                      options, first, workspace, {result.data() + at, rows, kLength});
      }
      finish_norm(options, workspace, result.data() + x.size(), result.data() + x.size() + count);
      results.push_back(result);
    }
    for (const std::vector<float>& result : results) {
      CHECK(result == results.front());
    }
    reference::ParameterGradient d_gamma(count);
    reference::ParameterGradient d_beta(count);
    for (Index i = 0; i < kRows; ++i) {
      const auto at = static_cast<std::size_t>(i * kLength);
      reference::norm_backward(std::span<const float>(x).subspan(at, kLength),
                               std::span<const float>(gradient).subspan(at, kLength), options, i,
                               d_gamma, d_beta);
    }
    const float* sums = results.front().data() + x.size();
    for (std::size_t p = 0; p < count; ++p) {
      CHECK(gradient_agrees(sums[p], d_gamma.sums[p], d_gamma.terms[p]));
      CHECK(gradient_agrees(sums[count + p], d_beta.sums[p], d_beta.terms[p]));
    }
  }
}

TEST_CASE("norm_backward: a constant row with eps 0 passes nothing on; NaN spoils its own row") {
  std::vector<float> values(3 * 17, 2.5F);
  Random random(33);
  const std::vector<float> gradient = random.values(values.size());
  for (std::size_t j = 17; j < 34; ++j) {
    values[j] = random.uniform(-1.0F, 1.0F);
  }
  values[40] = kNan;
  const NormOptions options{.eps = 0.0, .layout = {17}};
  std::vector<double> memory(norm_workspace(options));
  const RowParameters workspace = make_norm_workspace(options, memory);
  start_norm(options, workspace);
  Fenced d_x(values.size());
  norm_backward({values.data(), 3, 17}, {gradient.data(), 3, 17}, options, 0, workspace,
                {d_x.data(), 3, 17});
  for (std::size_t j = 0; j < 17; ++j) {
    CHECK(d_x.values()[j] == 0.0F);
    CHECK(std::isfinite(d_x.values()[17 + j]));
    CHECK(std::isnan(d_x.values()[34 + j]));
  }
}

TEST_CASE("add_norm: the sum, its norm, and one gradient for both summands") {
  Random random(34);
  for (const Index length : {1, 7, 64, 65}) {
    const auto size = static_cast<std::size_t>(3 * length);
    const std::vector<float> x = random.values(size);
    const std::vector<float> f = random.values(size);
    const std::vector<float> gradient = random.values(size);
    const std::vector<float> d_sum = random.values(size);
    std::vector<float> total(size);
    for (std::size_t e = 0; e < size; ++e) {
      total[e] = x[e] + f[e];
    }
    const std::vector<float> gamma = random.values(static_cast<std::size_t>(length));
    const NormOptions options{.gamma = gamma.data(), .layout = {length}};
    std::vector<double> memory(norm_workspace(options));
    const RowParameters workspace = make_norm_workspace(options, memory);
    start_norm(options, workspace);
    Fenced sum(size);
    Fenced out(size);
    Fenced plain(size);
    add_norm({x.data(), 3, length}, f.data(), options, 0, workspace, sum.data(),
             {out.data(), 3, length});
    norm({total.data(), 3, length}, options, 0, workspace, {plain.data(), 3, length});
    Fenced d_x(size);
    Fenced d_f(size);
    Fenced d_plain(size);
    add_norm_backward({x.data(), 3, length}, f.data(), {gradient.data(), 3, length}, d_sum.data(),
                      options, 0, workspace, {d_x.data(), 3, length}, d_f.data());
    norm_backward({total.data(), 3, length}, {gradient.data(), 3, length}, options, 0, workspace,
                  {d_plain.data(), 3, length});
    for (std::size_t e = 0; e < size; ++e) {
      CHECK(sum.values()[e] == total[e]);
      CHECK(out.values()[e] == plain.values()[e]);
      CHECK(d_x.values()[e] == d_plain.values()[e] + d_sum[e]);
      CHECK(d_f.values()[e] == d_x.values()[e]);
    }
    CHECK(sum.intact());
    CHECK(d_f.intact());
  }
}

// Rows of all kinds: one that is constant, some that float32 cannot hold, NaN, and common ones
// between them.
std::vector<float> mixed_rows(Index rows, Index length, Random& random) {
  constexpr float kScales[] = {1.0F, 1.0F, 1e-25F, 1.0F, 0.0F, 1e25F, 1.0F, kNan};
  std::vector<float> values = random.values(static_cast<std::size_t>(rows * length), -3.0F, 5.0F);
  for (Index e = 0; e < rows * length; ++e) {
    values[static_cast<std::size_t>(e)] *= kScales[e / length % 8];
  }
  return values;
}

TEST_CASE(
    "add_norm_backward: the gradient of the sum to the bit, for rows and layouts of all kinds") {
  constexpr Index kRows = 40;  // more than are added up in float32
  Random random(37);
  for (const Index length : {1, 9, 64, 65, 770}) {
    const auto size = static_cast<std::size_t>(kRows * length);
    const std::vector<float> x = mixed_rows(kRows, length, random);
    const std::vector<float> f = mixed_rows(kRows, length, random);
    const std::vector<float> gradient = random.values(size);
    std::vector<float> total(size);
    std::transform(x.begin(), x.end(), f.begin(), total.begin(), std::plus<>());
    for (const ParameterLayout& layout :
         {ParameterLayout{length, 1, 1}, ParameterLayout{3 * length, 3, 1},
          ParameterLayout{2, 2, length}, ParameterLayout{2 * ((length + 2) / 3), 2, 3}}) {
      const auto count = static_cast<std::size_t>(layout.count);
      const std::vector<float> gamma = random.values(count, -1.5F, 1.5F);
      const std::vector<float> mean = random.values(3);
      const std::vector<float> variance = random.values(3, 0.1F, 2.0F);
      for (unsigned flags = 0; flags < 8; ++flags) {
        const bool given = (flags & 4U) != 0;
        const NormOptions options{.gamma = (flags & 1U) != 0 ? gamma.data() : nullptr,
                                  .beta = (flags & 1U) != 0 ? gamma.data() : nullptr,
                                  .center = (flags & 2U) != 0,
                                  .mean = given ? mean.data() : nullptr,
                                  .variance = given ? variance.data() : nullptr,
                                  .layout = layout};
        // d_x, d_gamma, d_beta; of the sum itself, or of the two it is made of, in two calls.
        const auto gradients = [&](bool of_sum) {
          std::vector<double> memory(norm_workspace(options));
          const RowParameters workspace = make_norm_workspace(options, memory);
          start_norm(options, workspace);
          std::vector<float> result(size + 2 * count);
          constexpr Index kCut = 17;
          for (const auto& [first, rows] : {std::pair{Index{0}, kCut}, {kCut, kRows - kCut}}) {
            const Index at = first * length;
            const Matrix d_x(result.data() + at, rows, length);
            const ConstMatrix d_output(gradient.data() + at, rows, length);
            if (of_sum) {
              norm_backward({total.data() + at, rows, length}, d_output, options, first, workspace,
                            d_x);
            } else {
              add_norm_backward({x.data() + at, rows, length}, f.data() + at, d_output, nullptr,
                                options, first, workspace, d_x, nullptr);
            }
          }
          finish_norm(options, workspace, result.data() + size, result.data() + size + count);
          return result;
        };
        INFO("length " << length << ", groups " << layout.groups << ", run " << layout.run
                       << ", flags " << flags);
        CHECK(attnlab::testing::same_bits(gradients(false), gradients(true)));
      }
    }
  }
}

TEST_CASE("batch_statistics: moments and running moments") {
  const std::vector<float> x{1.0F, 2.0F, 3.0F, 6.0F, 1e8F + 8, 1e8F + 16, 1e8F + 24, 1e8F + 32};
  std::vector<float> mean(2);
  std::vector<float> variance(2);
  std::vector<float> running_mean{0.0F, 10.0F};
  std::vector<float> running_variance{1.0F, 2.0F};
  batch_statistics({x.data(), 2, 4}, 0.1,
                   {mean.data(), variance.data(), running_mean.data(), running_variance.data()});
  CHECK(mean == std::vector<float>{3.0F, 1e8F + 20});
  CHECK(variance == std::vector<float>{3.5F, 80.0F});
  CHECK(running_mean[0] == static_cast<float>(0.9 * 0.0 + 0.1 * 3.0));
  CHECK(running_variance[0] == static_cast<float>(0.9 + 0.1 * 3.5 * 4.0 / 3.0));
  CHECK(running_variance[1] == static_cast<float>(0.9 * 2.0 + 0.1 * 80.0 * 4.0 / 3.0));
  batch_statistics({x.data(), 2, 1}, 1.0,
                   {mean.data(), variance.data(), running_mean.data(), running_variance.data()});
  CHECK(running_variance == std::vector<float>{0.0F, 0.0F});
}

}  // namespace
}  // namespace attnlab::normalization
