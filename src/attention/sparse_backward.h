// Gradients of softmax attention over the entries that a sparse pattern keeps.
#pragma once

#include <cstddef>
#include <span>

#include "attention/sparse.h"
#include "linalg/matrix.h"

namespace attnlab::attention {

// Where gradients go. dq [n_q, d] is overwritten; dk [n_k, d] and dv [n_k, d_v] are added to, so
// that the heads of a group add up.
struct SparseGradients {
  linalg::Matrix dq;
  linalg::Matrix dk;
  linalg::Matrix dv;
};

// Gradients of sum(sparse(q, k, v) * d_output) with respect to q, k and v; d_output [n_q, d_v].
// What is kept is a constant, and so is n_i of the scale. A key that no query keeps gets nothing, a
// query that keeps nothing 0; what is not kept contributes nothing, whatever it holds.
// The gradients overlap no input.
// workspace: at least sparse_backward_workspace(n_q, n_k, d, d_v) floats.
void sparse_backward(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                     const linalg::ConstMatrix& v, const linalg::ConstMatrix& d_output,
                     const SparseOptions& options, const SparseGradients& gradients,
                     std::span<float> workspace);

// Floats of scratch that sparse_backward() needs.
std::size_t sparse_backward_workspace(Index n_q, Index n_k, Index d, Index d_v);

}  // namespace attnlab::attention
