// sparsemax and 1.5-entmax.
#include <cmath>
#include <numeric>
#include <vector>

#include "normalization/entmax15.h"
#include "normalization/reference/probability.h"
#include "normalization/sparsemax.h"
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
using testing::kNan;
using testing::Random;

struct Kind {
  const char* name;
  void (*forward)(const ConstMatrix&, Matrix);
  void (*backward)(const ConstMatrix&, const ConstMatrix&, Matrix);
  reference::Row (*twin)(const reference::Row&);
};

const Kind kKinds[] = {{"sparsemax", sparsemax, sparsemax_backward, reference::sparsemax},
                       {"entmax15", entmax15, entmax15_backward, reference::entmax15}};
constexpr std::size_t kLengths[] = {1, 2, 3, 7, 15, 16, 17, 63, 64, 65, 101, 521, 4096};

std::vector<float> forward(const Kind& kind, const std::vector<float>& row,
                           std::size_t offset = 0) {
  const Input x(row, offset);
  Fenced out(row.size(), offset);
  const auto length = static_cast<Index>(row.size());
  kind.forward(ConstMatrix(x.data(), 1, length), Matrix(out.data(), 1, length));
  CHECK(out.intact());
  return {out.values().begin(), out.values().end()};
}

TEST_CASE("sparsemax, entmax15: every length and spread, within 1 ulp of double") {
  Random random(71);
  for (const Kind& kind : kKinds) {
    std::size_t turn = 0;
    for (const std::size_t length : kLengths) {
      for (const float spread : {1e-3F, 0.3F, 1.0F, 5.0F, 1e4F}) {
        const std::vector<float> row = random.values(length, 3.0F - spread, 3.0F + spread);
        const std::vector<float> actual = forward(kind, row, turn++ % 4);
        const reference::Row expected = kind.twin(testing::widened(row));
        int wrong = 0;
        for (std::size_t j = 0; j < length; ++j) {
          wrong += close(actual[j], expected[j], 0x1p-24 * expected[j] + 1e-13) ? 0 : 1;
        }
        INFO(kind.name << ", length " << length << ", spread " << spread);
        CHECK(wrong == 0);
        const double sum = std::accumulate(actual.begin(), actual.end(), 0.0);
        CHECK(std::abs(sum - 1.0) < 2e-7);
      }
    }
  }
}

TEST_CASE("sparsemax, entmax15: equal rows, far rows, hidden entries") {
  for (const Kind& kind : kKinds) {
    CHECK(forward(kind, {5.0F, 5.0F, 5.0F, 5.0F}) == std::vector<float>(4, 0.25F));
    CHECK(forward(kind, {3e38F, -3e38F}) == std::vector<float>{1.0F, 0.0F});
    CHECK(forward(kind, {-kInfinity, 1.0F, -kInfinity, 1.0F}) ==
          std::vector<float>{0.0F, 0.5F, 0.0F, 0.5F});
    CHECK(forward(kind, {-kInfinity, -kInfinity}) == std::vector<float>{0.0F, 0.0F});
    CHECK(forward(kind, {}).empty());
  }
  CHECK(forward(kKinds[0], {0.0F, 0.5F}) == std::vector<float>{0.25F, 0.75F});
  CHECK(forward(kKinds[0], {0.0F, 1.0F}) == std::vector<float>{0.0F, 1.0F});
  CHECK(forward(kKinds[1], {0.0F, 2.0F}) == std::vector<float>{0.0F, 1.0F});
}

TEST_CASE("sparsemax, entmax15: NaN and +infinity spoil their own row and no other") {
  for (const Kind& kind : kKinds) {
    for (const float odd : {kNan, kInfinity}) {
      const std::vector<float> rows{1.0F, 2.0F, odd, 1.0F, 0.0F, 0.0F};
      const std::vector<float> g(6, 1.0F);
      Fenced out(6);
      Fenced dx(6);
      kind.forward(ConstMatrix(rows.data(), 3, 2), Matrix(out.data(), 3, 2));
      kind.backward(ConstMatrix(rows.data(), 3, 2), ConstMatrix(g.data(), 3, 2),
                    Matrix(dx.data(), 3, 2));
      for (std::size_t j = 0; j < 6; ++j) {
        CHECK(std::isnan(out.values()[j]) == (j == 2 || j == 3));
        CHECK(std::isnan(dx.values()[j]) == (j == 2 || j == 3));
      }
    }
  }
}

TEST_CASE("sparsemax_backward, entmax15_backward: finite differences in double") {
  Random random(72);
  for (const Kind& kind : kKinds) {
    for (const std::size_t length : {1U, 2U, 3U, 7U, 16U, 33U}) {
      const std::vector<float> row = random.values(length, -1.0F, 1.0F);
      const std::vector<float> g = random.values(length);
      const auto count = static_cast<Index>(length);
      Fenced dx(length, 1);
      kind.backward(ConstMatrix(row.data(), 1, count), ConstMatrix(g.data(), 1, count),
                    Matrix(dx.data(), 1, count));
      CHECK(dx.intact());
      const reference::Row expected = reference::numerical_gradient(
          testing::widened(row), testing::widened(g), 1e-6, kind.twin);
      for (std::size_t j = 0; j < length; ++j) {
        CHECK(std::abs(static_cast<double>(dx.values()[j]) - expected[j]) < 2e-6);
      }
    }
  }
}

TEST_CASE(
    "sparsemax_backward, entmax15_backward: what lies outside of the support is not looked at") {
  const std::vector<float> row{0.0F, 4.0F, 4.0F};
  const std::vector<float> g{kNan, 3.0F, 1.0F};
  for (const Kind& kind : kKinds) {
    Fenced dx(3);
    kind.backward(ConstMatrix(row.data(), 1, 3), ConstMatrix(g.data(), 1, 3),
                  Matrix(dx.data(), 1, 3));
    CHECK(dx.values()[0] == 0.0F);
    CHECK(dx.values()[1] > 0.0F);
    CHECK(dx.values()[2] == -dx.values()[1]);
  }
}

}  // namespace
}  // namespace attnlab::normalization
