// The matrix product against values that PyTorch computed in double (tests/fixtures/golden).
#include <cmath>

#include "golden/golden_matmul.h"
#include "linalg/gemm.h"
#include "linalg/reference/gemm.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"

namespace attnlab::linalg {
namespace {

TEST_CASE("gemm: PyTorch's values") {
  for (const golden::MatmulCase& golden : golden::matmul_cases) {
    INFO(golden.name);
    const auto [m, n, k] = std::array<Index, 3>{golden.m, golden.n, golden.k};
    const auto transpose_a = golden.transpose_a ? Transpose::kYes : Transpose::kNo;
    const auto transpose_b = golden.transpose_b ? Transpose::kYes : Transpose::kNo;
    Index wrong = 0;
    for (Index item = 0; item < golden.batch; ++item) {
      const float* a_data = golden.a.data() + item * m * k;
      const float* b_data = golden.b.data() + (golden.shared_b ? 0 : item * k * n);
      const ConstMatrix a(a_data, golden.transpose_a ? k : m, golden.transpose_a ? m : k);
      const ConstMatrix b(b_data, golden.transpose_b ? n : k, golden.transpose_b ? k : n);
      testing::Fenced out(static_cast<std::size_t>(m * n));
      testing::Fenced workspace(gemm_workspace(m, n, k));
      gemm(a, transpose_a, b, transpose_b, Matrix(out.data(), m, n), workspace.values());
      for (Index i = 0; i < m; ++i) {
        for (Index j = 0; j < n; ++j) {
          const double expected = golden.output[static_cast<std::size_t>((item * m + i) * n + j)];
          const double magnitude =
              reference::product_magnitude(a, transpose_a, b, transpose_b, i, j);
          const double tolerance = 0x1p-24 * static_cast<double>(k + 2) * magnitude + 1e-12;
          wrong += testing::close(out.data()[i * n + j], expected, tolerance) ? 0 : 1;
        }
      }
    }
    CHECK(wrong == 0);
  }
}

}  // namespace
}  // namespace attnlab::linalg
