#include "attention/convolution.h"

#include <algorithm>

#include "simd/f32x4.h"

namespace attnlab::attention {
namespace {

using linalg::Index;
using simd::F32x4;

// The taps that stay inside [0, n) around row i: [first, last).
struct Reach {
  Index first;
  Index last;

  Reach(Index i, Index n, Index length)
      : first(std::max<Index>(0, length / 2 - i)), last(std::min(length, n - i + length / 2)) {}
};

}  // namespace

void add_convolution(const linalg::ConstMatrix& x, const std::uint8_t* mask, const Taps& taps,
                     const std::uint8_t* written, linalg::Matrix out) {
  constexpr int kVectors = 4;
  constexpr Index kBlock = kVectors * F32x4::kLanes;
  const Index channels = x.cols();
  const auto weight = [&](Index t) {
    return taps.weights[taps.reversed ? taps.length - 1 - t : t];
  };
  for (Index i = 0; i < x.rows(); ++i) {
    if (written != nullptr && written[i] == 0) {
      continue;
    }
    const Reach reach(i, x.rows(), taps.length);
    const Index origin = i - taps.length / 2;
    float* to = out.data() + i * channels;
    Index c = 0;
    for (; c + kBlock <= channels; c += kBlock) {
      F32x4 sums[kVectors];
      for (int e = 0; e < kVectors; ++e) {
        sums[e] = simd::load(to + c + e * F32x4::kLanes);
      }
      for (Index t = reach.first; t < reach.last; ++t) {
        if (mask != nullptr && mask[origin + t] == 0) {
          continue;
        }
        const F32x4 factor = simd::splat(weight(t));
        const float* from = x.data() + (origin + t) * channels + c;
        for (int e = 0; e < kVectors; ++e) {
          sums[e] = simd::multiply_add(factor, simd::load(from + e * F32x4::kLanes), sums[e]);
        }
      }
      for (int e = 0; e < kVectors; ++e) {
        simd::store(to + c + e * F32x4::kLanes, sums[e]);
      }
    }
    for (Index t = reach.first; t < reach.last && c < channels; ++t) {
      if (mask != nullptr && mask[origin + t] == 0) {
        continue;
      }
      const float* from = x.data() + (origin + t) * channels;
      for (Index e = c; e < channels; ++e) {
        to[e] += weight(t) * from[e];
      }
    }
  }
}

void add_convolution_gradient(const linalg::ConstMatrix& x, const std::uint8_t* mask,
                              const linalg::ConstMatrix& d_output, Index length, float* d_weights) {
  const Index n = x.rows();
  const Index channels = x.cols();
  for (Index t = 0; t < length; ++t) {
    const Index shift = t - length / 2;
    double sum = 0.0;
    for (Index row = std::max<Index>(0, shift); row < std::min(n, n + shift); ++row) {
      if (mask != nullptr && mask[row] == 0) {
        continue;
      }
      const float* from = x.data() + row * channels;
      const float* gradient = d_output.data() + (row - shift) * channels;
      for (Index c = 0; c < channels; ++c) {
        sum += static_cast<double>(from[c]) * static_cast<double>(gradient[c]);
      }
    }
    d_weights[t] += static_cast<float>(sum);
  }
}

}  // namespace attnlab::attention
