// entropy normalization   q = p^gamma / sum p^gamma with H(q) = target
//
// The robust solver. With A = ln s - H and B = H - ln k, both > 0 inside of the attainable set,
//   F(u) = ln(A / B),  u = ln gamma,   F'(u) = gamma^2 Var (1/A + 1/B)
// grows with u from -infinity to infinity, and is straight for small gamma (A is gamma^2 Var / 2 there):
// Newton's method on F needs fewer rounds than on H and cannot leave the attainable set.
//   1. Start: A = gamma^2 Var / 2 with the variance of l over the support, the target's A.
//   2. Rounds in float32 with double sums (moments_in_float) until the next step is small.
//   3. Rounds in double (moments_in_double) until the step after it would change nothing; mostly one.
//   4. The transform itself, which tells the entropy that was reached.
// A bracket is kept of all gammas tried; a step out of it becomes a bisection. A float32 round narrows
// it only where its sign is beyond doubt.
//
// Gradient at a fixed target: see power_gradient.h.
// Error: |H(out) - target| <= 3e-6 max(1, ln length) (tested). Rounds: 5 on average, see the tests.
// Cost: 90 operations per entry for the logarithms (20 for logits), 25 per round in float32, 75 in double.
// Source: Su Jianlin, "Entropy normalization of probability distributions", kexue.fm/archives/8829; the
// solver and the gradient are this project's.
#include "normalization/entropy_normalize.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "normalization/power_gradient.h"
#include "normalization/power_weights.h"
#include "simd/row_softmax.h"

namespace attnlab::normalization {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Targets this close to an end of the attainable set are that end.
constexpr double kEndTolerance = 1e-6;
// A larger step in ln gamma is cut.
constexpr double kLargestStep = 3.0;
// What float32 moments are off at most, per unit of 1 + |gamma (mean - center)|.
constexpr double kFloatDoubt = 1e-5;
// step * residual at which rounds continue in double, and at which nothing is left to do. Newton's method
// squares: what remains afterwards is of the order of this product.
constexpr double kFloatIsEnough = 1e-4;
constexpr double kDoubleIsEnough = 2e-8;
// Where exponents fit float32.
constexpr double kSmallestFloatGamma = 1e-30;
constexpr double kLargestFloatGamma = 1e30;

double tolerance(Index length) {
  return 3e-6 * std::max(1.0, std::log(static_cast<double>(length)));
}

void record(const EntropyTrace& trace, int round, double exponent, double step) {
  if (trace.exponent != nullptr) {
    trace.exponent[round] = exponent;
    trace.step[round] = step;
  }
}

void record_entropy(const EntropyTrace& trace, int round, double entropy) {
  if (trace.entropy != nullptr) {
    trace.entropy[round] = entropy;
  }
}

// Where gamma can be, and the next one to try.
class Search {
 public:
  // l [count], its largest entry 0; high and low: ln s and ln k.
  Search(const float* l, Index count, double target, double low, double high)
      : l_(l), count_(count), target_(target), low_(low), high_(high) {
    // At gamma = 0 the weights are all 1. The largest entry, at a distance of |mean|, alone keeps the
    // variance from being smaller than mean^2 / s, whatever rounding left of it.
    const Moments flat = moments_in_float(l, count, 0.0, 0.0);
    const double variance =
        std::max(flat.variance, flat.mean * flat.mean / static_cast<double>(count));
    gamma_ = std::sqrt(2.0 * (high - target) / variance);
    center_ = std::min(flat.mean + gamma_ * variance, 0.0);
  }

  double gamma() const { return gamma_; }
  bool finished() const { return finished_; }

  // One round: returns the entropy at gamma() and moves on to the next gamma.
  double advance() {
    const bool in_float =
        !precise_ && gamma_ >= kSmallestFloatGamma && gamma_ <= kLargestFloatGamma;
    const Moments moments = in_float ? moments_in_float(l_, count_, gamma_, center_)
                                     : moments_in_double(l_, count_, gamma_, center_);
    const double entropy = moments.entropy(gamma_);
    const double residual = entropy - target_;
    const double doubt =
        in_float ? kFloatDoubt * (1.0 + gamma_ * std::abs(moments.mean - center_)) : 0.0;
    if (residual > doubt) {
      lower_ = gamma_;
    } else if (residual < -doubt) {
      upper_ = gamma_;
    }
    center_ = moments.mean;

    const double step = newton_step(entropy, moments.variance);
    const double next = gamma_ * std::exp(step);
    if (in_float) {
      precise_ = precise_ || std::abs(step * residual) <= kFloatIsEnough;
    } else {
      finished_ = std::abs(step) * std::max(std::abs(step), std::abs(residual)) <= kDoubleIsEnough;
    }
    gamma_ = finished_ || (next > lower_ && next < upper_) ? next : bisection();
    return entropy;
  }

 private:
  // The change of ln gamma.
  double newton_step(double entropy, double variance) const {
    const double below_high = high_ - entropy;
    const double above_low = entropy - low_;
    const double slope = gamma_ * gamma_ * variance * (1.0 / below_high + 1.0 / above_low);
    if (below_high > 0.0 && above_low > 0.0 && slope > 0.0 && std::isfinite(slope)) {
      const double wanted = std::log((high_ - target_) / (target_ - low_));
      const double step = (wanted - std::log(below_high / above_low)) / slope;
      return std::clamp(step, -kLargestStep, kLargestStep);
    }
    // At an end, as far as rounding lets us see: away from it.
    return entropy > target_ ? kLargestStep : -kLargestStep;
  }

  double bisection() const {
    if (upper_ == kInfinity) {
      return gamma_ * std::exp(kLargestStep);
    }
    return lower_ == 0.0 ? upper_ * std::exp(-kLargestStep) : std::sqrt(lower_) * std::sqrt(upper_);
  }

  const float* l_;
  Index count_;
  double target_;
  double low_;
  double high_;
  double gamma_ = 1.0;
  double center_ = 0.0;
  double lower_ = 0.0;
  double upper_ = kInfinity;
  bool precise_ = false;
  bool finished_ = false;
};

// Uniform over the largest entries.
void write_limit(const float* x, Index length, float largest, Index ties, float* out) {
  const auto weight = static_cast<float>(1.0 / static_cast<double>(ties));
  for (Index j = 0; j < length; ++j) {
    out[j] = x[j] == largest ? weight : 0.0F;
  }
}

}  // namespace

EntropyResult entropy_normalize(const float* x, Index length, RowInput input, double target,
                                int max_iterations, float* out, const EntropyTrace& trace) {
  const Support support = find_support(x, length, input);
  if (!support.valid || std::isnan(target)) {
    std::fill_n(out, length, std::numeric_limits<float>::quiet_NaN());
    return {.status = EntropyStatus::kInvalid, .exponent = kNan, .entropy = kNan};
  }
  const Index ties = count_equal(x, length, support.largest);
  const double high = std::log(static_cast<double>(support.size));
  const double low = std::log(static_cast<double>(ties));
  const auto result = [&](EntropyStatus status, int rounds, double exponent, double entropy) {
    return EntropyResult{status, rounds, exponent, entropy, ties, support.size};
  };
  if (target >= high - kEndTolerance) {
    std::fill_n(out, support.size, static_cast<float>(1.0 / static_cast<double>(support.size)));
    expand_row(x, length, input, support, out);
    const bool met = target <= high + kEndTolerance;
    return result(met ? EntropyStatus::kConverged : EntropyStatus::kClampedHigh, 0, 0.0, high);
  }
  if (target <= low + kEndTolerance) {
    write_limit(x, length, support.largest, ties, out);
    const bool met = target >= low - kEndTolerance;
    return result(met ? EntropyStatus::kConverged : EntropyStatus::kClampedLow, 0, kInfinity, low);
  }

  const double unit = log_row(x, length, input, support, support.largest, out);
  Search search(out, support.size, target, low, high);
  double before = 1.0;
  int rounds = 0;
  double gamma = 0.0;
  while (true) {
    gamma = search.gamma();
    const double exponent = gamma / unit;
    record(trace, rounds, exponent, exponent / before);
    before = exponent;
    ++rounds;
    if (search.finished() || rounds == max_iterations) {
      break;
    }
    record_entropy(trace, rounds - 1, search.advance());
  }
  const Moments moments = exponentiate_row(out, support.size, gamma);
  simd::normalize_row(out, support.size, moments.sum, out);
  expand_row(x, length, input, support, out);
  const double entropy = moments.entropy(gamma);
  record_entropy(trace, rounds - 1, entropy);
  const bool met = search.finished() || std::abs(entropy - target) <= tolerance(length);
  return result(met ? EntropyStatus::kConverged : EntropyStatus::kMaxIterations, rounds,
                gamma / unit, entropy);
}

void entropy_normalize_backward(const float* x, Index length, const float* d_output, RowInput input,
                                double exponent, float* dx, std::span<float> workspace) {
  const Support support = find_support(x, length, input);
  if (!support.valid || std::isnan(exponent)) {
    std::fill_n(dx, length, std::numeric_limits<float>::quiet_NaN());
    return;
  }
  if (exponent == 0.0 || std::isinf(exponent)) {
    std::fill_n(dx, length, 0.0F);
    return;
  }
  PowerGradient power({x, length, input, support}, exponent, d_output, workspace.data(), dx);
  power.write(power.covariance() / power.variance());
}

}  // namespace attnlab::normalization
