// Products of small dense matrices in double, where single precision would lose what is at stake.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "linalg/gemm.h"
#include "linalg/matrix.h"

namespace attnlab::linalg {

using ConstDoubleMatrix =
    Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
using DoubleMatrix =
    Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

enum class Result : std::uint8_t {
  kGeneral,
  kSymmetric,  // the product is known to be symmetric: one half is computed, the other copied
};

// out = op(a) * op(b), op(x) = x or its transpose.
//   op(a) [m, k], op(b) [k, n], out [m, n]; any size may be 0; out overlaps no input.
// Nothing is fused: every build rounds alike.
// workspace: at least gemm_double_workspace(m, n, k) doubles.
void gemm_double(const ConstDoubleMatrix& a, Transpose transpose_a, const ConstDoubleMatrix& b,
                 Transpose transpose_b, DoubleMatrix out, Result result,
                 std::span<double> workspace);

// Doubles of scratch that gemm_double() needs.
std::size_t gemm_double_workspace(Index m, Index n, Index k);

}  // namespace attnlab::linalg
