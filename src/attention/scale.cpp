#include "attention/scale.h"

#include <cmath>

namespace attnlab::attention {

double attention_scale(ScaleKind kind, double d, double n, double parameter) {
  switch (kind) {
    case ScaleKind::kEntropy:
      // The logarithms are divided first, so that n = base gives 1 / sqrt(d) to the last bit.
      return std::log(n) / std::log(parameter) / std::sqrt(d);
    case ScaleKind::kKappa:
      return parameter * std::log(n) / d;
    case ScaleKind::kLog:
      return std::log(n) / std::sqrt(d);
    case ScaleKind::kSqrt:
      break;
  }
  return 1.0 / std::sqrt(d);
}

double scale_coefficient(ScaleKind kind, double d, double parameter) {
  switch (kind) {
    case ScaleKind::kEntropy:
      return 1.0 / (std::log(parameter) * std::sqrt(d));
    case ScaleKind::kKappa:
      return parameter / d;
    case ScaleKind::kLog:
    case ScaleKind::kSqrt:
      break;
  }
  return 1.0 / std::sqrt(d);
}

}  // namespace attnlab::attention
