// The causal pass of feature_attention().
#pragma once

#include "attention/feature_attention.h"

namespace attnlab::attention {

// workspace: feature_attention_causal_workspace() floats.
void feature_attention_causal(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                              const linalg::ConstMatrix& v, const FeatureAttentionOptions& options,
                              linalg::Matrix out, float* workspace);

Index feature_attention_causal_workspace(const FeatureMap& map, Index d, Index d_v);

}  // namespace attnlab::attention
