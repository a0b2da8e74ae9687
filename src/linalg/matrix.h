// Sizes, and views of row-major float matrices that somebody else owns.
#pragma once

#include <Eigen/Core>

namespace attnlab::linalg {

using Index = Eigen::Index;

// The smallest multiple of `unit` that is at least `value`.
constexpr Index round_up(Index value, Index unit) { return (value + unit - 1) / unit * unit; }

// Views of contiguous memory, rows() x cols(), entry (i, j) at data()[i * cols() + j].
using ConstMatrix =
    Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
using Matrix = Eigen::Map<Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

}  // namespace attnlab::linalg
