#include "linalg/gemm_backward.h"

#include <algorithm>

namespace attnlab::linalg {
namespace {

constexpr Transpose other(Transpose transpose) {
  return transpose == Transpose::kNo ? Transpose::kYes : Transpose::kNo;
}

}  // namespace

void gemm_backward(const ConstMatrix& a, Transpose transpose_a, const ConstMatrix& b,
                   Transpose transpose_b, const ConstMatrix& d_output, Matrix da, Matrix db,
                   std::span<float> workspace) {
  const auto size = static_cast<std::size_t>(db.size());
  const Matrix product(workspace.data(), db.rows(), db.cols());
  const std::span<float> rest = workspace.subspan(size);
  // A factor that came transposed has the transposed gradient.
  if (transpose_a == Transpose::kNo) {
    gemm(d_output, Transpose::kNo, b, other(transpose_b), da, rest);
  } else {
    gemm(b, transpose_b, d_output, Transpose::kYes, da, rest);
  }
  if (transpose_b == Transpose::kNo) {
    gemm(a, other(transpose_a), d_output, Transpose::kNo, product, rest);
  } else {
    gemm(d_output, Transpose::kYes, a, transpose_a, product, rest);
  }
  db += product;
}

std::size_t gemm_backward_workspace(Index m, Index n, Index k) {
  const std::size_t gemms = std::max(std::max(gemm_workspace(m, k, n), gemm_workspace(k, m, n)),
                                     std::max(gemm_workspace(k, n, m), gemm_workspace(n, k, m)));
  return static_cast<std::size_t>(k * n) + gemms;
}

}  // namespace attnlab::linalg
