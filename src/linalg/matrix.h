// The shapes of the project: row-major float matrices that somebody else owns.
#pragma once

#include <Eigen/Core>

namespace attnlab::linalg {

using Index = Eigen::Index;

// Views of contiguous memory, rows() x cols(), entry (i, j) at data()[i * cols() + j].
using ConstMatrix =
    Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
using Matrix = Eigen::Map<Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

}  // namespace attnlab::linalg
