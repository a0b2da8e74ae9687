// What the full and the causal pass of feature_attention() share: one head's operands, its sums
// over keys, and eight queries on their way from features to results.
#pragma once

#include "attention/feature_attention.h"
#include "attention/key_block.h"
#include "attention/prefix_state.h"
#include "attention/sections.h"

namespace attnlab::attention {

// Holds views only.
struct FeaturePass {
  // Ready for the first key: the state is empty.
  FeaturePass(const linalg::ConstMatrix& queries, const linalg::ConstMatrix& all_keys,
              const linalg::ConstMatrix& values, const FeatureAttentionOptions& given,
              linalg::Matrix results, Sections& sections);

  // Floats that it takes of the sections.
  static Index size(const FeatureMap& map, Index d, Index d_v);

  // Features of queries [first, last), at most eight.
  void load_queries(Index first, Index last);

  // Sets `weights` to the normalizers of what the state holds, for maps that have them.
  void read_weights() const;

  // Divides the features of one lane's query by the normalizers.
  void divide_by_weights(Index lane) const;

  // Sets `nothing`, where each query sees so many keys that the state lacks.
  void set_nothing(const Index (&seen)[kPanelQueries]);

  // Divides and transposes eight outputs into place.
  void finish(Index first, Index last);

  float* top_of(Index p) const { return top + p * kPanelQueries; }

  const linalg::ConstMatrix& q;
  const linalg::ConstMatrix& k;
  const linalg::ConstMatrix& v;
  const FeatureAttentionOptions& options;
  linalg::Matrix out;
  Features features;
  PrefixState state;
  KeyBlock keys;
  float* top;                     // per feature, the exponent that it is measured from
  float* weights;                 // per feature, its normalizer
  float* tile;                    // features of a block's keys, [keys][8]
  float* panel;                   // eight queries, [d][8]
  float* phi;                     // their features, [M][8]
  float* outputs;                 // [d_v + 1, to whole tiles][8]
  Lanes8 sums = lanes8(0.0F);     // of the queries' features, for maps with normalizers
  Lanes8 nothing = lanes8(0.0F);  // per query, what counts as a denominator of 0

 private:
  void find_literal_maximum();
  Lanes8 denominators() const;
};

}  // namespace attnlab::attention
