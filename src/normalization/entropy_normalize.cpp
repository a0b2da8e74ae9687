// entropy normalization   q = p^gamma / sum p^gamma with H(q) = target
//
// The robust solver. With A = ln s - H and B = H - ln k, both > 0 inside of the attainable set,
//   F(u) = ln(A / B),  u = ln gamma,   F'(u) = gamma^2 Var (1/A + 1/B)
// grows with u from -infinity to infinity and is linear for small gamma (A is gamma^2 Var / 2
// there). A solver for F needs fewer rounds than one for H and cannot leave the attainable set. It
// is Halley's: the third moment, which F'' takes, costs little beside the exponentials.
//   1. Start: A = gamma^2 Var / 2 + gamma^3 Third / 3 with the moments of l over the support.
//   2. Rounds in float32 with double sums (moments_in_float) until a further step would change
//      nothing; where float32 cannot tell (few entries, or close to an end), until the next step is
//      small.
//   3. In the latter case rounds in double (moments_in_double) until a further step would change
//      nothing; mostly one.
//   4. The transform itself, which gives the entropy that was reached. If that is off, back to 3.
// A bracket of the gammas tried is kept; a step that leaves it is replaced by a bisection. A
// float32 round narrows it only where the sign of the residual is beyond its error.
//
// Gradient at a fixed target: see power_gradient.h.
// Error: |H(out) - target| <= 3e-6 max(1, ln length) (tested). Rounds: 4 on average, see the tests.
// Cost: 60 operations per entry for the logarithms (20 for logits), 20 per round in float32, 80 in
// double.
// Source: Su Jianlin, "Entropy normalization of probability distributions", kexue.fm/archives/8829;
// the solver and the gradient are this project's.
#include "normalization/entropy_normalize.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "normalization/power_gradient.h"
#include "normalization/power_weights.h"
#include "simd/finite.h"
#include "simd/row_softmax.h"

namespace attnlab::normalization {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Targets this close to an end of the attainable set are that end.
constexpr double kEndTolerance = 1e-6;
// A larger step in ln gamma is cut.
constexpr double kLargestStep = 3.0;
// The correction by the third moment, in the start and in a step, is clamped to this.
constexpr double kLargestBend = 0.5;
// The largest error of float32 moments, in units of 1 + |gamma (mean - center)|.
constexpr double kFloatDoubt = 1e-5;
// step^3 at which a round is the last: the error that a step of Halley's leaves is of that order.
constexpr double kNothingLeft = 3e-8;
// Where float32 can decide that: with so many entries the errors of single weights cancel, and with
// such a slope gamma^2 Var, the change of the entropy with ln gamma, they are small beside it.
constexpr Index kManyEntries = 128;
constexpr double kFeltSlope = 0.25;
// The residual that the transform may then have, in units of 2 + gamma^2 Var: gamma itself is
// rounded to float32.
constexpr double kLargestResidual = 1e-7;
// Elsewhere: step * residual at which rounds go on in double, and at which they end.
constexpr double kFloatIsEnough = 1e-4;
constexpr double kDoubleIsEnough = 2e-8;

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

// The bracket of gamma and the next gamma to try.
class Search {
 public:
  // l [count], its largest entry 0; high and low: ln s and ln k.
  Search(const float* l, Index count, double target, double low, double high)
      : l_(l), count_(count), target_(target), low_(low), high_(high) {
    // At gamma = 0 all weights are 1. The largest entry alone, at a distance of |mean| from the
    // mean, contributes mean^2 / s to the variance: a lower bound where rounding has left less.
    const Moments flat = flat_moments(l, count);
    const double variance =
        std::max(flat.variance, flat.mean * flat.mean / static_cast<double>(count));
    const double straight = std::sqrt(2.0 * (high - target) / variance);
    const double skew = straight * flat.third / (3.0 * variance);  // may be -infinity
    move_to(straight * std::exp(std::clamp(-skew, -kLargestBend, kLargestBend)));
    center_ = std::min(flat.mean + gamma_ * variance, 0.0);
  }

  double gamma() const { return gamma_; }
  bool finished() const { return finished_; }

  // Replaces l by the weights at gamma() and gives their sum and mean.
  Moments transform(float* l) const {
    const bool in_float = finished_ && !precise_;
    return exponentiate_row(l, count_, gamma_, center_,
                            in_float ? simd::kBlockForSum : simd::kBlockForLogarithm);
  }

  // Whether a transform with this entropy is the result. If not, l has to be restored and rounds go
  // on.
  bool accepts(double entropy) {
    if (precise_ || std::abs(entropy - target_) <= kLargestResidual * (2.0 + slope_)) {
      return true;
    }
    precise_ = true;
    finished_ = false;
    return false;
  }

  // One round: returns the entropy at gamma() and moves on to the next gamma.
  double advance() {
    const bool in_float = !precise_ && simd::is_moderate(gamma_);
    const Moments moments = in_float ? moments_in_float(l_, count_, gamma_, center_)
                                     : moments_in_double(l_, count_, gamma_, center_);
    const double entropy = moments.entropy(gamma_);
    const double residual = entropy - target_;
    const double distance = gamma_ * std::abs(moments.mean - center_);
    const double doubt = in_float ? kFloatDoubt * (1.0 + distance) : 0.0;
    if (residual > doubt) {
      lower_ = gamma_;
    } else if (residual < -doubt) {
      upper_ = gamma_;
    }
    center_ = moments.mean;
    slope_ = gamma_ * gamma_ * moments.variance;

    const double step = halley_step(entropy, moments);
    const double next = gamma_ * std::exp(step);
    if (!in_float) {
      finished_ = std::abs(step) * std::max(std::abs(step), std::abs(residual)) <= kDoubleIsEnough;
    } else if (count_ >= kManyEntries && distance <= 1.0 && slope_ >= kFeltSlope) {
      finished_ = std::abs(step * step * step) <= kNothingLeft;
    } else {
      precise_ = precise_ || std::abs(step * residual) <= kFloatIsEnough;
    }
    // A step that was cut from one end of the bracket may end at the other.
    const bool cut = std::abs(step) == kLargestStep && lower_ > 0.0 && upper_ < kInfinity;
    const bool inside = next > lower_ && next < upper_ && !cut;
    move_to(finished_ || inside ? next : bisection());
    return entropy;
  }

 private:
  void move_to(double gamma) {
    gamma_ = !precise_ && simd::is_moderate(gamma) ? representable_gamma(gamma) : gamma;
  }

  // The change of ln gamma.
  double halley_step(double entropy, const Moments& moments) const {
    const double below_high = high_ - entropy;
    const double above_low = entropy - low_;
    const double slope = slope_ * (1.0 / below_high + 1.0 / above_low);
    if (below_high > 0.0 && above_low > 0.0 && slope > 0.0 && std::isfinite(slope)) {
      const double wanted = std::log((high_ - target_) / (target_ - low_));
      const double newton = (wanted - std::log(below_high / above_low)) / slope;
      // F'' / F'
      const double curvature = 2.0 + gamma_ * moments.third / moments.variance -
                               slope_ * (1.0 / below_high - 1.0 / above_low);
      const double bend = std::isnan(curvature)
                              ? 0.0
                              : std::clamp(curvature * newton / 2.0, -kLargestBend, kLargestBend);
      return std::clamp(newton / (1.0 + bend), -kLargestStep, kLargestStep);
    }
    // At an end of the attainable set, up to rounding: step away from it.
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
  double center_ = 0.0;  // the mean of l under gamma_, about
  double slope_ = 0.0;   // gamma^2 Var = -dH / d ln gamma
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
  double entropy = 0.0;
  Moments moments;
  while (true) {
    gamma = search.gamma();
    const double exponent = gamma / unit;
    record(trace, rounds, exponent, exponent / before);
    before = exponent;
    ++rounds;
    if (!search.finished() && rounds < max_iterations) {
      record_entropy(trace, rounds - 1, search.advance());
      continue;
    }
    moments = search.transform(out);
    entropy = moments.entropy(gamma);
    record_entropy(trace, rounds - 1, entropy);
    if (rounds == max_iterations || search.accepts(entropy)) {
      break;
    }
    log_row(x, length, input, support, support.largest, out);
  }
  simd::normalize_row(out, support.size, moments.sum, out);
  expand_row(x, length, input, support, out);
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
