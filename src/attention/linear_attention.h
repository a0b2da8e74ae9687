// Linear attention: similarities that are products of elementwise features of q and k.
//
//   kElu      phi(x) = elu(x) + 1 for both (Katharopoulos et al., "Transformers are RNNs", 2020)
//   kRelu     phi(x) = max(x, 0)
//   kExp      phi(x) = e^x
//   kSoftmax  softmax over the channels of q times softmax over the keys of k; causal: with the
//             normalizer of the keys seen so far, for each channel (Shen et al., "Efficient
//             Attention", 2021)
//   kCosine   sim = 1 + cos(q, k) (Su Jianlin, "Exploring linear attention",
//             kexue.fm/archives/7546)
//
// There is no scale: the maps are what a model was trained with.
#pragma once

#include <cstdint>

#include "attention/features.h"

namespace attnlab::attention {

enum class LinearMap : std::uint8_t { kElu = 0, kRelu = 1, kExp = 2, kSoftmax = 3, kCosine = 4 };

// The features for feature_attention().
inline FeatureMap linear_map(LinearMap kind) {
  switch (kind) {
    case LinearMap::kRelu:
      return {.map = Map::kRelu};
    case LinearMap::kExp:
      return {.map = Map::kExponential};
    case LinearMap::kSoftmax:
      return {.map = Map::kExponential, .normalized = true};
    case LinearMap::kCosine:
      return {.map = Map::kUnit};
    case LinearMap::kElu:
      break;
  }
  return {.map = Map::kElu};
}

}  // namespace attnlab::attention
