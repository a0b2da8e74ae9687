// entropy   H = -sum_j q_j ln q_j,   q_j = p_j / sum p   or   exp(x_j) / sum exp x
// gradient  dH/dp_j = -(l_j - mean) / sum p     (mean = sum q_j l_j)
//           dH/dx_j = -q_j (l_j - mean)
//
// Plan: with r_j = q_j / max q and l_j = ln r_j,
//   H = ln(sum r) + sum r_j (-l_j) / sum r
// where both terms are >= 0, so that H keeps its relative accuracy down to rows that are almost
// one-hot. r, l and their product are float32, the sums double. The first term is log1p of the sum
// without one largest entry.
// Error: 1e-6 relative for probabilities, 2e-6 for logits (tested, up to 4096 entries).
// Cost: 2 reads, about 60 operations per entry (probabilities) or 25 (logits).
// Source: C. E. Shannon, "A mathematical theory of communication", 1948.
#include "normalization/entropy.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "simd/exp.h"
#include "simd/f64x2.h"
#include "simd/log.h"
#include "simd/row_softmax.h"

namespace attnlab::normalization {
namespace {

using simd::F32x4;
using simd::F64x2;
using simd::Widened;

constexpr Index kLanes = F32x4::kLanes;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct RowEntropy {
  double sum;   // of r
  double mean;  // sum q_j l_j
  double entropy;
};

// r and l of four entries; r = 0 for an entry outside of the support.
struct Terms {
  F32x4 r;
  F32x4 l;
};

struct ProbabilityTerms {
  simd::LogQuotient log_quotient;
  F32x4 largest;

  explicit ProbabilityTerms(float value) : log_quotient(value), largest(simd::splat(value)) {}
  Terms operator()(F32x4 x) const {
    // 0 times its infinite logarithm would be NaN; any finite number does instead.
    const F32x4 l = simd::max(log_quotient(x), simd::splat(std::numeric_limits<float>::lowest()));
    return {x / largest, l};
  }
};

struct LogitTerms {
  F32x4 largest;

  explicit LogitTerms(float value) : largest(simd::splat(value)) {}
  Terms operator()(F32x4 x) const {
    constexpr float kNothing = -200.0F;  // the exponential is 0 from here on down
    const F32x4 l = simd::max(x - largest, simd::splat(kNothing));
    return {simd::exp_nonpositive(l), l};
  }
};

template <typename RowTerms>
RowEntropy sum_row(const float* x, Index length, float fill, const RowTerms& terms) {
  F64x2 rest[2] = {simd::splat64(0.0), simd::splat64(0.0)};
  F64x2 product[2] = {simd::splat64(0.0), simd::splat64(0.0)};
  F32x4 ties = simd::zero();
  const auto take = [&](F32x4 value) {
    const auto [r, l] = terms(value);
    const simd::Mask largest = simd::equal(l, simd::zero());
    ties = ties + simd::select(largest, simd::splat(1.0F), simd::zero());
    const Widened wide = simd::widen(simd::select(largest, simd::zero(), r));
    const Widened wide_product = simd::widen(r * l);
    rest[0] = rest[0] + wide.low;
    rest[1] = rest[1] + wide.high;
    product[0] = product[0] + wide_product.low;
    product[1] = product[1] + wide_product.high;
  };
  Index j = 0;
  for (; j + kLanes <= length; j += kLanes) {
    take(simd::load(x + j));
  }
  if (j < length) {
    take(simd::load_part(x + j, length - j, fill));
  }
  const double below = simd::sum(rest[0] + rest[1]) + (static_cast<double>(simd::sum(ties)) - 1.0);
  const double mean = simd::sum(product[0] + product[1]) / (1.0 + below);
  return {.sum = 1.0 + below, .mean = mean, .entropy = std::log1p(below) - mean};
}

RowEntropy row_entropy(const float* x, Index length, RowInput input, const Support& support) {
  if (input == RowInput::kProbabilities) {
    return sum_row(x, length, 0.0F, ProbabilityTerms(support.largest));
  }
  return sum_row(x, length, -kInfinity, LogitTerms(support.largest));
}

}  // namespace

void entropy(const linalg::ConstMatrix& x, RowInput input, std::span<float> out) {
  const Index length = x.cols();
  for (Index i = 0; i < x.rows(); ++i) {
    const float* row = x.data() + i * length;
    const Support support = find_support(row, length, input);
    const double value = support.valid ? row_entropy(row, length, input, support).entropy : kNan;
    out[static_cast<std::size_t>(i)] = static_cast<float>(value);
  }
}

void entropy_backward(const linalg::ConstMatrix& x, std::span<const float> d_output, RowInput input,
                      linalg::Matrix dx) {
  const Index length = x.cols();
  for (Index i = 0; i < x.rows(); ++i) {
    const float* row = x.data() + i * length;
    float* gradient = dx.data() + i * length;
    const Support support = find_support(row, length, input);
    if (!support.valid) {
      std::fill_n(gradient, length, static_cast<float>(kNan));
      continue;
    }
    const RowEntropy total = row_entropy(row, length, input, support);
    const auto incoming = static_cast<double>(d_output[static_cast<std::size_t>(i)]);
    const bool probabilities = input == RowInput::kProbabilities;
    const double unit = log_row(row, length, input, support, support.largest, gradient);
    const double scale =
        -incoming / total.sum / (probabilities ? static_cast<double>(support.largest) : 1.0);
    for (Index j = 0; j < support.size; ++j) {
      const double l = unit * static_cast<double>(gradient[j]);
      const double weight = probabilities ? 1.0 : std::exp(l);
      gradient[j] = static_cast<float>(scale * weight * (l - total.mean));
    }
    expand_row(row, length, input, support, gradient);
    if (probabilities && incoming != 0.0) {
      const auto slope = static_cast<float>(incoming * static_cast<double>(kInfinity));
      for (Index j = 0; j < length; ++j) {
        gradient[j] = row[j] == 0.0F ? slope : gradient[j];
      }
    }
  }
}

}  // namespace attnlab::normalization
