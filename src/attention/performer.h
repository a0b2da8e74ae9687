// Performer: softmax attention estimated by random features.
//
//   e^(scale q.k) = E phi(q) . phi(k),  x = sqrt(scale) q or sqrt(scale) k,  omega ~ N(0, I_d)
//
//   kPositive       phi(x) = e^(-|x|^2/2) (e^(omega_r . x))
//   kHyperbolic     phi(x) = e^(-|x|^2/2) (e^(omega_r . x), e^(-omega_r . x))
//   kTrigonometric  phi(x) = e^(+|x|^2/2) (cos omega_r . x, sin omega_r . x)
//   kRelu           phi(x) = max(omega_r . x, 0): another kernel than softmax
//   kRegularized    kPositive, meant for |omega_r| = sqrt(d): below the true kernel, less variance
//
// eps > 0 does what implementations do: each feature of kPositive is exp(omega.x - |x|^2/2 - max
// omega.x) + eps, the maximum over the features of a query, or over all keys and features; each
// feature of kRelu is max(omega.x, 0) + eps. Where |x|^2/2 passes -ln(eps) every feature is eps and
// attention an average.
// Paper: Choromanski et al., "Rethinking Attention with Performers", 2021.
#pragma once

#include <cstdint>

#include "attention/features.h"

namespace attnlab::attention {

enum class Estimator : std::uint8_t {
  kPositive = 0,
  kHyperbolic = 1,
  kTrigonometric = 2,
  kRelu = 3,
  kRegularized = 4
};

// The features for feature_attention(); projection [draws, d].
inline FeatureMap performer_map(Estimator estimator, const float* projection, Index draws,
                                double scale, double eps) {
  FeatureMap map{.map = eps > 0.0 ? Map::kLiteral : Map::kExponential,
                 .projection = projection,
                 .draws = draws,
                 .scale = scale,
                 .eps = eps};
  switch (estimator) {
    case Estimator::kHyperbolic:
      map.mirrored = true;
      break;
    case Estimator::kTrigonometric:
      map.map = Map::kWave;
      break;
    case Estimator::kRelu:
      map.map = Map::kRelu;
      break;
    case Estimator::kPositive:
    case Estimator::kRegularized:
      break;
  }
  return map;
}

}  // namespace attnlab::attention
