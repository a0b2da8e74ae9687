#include <emscripten/bind.h>

#include "linalg/gemm.h"
#include "linalg/gemm_backward.h"
#include "views.h"

namespace attnlab::bindings {
namespace {

double matmul_workspace(Index m, Index n, Index k) {
  return bytes_of(linalg::gemm_workspace(m, n, k));
}

// a and b as they lie in memory.
linalg::ConstMatrix left(Pointer a, Index m, Index k, bool transpose) {
  return transpose ? input(a, k, m) : input(a, m, k);
}

linalg::ConstMatrix right(Pointer b, Index k, Index n, bool transpose) {
  return transpose ? input(b, n, k) : input(b, k, n);
}

linalg::Transpose transpose(bool yes) {
  return yes ? linalg::Transpose::kYes : linalg::Transpose::kNo;
}

void matmul(Pointer a, Pointer b, Pointer out, Index m, Index n, Index k, bool transpose_a,
            bool transpose_b, Pointer workspace) {
  linalg::gemm(left(a, m, k, transpose_a), transpose(transpose_a), right(b, k, n, transpose_b),
               transpose(transpose_b), output(out, m, n),
               scratch(workspace, linalg::gemm_workspace(m, n, k)));
}

double matmul_backward_workspace(Index m, Index n, Index k) {
  return bytes_of(linalg::gemm_backward_workspace(m, n, k));
}

void matmul_backward(Pointer a, Pointer b, Pointer d_output, Pointer da, Pointer db, Index m,
                     Index n, Index k, bool transpose_a, bool transpose_b, Pointer workspace) {
  linalg::gemm_backward(left(a, m, k, transpose_a), transpose(transpose_a),
                        right(b, k, n, transpose_b), transpose(transpose_b), input(d_output, m, n),
                        transpose_a ? output(da, k, m) : output(da, m, k),
                        transpose_b ? output(db, n, k) : output(db, k, n),
                        scratch(workspace, linalg::gemm_backward_workspace(m, n, k)));
}

}  // namespace
}  // namespace attnlab::bindings

EMSCRIPTEN_BINDINGS(attnlab_linalg) {
  using namespace attnlab::bindings;
  emscripten::function("matmulWorkspace(m, n, k)", &matmul_workspace);
  emscripten::function("matmul(a, b, out, m, n, k, transposeA, transposeB, workspace)", &matmul);
  emscripten::function("matmulBackwardWorkspace(m, n, k)", &matmul_backward_workspace);
  emscripten::function(
      "matmulBackward(a, b, dOutput, dA, dB, m, n, k, transposeA, transposeB, workspace)",
      &matmul_backward);
}
