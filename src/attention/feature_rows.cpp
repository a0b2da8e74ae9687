#include "attention/feature_rows.h"

#include <algorithm>
#include <cmath>

#include "attention/minus_infinity.h"
#include "simd/exp.h"

namespace attnlab::attention {
namespace {

double dot(const float* a, const float* b, Index d) {
  double total[4] = {};
  Index c = 0;
  for (; c + 4 <= d; c += 4) {
    for (Index lane = 0; lane < 4; ++lane) {
      total[lane] += static_cast<double>(a[c + lane]) * static_cast<double>(b[c + lane]);
    }
  }
  for (; c < d; ++c) {
    total[0] += static_cast<double>(a[c]) * static_cast<double>(b[c]);
  }
  return (total[0] + total[1]) + (total[2] + total[3]);
}

}  // namespace

double largest_exponent(const FeatureMap& map, const float* x, Index d) {
  double largest = minus_infinity<double>();
  for (Index r = 0; r < map.draws; ++r) {
    largest = std::fmax(largest, std::sqrt(map.scale) * dot(map.projection + r * d, x, d));
  }
  return largest;
}

void feature_row(const FeatureMap& map, const float* x, Index d, Side side, double literal_maximum,
                 double* value, double* log) {
  const Index count = map.count(d);
  const bool projected = map.projection != nullptr;
  const double root = std::sqrt(map.scale);
  const double half = projected ? 0.5 * map.scale * dot(x, x, d) : 0.0;
  const double norm = map.map == Map::kUnit ? std::sqrt(dot(x, x, d)) : 0.0;
  const double maximum = side == Side::kKey         ? literal_maximum
                         : map.map == Map::kLiteral ? largest_exponent(map, x, d)
                                                    : 0.0;
  for (Index r = 0; r < count; ++r) {
    double u = 0.0;
    if (projected) {
      u = r < map.draws ? root * dot(map.projection + r * d, x, d) : value[r - map.draws];
    } else if (map.map != Map::kUnit) {
      u = static_cast<double>(x[r]);
    }
    log[r] = 0.0;
    switch (map.map) {
      case Map::kElu:
        value[r] = u > 0.0 ? u + 1.0 : std::exp(u);
        break;
      case Map::kRelu:
        value[r] = (u < 0.0 ? 0.0 : u) + map.eps;
        break;
      case Map::kUnit:
        value[r] = r == 0 ? 1.0 : norm == 0.0 ? 0.0 : static_cast<double>(x[r - 1]) / norm;
        break;
      case Map::kLiteral:
        value[r] = std::exp(u - half - maximum) + map.eps;
        break;
      case Map::kWave:
        log[r] = side == Side::kKey ? half : 0.0;
        value[r] = u;
        break;
      case Map::kExponential:
        log[r] = (r < map.draws || !projected ? u : -u) - (side == Side::kKey ? half : 0.0);
        value[r] = u;
        break;
    }
  }
  if (map.map == Map::kExponential) {
    std::fill_n(value, count, 1.0);
  } else if (map.map == Map::kWave) {
    for (Index r = 0; r < map.draws; ++r) {
      value[map.draws + r] = std::sin(value[r]);
      value[r] = std::cos(value[r]);
    }
  }
}

void feature_row_backward(const FeatureMap& map, const float* x, Index d, Side side,
                          const double* value, const double* gradient, float* dx) {
  if (map.projection == nullptr) {
    const double norm = std::sqrt(dot(x, x, d));
    double along = 0.0;
    for (Index c = 0; map.map == Map::kUnit && c < d; ++c) {
      along += value[c + 1] * gradient[c + 1];
    }
    for (Index c = 0; c < d; ++c) {
      switch (map.map) {
        case Map::kElu:
          dx[c] = static_cast<float>(gradient[c] * (x[c] > 0.0F ? 1.0 : value[c]));
          break;
        case Map::kRelu:
          dx[c] = static_cast<float>(x[c] > 0.0F ? gradient[c] : 0.0);
          break;
        case Map::kUnit:
          dx[c] = static_cast<float>(norm == 0.0 ? 0.0
                                                 : (gradient[c + 1] - along * value[c + 1]) / norm);
          break;
        default:
          dx[c] = static_cast<float>(value[c] * gradient[c]);
      }
    }
    return;
  }
  const Index m = map.draws;
  const double root = std::sqrt(map.scale);
  // Of a common factor of all features: of |x|^2 / 2, and its sign.
  double common = 0.0;
  const auto of_draw = [&](Index r) {
    switch (map.map) {
      case Map::kWave:
        common += value[r] * gradient[r] + value[m + r] * gradient[m + r];
        return value[r] * gradient[m + r] - value[m + r] * gradient[r];
      case Map::kRelu:
        return value[r] > map.eps ? gradient[r] : 0.0;
      default: {
        const double first = (value[r] - (map.map == Map::kLiteral ? map.eps : 0.0)) * gradient[r];
        const double second = map.mirrored ? value[m + r] * gradient[m + r] : 0.0;
        common -= first + second;
        return first - second;
      }
    }
  };
  // Sums of doubles in a row of the result's size are not to be had; d is small.
  constexpr Index kChunk = 64;
  for (Index begin = 0; begin < d; begin += kChunk) {
    const Index width = std::min(kChunk, d - begin);
    double sums[kChunk] = {};
    common = 0.0;
    for (Index r = 0; r < m; ++r) {
      const double factor = root * of_draw(r);
      const float* omega = map.projection + r * d + begin;
      for (Index c = 0; c < width; ++c) {
        sums[c] += factor * static_cast<double>(omega[c]);
      }
    }
    const bool counts = side == Side::kKey || map.map == Map::kLiteral;
    for (Index c = 0; c < width; ++c) {
      const double radial = counts ? map.scale * common * static_cast<double>(x[begin + c]) : 0.0;
      dx[begin + c] = static_cast<float>(sums[c] + radial);
    }
  }
}

void exponentials(const double* a, const double* b, double shift, Index count, double* out) {
  using simd::F32x4;
  for (Index r = 0; r < count; r += F32x4::kLanes) {
    float lanes[F32x4::kLanes] = {};
    const Index width = std::min<Index>(F32x4::kLanes, count - r);
    for (Index lane = 0; lane < width; ++lane) {
      lanes[lane] = static_cast<float>(a[r + lane] + b[r + lane] - shift);
    }
    simd::store(lanes, simd::exp_nonpositive(simd::min(simd::load(lanes), simd::zero())));
    for (Index lane = 0; lane < width; ++lane) {
      out[r + lane] = static_cast<double>(lanes[lane]);
    }
  }
}

void RowState::clear() {
  std::fill_n(origins_, features_, minus_infinity<double>());
  std::fill_n(sums_, features_ * columns_, 0.0);
}

void RowState::absorb(const double* value, const double* log, const double* payload,
                      const double* last, double* scratch) {
  for (Index r = 0; r < features_; ++r) {
    if (log[r] > origins_[r]) {
      double* sums = sums_ + r * columns_;
      const double shrink = std::exp(origins_[r] - log[r]);
      for (Index c = 0; c < columns_; ++c) {
        sums[c] *= shrink;
      }
      origins_[r] = log[r];
    }
    scratch[r] = -origins_[r];
  }
  exponentials(log, scratch, 0.0, features_, scratch);
  for (Index r = 0; r < features_; ++r) {
    const double weight = value[r] * scratch[r];
    double* sums = sums_ + r * columns_;
    for (Index c = 0; c < columns_; ++c) {
      sums[c] += weight * payload[c];
    }
    if (last != nullptr) {
      sums[columns_ - 1] += weight * (last[r] - payload[columns_ - 1]);
    }
  }
}

void RowState::combine(const double* weight, double* out) const {
  std::fill_n(out, columns_, 0.0);
  for (Index r = 0; r < features_; ++r) {
    const double* sums = row(r);
    for (Index c = 0; c < columns_; ++c) {
      out[c] += weight[r] * sums[c];
    }
  }
}

}  // namespace attnlab::attention
