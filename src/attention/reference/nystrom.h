// Nystromformer, the obvious way, in double: segment by segment, every matrix written out. The twin
// that tests hold the kernels to. Not inline, for Eigen's decompositions take a minute to compile
// under sanitizers.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "attention/nystrom.h"

namespace attnlab::attention::reference {

using Dense = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct Cut {
  std::vector<std::vector<Index>> rows;  // the visible rows of each segment that is left
};

Cut cut(SegmentKind kind, Index n, Index m, const std::uint8_t* mask);

Dense means(const Dense& x, const Cut& segments);

// Rows of softmax; an entry of -infinity is hidden.
Dense softmax(const Dense& logits);

struct Svd {
  Dense u;
  Eigen::VectorXd sigma;  // the largest first
  Dense v;
};

// a = u diag(sigma) v^T.
Svd svd(const Dense& a);

Dense inverse(const Dense& a, const linalg::InverseOptions& options);

struct NystromMatrices {
  Dense f;
  Dense a;
  Dense inverted;
  Dense b;
};

NystromMatrices nystrom_matrices(const Dense& q, const Dense& k, const NystromOptions& options);

Dense nystromformer(const Dense& q, const Dense& k, const Dense& v, const NystromOptions& options,
                    const std::vector<double>& taps);

}  // namespace attnlab::attention::reference
