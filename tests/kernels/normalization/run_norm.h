// The norm's kernels with a workspace of their own, as the tests call them.
#pragma once

#include <vector>

#include "linalg/matrix.h"
#include "normalization/norm.h"

namespace attnlab::normalization::testing {

inline void run_norm(const linalg::ConstMatrix& x, const NormOptions& options, linalg::Matrix out) {
  std::vector<double> memory(norm_workspace(options));
  const RowParameters workspace = make_norm_workspace(options, memory);
  start_norm(options, workspace);
  norm(x, options, 0, workspace, out);
}

inline void layer_norm(const linalg::ConstMatrix& x, NormOptions options, linalg::Matrix out) {
  options.layout = {.count = x.cols()};
  run_norm(x, options, out);
}

inline void rms_norm(const linalg::ConstMatrix& x, NormOptions options, linalg::Matrix out) {
  options.center = false;
  layer_norm(x, options, out);
}

}  // namespace attnlab::normalization::testing
