// out_i = phi(q_i)^T S_i / phi(q_i)^T z_i,   S_i = sum_j phi(k_j) v_j^T,   z_i = sum_j phi(k_j)
//
//   q [n_q, d], k [n_k, d], v [n_k, d_v], phi into R^M
//
// Plan. All products are tiles of the micro-kernel, and the tile of each is already in the layout
// that the next one reads.
//   Keys, a block at a time: u [keys][8 features] from packed keys and projection (tile); features
//     in place, vertical operations only (features.h); state^T [d_v + 1][8] += values^T features
//     (prefix_state.h).
//   Queries, eight at a time: u [features][8 queries]; features in place; out^T [d_v + 1][8] from
//     the packed state; divided and transposed into place.
// Here all keys come before all queries; with causality see feature_attention_causal.cpp.
//
// Error, against the same formula in double (tested): 2e-6 max |v| for maps without a projection,
// 1e-5 c_i max |v| with one at scaled |x|^2 <= 30, 1e-4 c_i max |v| up to 2,000. c_i is 1 except
// for Map::kWave, whose denominator may cancel: the sum of its terms' magnitudes over its own.
// Cost per token: 4 M (d_v + 1) FLOPs; with a projection 4 M d more, and 2 M exponentials; with
// causality about M (block + d_v) more. Memory does not depend on the length.
// Papers: Katharopoulos, Vyas, Pappas and Fleuret, "Transformers are RNNs", 2020; Choromanski et
// al., "Rethinking Attention with Performers", 2021; Shen et al., "Efficient Attention", 2021.
#include "attention/feature_attention.h"

#include <algorithm>

#include "attention/feature_attention_causal.h"
#include "attention/feature_pass.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::Matrix;

void add_keys(FeaturePass& pass) {
  const KeyBlock& keys = pass.keys;
  for (Index j = 0; j < pass.k.rows();) {
    j = pass.keys.gather(j, pass.k.rows(), KeyBlock::kRoom);
    for (Index p = 0; p < pass.features.panels(); ++p) {
      pass.features.raw_keys(p, keys.keys(), keys.count(), keys.packed_keys(), pass.tile);
      pass.state.shrink(
          p, pass.features.finish_keys(p, keys.keys(), keys.count(), pass.top_of(p), pass.tile));
      pass.state.add(p, pass.tile, keys.count(), keys.packed_values(), KeyBlock::kRoom);
    }
    pass.keys.collect_nonfinite(0, keys.count());
  }
}

void read_queries(FeaturePass& pass) {
  pass.state.pack();
  pass.read_weights();
  for (Index i = 0; i < pass.q.rows(); i += kPanelQueries) {
    const Index last = std::min(i + kPanelQueries, pass.q.rows());
    pass.load_queries(i, last);
    for (Index lane = 0; pass.options.map.normalized && lane < kPanelQueries; ++lane) {
      pass.divide_by_weights(lane);
    }
    pass.state.read(pass.phi, pass.outputs);
    pass.set_nothing({});
    pass.finish(i, last);
    for (Index row = i; row < last && pass.keys.has_nonfinite(); ++row) {
      pass.keys.add_nonfinite(pass.out.data() + row * pass.v.cols());
    }
  }
}

}  // namespace

void feature_attention(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
                       const FeatureAttentionOptions& options, Matrix out,
                       std::span<float> workspace) {
  if (options.causal) {
    feature_attention_causal(q, k, v, options, out, workspace.data());
    return;
  }
  Sections sections(workspace.data());
  FeaturePass pass(q, k, v, options, out, sections);
  add_keys(pass);
  read_queries(pass);
}

std::size_t feature_attention_workspace(const FeatureMap& map, Index d, Index d_v) {
  return static_cast<std::size_t>(feature_attention_causal_workspace(map, d, d_v));
}

}  // namespace attnlab::attention
