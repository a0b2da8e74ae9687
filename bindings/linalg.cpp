#include <emscripten/bind.h>

#include "linalg/gemm.h"
#include "views.h"

namespace attnlab::bindings {
namespace {

double matmul_workspace(Index m, Index n, Index k) {
  return bytes_of(linalg::gemm_workspace(m, n, k));
}

void matmul(Pointer a, Pointer b, Pointer out, Index m, Index n, Index k, bool transpose_a,
            bool transpose_b, Pointer workspace) {
  using linalg::Transpose;
  linalg::gemm(
      transpose_a ? input(a, k, m) : input(a, m, k), transpose_a ? Transpose::kYes : Transpose::kNo,
      transpose_b ? input(b, n, k) : input(b, k, n), transpose_b ? Transpose::kYes : Transpose::kNo,
      output(out, m, n), scratch(workspace, linalg::gemm_workspace(m, n, k)));
}

}  // namespace
}  // namespace attnlab::bindings

EMSCRIPTEN_BINDINGS(attnlab_linalg) {
  using namespace attnlab::bindings;
  emscripten::function("matmulWorkspace(m, n, k)", &matmul_workspace);
  emscripten::function("matmul(a, b, out, m, n, k, transposeA, transposeB, workspace)", &matmul);
}
