#include "linalg/gemm_backward.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"

namespace attnlab::linalg {
namespace {

using testing::close;
using testing::Fenced;
using testing::Input;
using testing::kInfinity;
using testing::kNan;
using testing::Random;

constexpr double kHalfUlp = 0x1p-24;

struct Problem {
  Index m;
  Index n;
  Index k;
  Transpose transpose_a;
  Transpose transpose_b;
};

// A factor by the rows and columns of its op(), as it lies in memory.
struct Factor {
  std::vector<float> values;
  Index rows;
  Index columns;
  Transpose transpose;

  std::size_t at(Index i, Index j) const {
    return static_cast<std::size_t>(transpose == Transpose::kNo ? i * columns + j : j * rows + i);
  }
  double entry(Index i, Index j) const { return values[at(i, j)]; }
  Index memory_rows() const { return transpose == Transpose::kNo ? rows : columns; }
  Index memory_columns() const { return transpose == Transpose::kNo ? columns : rows; }
};

// What db holds before the call.
constexpr float kStart = 0.5F;

// Holds both gradients, entry by entry, to their sums written out in double.
void check(const Factor& a, const Factor& b, const std::vector<float>& c, std::size_t offset) {
  const Index m = a.rows;
  const Index n = b.columns;
  const Index k = a.columns;
  INFO("m " << m << ", n " << n << ", k " << k << ", "
            << (a.transpose == Transpose::kNo ? "N" : "T")
            << (b.transpose == Transpose::kNo ? "N" : "T") << ", offset " << offset);
  const Input a_memory(a.values, offset);
  const Input b_memory(b.values, 2 * offset);
  const Input c_memory(c, 3 * offset);
  Fenced da(a.values.size(), offset);
  Fenced db(b.values.size(), offset);
  std::fill(db.values().begin(), db.values().end(), kStart);
  Fenced workspace(gemm_backward_workspace(m, n, k), offset);
  gemm_backward(ConstMatrix(a_memory.data(), a.memory_rows(), a.memory_columns()), a.transpose,
                ConstMatrix(b_memory.data(), b.memory_rows(), b.memory_columns()), b.transpose,
                ConstMatrix(c_memory.data(), m, n),
                Matrix(da.data(), a.memory_rows(), a.memory_columns()),
                Matrix(db.data(), b.memory_rows(), b.memory_columns()), workspace.values());
  CHECK((da.intact() && db.intact() && workspace.intact()));
  const auto gradient = [&](Index i, Index j) {
    return static_cast<double>(c[static_cast<std::size_t>(i * n + j)]);
  };
  Index wrong = 0;
  for (Index i = 0; i < m; ++i) {
    for (Index p = 0; p < k; ++p) {
      double sum = 0.0;
      double magnitude = 0.0;
      for (Index j = 0; j < n; ++j) {
        sum += gradient(i, j) * b.entry(p, j);
        magnitude += std::abs(gradient(i, j) * b.entry(p, j));
      }
      const double tolerance = static_cast<double>(n + 2) * kHalfUlp * magnitude;
      wrong += close(da.values()[a.at(i, p)], sum, tolerance) ? 0 : 1;
    }
  }
  for (Index p = 0; p < k; ++p) {
    for (Index j = 0; j < n; ++j) {
      double sum = static_cast<double>(kStart);
      double magnitude = sum;
      for (Index i = 0; i < m; ++i) {
        sum += a.entry(i, p) * gradient(i, j);
        magnitude += std::abs(a.entry(i, p) * gradient(i, j));
      }
      const double tolerance = static_cast<double>(m + 3) * kHalfUlp * magnitude;
      wrong += close(db.values()[b.at(p, j)], sum, tolerance) ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}

void check_random(const Problem& problem, std::size_t offset, Random& random, double odd = 0.0) {
  const auto [m, n, k, transpose_a, transpose_b] = problem;
  const auto values = [&](Index count) {
    std::vector<float> result = random.values(static_cast<std::size_t>(count));
    for (float& value : result) {
      if (random.chance(odd)) {
        value = random.chance(0.5) ? kNan : (random.chance(0.5) ? kInfinity : -kInfinity);
      }
    }
    return result;
  };
  check({values(m * k), m, k, transpose_a}, {values(k * n), k, n, transpose_b}, values(m * n),
        offset);
}

constexpr Transpose kBoth[] = {Transpose::kNo, Transpose::kYes};

TEST_CASE("gemm_backward: small sizes, every transposition and misalignment") {
  Random random(221);
  constexpr Index kSizes[] = {0, 1, 3, 7, 16, 17};
  std::size_t turn = 0;
  for (const Index m : kSizes) {
    for (const Index n : kSizes) {
      for (const Index k : kSizes) {
        for (const Transpose transpose_a : kBoth) {
          for (const Transpose transpose_b : kBoth) {
            check_random({m, n, k, transpose_a, transpose_b}, turn++ % 4, random);
          }
        }
      }
    }
  }
}

TEST_CASE("gemm_backward: sizes around the blocks") {
  Random random(222);
  for (const Transpose transpose_a : kBoth) {
    for (const Transpose transpose_b : kBoth) {
      check_random({63, 97, 65, transpose_a, transpose_b}, 0, random);
      check_random({257, 12, 5, transpose_a, transpose_b}, 1, random);
      check_random({5, 300, 101, transpose_a, transpose_b}, 2, random);
    }
  }
}

TEST_CASE("gemm_backward: NaN and infinity follow IEEE arithmetic") {
  Random random(223);
  for (int turn = 0; turn < 40; ++turn) {
    check_random({7, 9, 11, kBoth[turn % 2], kBoth[turn / 2 % 2]}, 0, random, 0.02);
  }
}

}  // namespace
}  // namespace attnlab::linalg
