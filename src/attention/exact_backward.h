// Gradients of exact softmax attention.
#pragma once

#include <cstddef>
#include <span>

#include "attention/options.h"
#include "linalg/matrix.h"

namespace attnlab::attention {

// Where gradients go; nullptr: not wanted. dq [n_q, d] is overwritten; dk [n_k, d], dv [n_k, d_v]
// and dbias (with the strides of Options::bias, so summed over axes that it repeats) are added to,
// so that the heads of a group, or those that share a bias, add up.
struct Gradients {
  float* dq = nullptr;
  float* dk = nullptr;
  float* dv = nullptr;
  float* dbias = nullptr;
};

// The gradients of sum_ic d_output_ic out_ic, with out = exact(q, k, v, options).
//   q [n_q, d], k [n_k, d], v [n_k, d_v], d_output [n_q, d_v]; d >= 1, every other size may be 0
// No gradient overlaps an input or another gradient.
// A hidden entry contributes exactly 0 to every gradient, whatever q, k, v and d_output hold there;
// a query that sees nothing has gradient 0. What is not finite and seen spreads by IEEE arithmetic.
// workspace: at least exact_backward_workspace(n_q, n_k, d, d_v) floats.
void exact_backward(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                    const linalg::ConstMatrix& v, const linalg::ConstMatrix& d_output,
                    const Options& options, const Gradients& gradients, std::span<float> workspace);

// Floats of scratch that exact_backward() needs.
std::size_t exact_backward_workspace(Index n_q, Index n_k, Index d, Index d_v);

}  // namespace attnlab::attention
