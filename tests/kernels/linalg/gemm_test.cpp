#include "linalg/gemm.h"

#include <cmath>
#include <limits>

#include "linalg/gemm_skinny.h"
#include "linalg/reference/gemm.h"
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
  Transpose transpose_a = Transpose::kNo;
  Transpose transpose_b = Transpose::kNo;
};

// Runs gemm on the given entries at the given misalignment and holds every entry of the result to
// the twin.
void check(const Problem& problem, const std::vector<float>& a_values,
           const std::vector<float>& b_values, std::size_t offset) {
  const auto [m, n, k, transpose_a, transpose_b] = problem;
  const Input a_memory(a_values, offset);
  const Input b_memory(b_values, 2 * offset);
  const ConstMatrix a(a_memory.data(), transpose_a == Transpose::kNo ? m : k,
                      transpose_a == Transpose::kNo ? k : m);
  const ConstMatrix b(b_memory.data(), transpose_b == Transpose::kNo ? k : n,
                      transpose_b == Transpose::kNo ? n : k);
  Fenced out(static_cast<std::size_t>(m * n), offset);
  Fenced workspace(gemm_workspace(m, n, k), offset);
  gemm(a, transpose_a, b, transpose_b, Matrix(out.data(), m, n), workspace.values());

  INFO("m " << m << ", n " << n << ", k " << k << ", "
            << (transpose_a == Transpose::kNo ? "N" : "T")
            << (transpose_b == Transpose::kNo ? "N" : "T") << ", offset " << offset);
  CHECK(out.intact());
  CHECK(workspace.intact());
  Index wrong = 0;
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < n; ++j) {
      const double expected = reference::product_entry(a, transpose_a, b, transpose_b, i, j);
      const double magnitude = reference::product_magnitude(a, transpose_a, b, transpose_b, i, j);
      const double tolerance = static_cast<double>(k + 2) * kHalfUlp * magnitude;
      wrong += close(out.data()[i * n + j], expected, tolerance) ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}

void check_random(const Problem& problem, std::size_t offset, Random& random) {
  check(problem, random.values(static_cast<std::size_t>(problem.m * problem.k)),
        random.values(static_cast<std::size_t>(problem.k * problem.n)), offset);
}

constexpr Transpose kBoth[] = {Transpose::kNo, Transpose::kYes};

TEST_CASE("gemm: every small size, transposition and misalignment") {
  Random random(1);
  constexpr Index kMost = 20;
  std::size_t turn = 0;
  for (Index m = 0; m <= kMost; ++m) {
    for (Index n = 0; n <= kMost; ++n) {
      for (Index k = 0; k <= kMost; ++k) {
        for (const Transpose transpose_a : kBoth) {
          for (const Transpose transpose_b : kBoth) {
            check_random({m, n, k, transpose_a, transpose_b}, turn++ % 4, random);
          }
        }
      }
    }
  }
}

TEST_CASE("gemm: sizes around the blocks") {
  Random random(2);
  for (const Transpose transpose_a : kBoth) {
    for (const Transpose transpose_b : kBoth) {
      for (const Problem& problem :
           {Problem{63, 64, 65}, Problem{65, 63, 64}, Problem{97, 101, 103}, Problem{96, 8, 256},
            Problem{101, 17, 257}, Problem{7, 521, 31}, Problem{1, 513, 300},
            Problem{200, 1, 513}}) {
        check_random({problem.m, problem.n, problem.k, transpose_a, transpose_b}, 1, random);
      }
    }
  }
}

TEST_CASE("gemm: few rows or columns, across the blocks of lines and entries") {
  Random random(5);
  constexpr Index kBlock = 1024;
  for (const Transpose transpose_a : kBoth) {
    for (const Transpose transpose_b : kBoth) {
      for (Index few = 1; few <= kSkinny + 1; ++few) {
        check_random({few, 67, 129, transpose_a, transpose_b}, 1, random);
        check_random({67, few, 129, transpose_a, transpose_b}, 3, random);
      }
      for (const Problem& problem :
           {Problem{1, kBlock + 5, 31}, Problem{7, kBlock + 33, 9}, Problem{kBlock + 39, 2, 17},
            Problem{3, 33, 2 * kBlock + 7}, Problem{35, 8, kBlock + 1}, Problem{5, 6, kBlock + 3},
            Problem{1, 1, 3 * kBlock + 2}, Problem{kBlock, 1, 1}}) {
        check_random({problem.m, problem.n, problem.k, transpose_a, transpose_b}, 2, random);
      }
    }
  }
}

TEST_CASE("gemm: an inner dimension of 0 gives zeros") {
  Fenced out(12);
  Fenced workspace(gemm_workspace(3, 4, 0));
  gemm(ConstMatrix(nullptr, 3, 0), Transpose::kNo, ConstMatrix(nullptr, 0, 4), Transpose::kNo,
       Matrix(out.data(), 3, 4), workspace.values());
  for (const float value : out.values()) {
    CHECK(value == 0.0F);
  }
  CHECK(out.intact());
}

TEST_CASE("gemm: NaN and infinity follow IEEE arithmetic and stay in their rows and columns") {
  Random random(3);
  for (const Transpose transpose_a : kBoth) {
    for (const Transpose transpose_b : kBoth) {
      for (const float odd : {kNan, kInfinity, -kInfinity, 1e-45F, 3e38F}) {
        for (const Index few : {Index{13}, Index{4}, Index{1}}) {
          const Problem problem{few, 17, 19, transpose_a, transpose_b};
          std::vector<float> a = random.values(static_cast<std::size_t>(few * 19));
          std::vector<float> b = random.values(19 * 17);
          a[static_cast<std::size_t>(few * 3 + 1)] = odd;
          b[99] = -odd;
          b[100] = 0.0F;
          check(problem, a, b, 0);
          check({17, few, 19, transpose_b, transpose_a}, b, a, 1);
        }
      }
    }
  }
}

TEST_CASE("gemm: small whole numbers are exact, also over several inner blocks") {
  Random random(4);
  const Index k = 1000;
  std::vector<float> a(static_cast<std::size_t>(9 * k));
  std::vector<float> b(static_cast<std::size_t>(k * 11));
  for (float& value : a) {
    value = static_cast<float>(random.below(17) - 8);
  }
  for (float& value : b) {
    value = static_cast<float>(random.below(17) - 8);
  }
  Fenced out(99);
  Fenced workspace(gemm_workspace(9, 11, k));
  const ConstMatrix left(a.data(), 9, k);
  const ConstMatrix right(b.data(), k, 11);
  gemm(left, Transpose::kNo, right, Transpose::kNo, Matrix(out.data(), 9, 11), workspace.values());
  for (Index i = 0; i < 9; ++i) {
    for (Index j = 0; j < 11; ++j) {
      CHECK(static_cast<double>(out.data()[i * 11 + j]) ==
            reference::product_entry(left, Transpose::kNo, right, Transpose::kNo, i, j));
    }
  }
}

TEST_CASE("gemm: the workspace is bounded, whatever the size") {
  CHECK(gemm_workspace(100000, 100000, 100000) * sizeof(float) <= 1024 * 1024);
  CHECK(gemm_workspace(1, 1, 1) <= 32);
}

}  // namespace
}  // namespace attnlab::linalg
