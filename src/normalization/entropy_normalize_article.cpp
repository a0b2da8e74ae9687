// The article's iteration, as it stands there:
//
//   repeat:  H <- -sum p ln p
//            gamma <- 1 + (target - H) / (H^2 - sum p (ln p)^2)
//            p <- p^gamma / sum p^gamma
//
// Newton's method for the cumulative exponent, started at 1, without a safeguard for the sign of
// the exponent and against 0 ln 0, underflow and a vanishing denominator. Kept literally, sums from
// left to right in double, to show its failures beside the solver of entropy_normalize.cpp.
// Cost: a logarithm and a power in double per entry and round.
// Source: Su Jianlin, "Entropy normalization of probability distributions", kexue.fm/archives/8829.
#include <algorithm>
#include <cmath>
#include <limits>

#include "normalization/entropy_normalize.h"

namespace attnlab::normalization {
namespace {

// H and sum p (ln p)^2.
struct Spread {
  double entropy = 0.0;
  double square = 0.0;
};

Spread spread_of(std::span<const double> p) {
  Spread result;
  for (const double value : p) {
    const double log_p = std::log(value);
    result.entropy -= value * log_p;
    result.square += value * (log_p * log_p);
  }
  return result;
}

void divide_by_sum(std::span<double> p) {
  double sum = 0.0;
  for (const double value : p) {
    sum += value;
  }
  for (double& value : p) {
    value /= sum;
  }
}

}  // namespace

EntropyResult entropy_normalize_article(const float* x, Index length, RowInput input, double target,
                                        int max_iterations, float* out, std::span<double> workspace,
                                        const EntropyTrace& trace) {
  const Support support = find_support(x, length, input);
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  if (!support.valid || std::isnan(target)) {
    std::fill_n(out, length, static_cast<float>(kNan));
    return {.status = EntropyStatus::kInvalid, .exponent = kNan, .entropy = kNan};
  }
  const std::span<double> p = workspace.first(static_cast<std::size_t>(length));
  const auto largest = static_cast<double>(support.largest);
  for (std::size_t j = 0; j < p.size(); ++j) {
    const auto value = static_cast<double>(x[j]);
    p[j] = input == RowInput::kProbabilities ? value : std::exp(value - largest);
  }
  divide_by_sum(p);

  EntropyResult result{.status = EntropyStatus::kMaxIterations,
                       .exponent = 1.0,
                       .ties = count_equal(x, length, support.largest),
                       .support = support.size};
  Spread spread = spread_of(p);
  while (result.iterations < max_iterations && !std::isnan(result.entropy)) {
    const double gamma =
        1.0 + (target - spread.entropy) / (spread.entropy * spread.entropy - spread.square);
    for (double& value : p) {
      value = std::pow(value, gamma);
    }
    divide_by_sum(p);
    spread = spread_of(p);
    result.exponent *= gamma;
    result.entropy = spread.entropy;
    if (trace.exponent != nullptr) {
      trace.exponent[result.iterations] = result.exponent;
      trace.step[result.iterations] = gamma;
      trace.entropy[result.iterations] = spread.entropy;
    }
    ++result.iterations;
  }
  if (std::isnan(result.entropy)) {
    // The entries of p that are not NaN yet would be after the next round.
    std::fill_n(out, length, static_cast<float>(kNan));
    result.status = EntropyStatus::kDiverged;
    result.exponent = kNan;
    return result;
  }
  for (std::size_t j = 0; j < p.size(); ++j) {
    out[j] = static_cast<float>(p[j]);
  }
  if (std::abs(result.entropy - target) <=
      3e-6 * std::max(1.0, std::log(static_cast<double>(length)))) {
    result.status = EntropyStatus::kConverged;
  }
  return result;
}

}  // namespace attnlab::normalization
