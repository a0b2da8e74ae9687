// y_j = x_j / sqrt(mean_j' x_j'^2 + eps) * gamma_j + beta_j: LayerNorm without its centering.
//
//   x, out [rows, length], gamma, beta [length]
//
// Plan and error: as layer_norm.cpp, with two passes.
// Cost: about 6 FLOPs, 2 reads and 1 write per entry.
// Paper: Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019.
#include "normalization/rms_norm.h"

namespace attnlab::normalization {

void rms_norm(const linalg::ConstMatrix& x, const NormOptions& options, linalg::Matrix out) {
  NormOptions uncentered = options;
  uncentered.center = false;
  layer_norm(x, uncentered, out);
}

}  // namespace attnlab::normalization
