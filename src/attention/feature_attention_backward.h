// Gradients of attention by feature maps.
#pragma once

#include <cstddef>
#include <span>

#include "attention/feature_attention.h"

namespace attnlab::attention {

struct FeatureGradients {
  linalg::Matrix dq;
  linalg::Matrix dk;
  linalg::Matrix dv;
};

// Gradients of sum(out * d_output), out as feature_attention() computes it; a projection is a
// constant. Shapes and masks as there; d_output [n_q, d_v]. Hidden keys and rows whose output is 0
// for want of a denominator get exactly 0.
// workspace: at least feature_attention_backward_workspace(map, n_q, d, d_v) doubles.
void feature_attention_backward(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                                const linalg::ConstMatrix& v, const linalg::ConstMatrix& d_output,
                                const FeatureAttentionOptions& options,
                                const FeatureGradients& gradients, std::span<double> workspace);

std::size_t feature_attention_backward_workspace(const FeatureMap& map, Index n_q, Index d,
                                                 Index d_v);

}  // namespace attnlab::attention
