#include "attention/performer_kernel.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "attention/minus_infinity.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::Index;

constexpr Index kRows = 64;  // rows of x whose features are kept while all of y passes

double dot(const float* a, const float* b, Index d) {
  double total = 0.0;
  for (Index c = 0; c < d; ++c) {
    total += static_cast<double>(a[c]) * static_cast<double>(b[c]);
  }
  return total;
}

double dot(const double* a, const double* b, Index count) {
  double total[2] = {};
  Index r = 0;
  for (; r + 2 <= count; r += 2) {
    total[0] += a[r] * b[r];
    total[1] += a[r + 1] * b[r + 1];
  }
  return total[0] + total[1] + (r < count ? a[r] * b[r] : 0.0);
}

// Features of one vector; phi(x) = e^(their exponent) times what is in `out`, two per draw.
class Draws {
 public:
  Draws(const KernelOptions& options, Index d)
      : options_(options), d_(d), root_(std::sqrt(options.scale)) {}

  double raw_maximum(const float* x) const {
    double largest = minus_infinity<double>();
    for (Index r = 0; r < options_.draws; ++r) {
      largest = std::fmax(largest, raw(x, r));
    }
    return largest;
  }

  // literal_maximum: what an eps > 0 measures exponents from.
  double features(const float* x, double literal_maximum, double* out) const {
    const Index m = options_.draws;
    const double half = 0.5 * options_.scale * dot(x, x, d_);
    for (Index r = 0; r < m; ++r) {
      out[r] = raw(x, r);
      out[m + r] = 0.0;
    }
    switch (options_.estimator) {
      case Estimator::kTrigonometric:
        for (Index r = 0; r < m; ++r) {
          out[m + r] = std::sin(out[r]);
          out[r] = std::cos(out[r]);
        }
        return half;
      case Estimator::kRelu:
        for (Index r = 0; r < m; ++r) {
          out[r] = out[r] < 0.0 ? options_.eps : out[r] + options_.eps;
        }
        return 0.0;
      default:
        break;
    }
    if (options_.eps > 0.0) {
      for (Index r = 0; r < m; ++r) {
        out[r] = std::exp(out[r] - half - literal_maximum) + options_.eps;
      }
      return 0.0;
    }
    const bool both = options_.estimator == Estimator::kHyperbolic;
    double largest = minus_infinity<double>();
    for (Index r = 0; r < m; ++r) {
      largest = std::fmax(largest, both ? std::fabs(out[r]) : out[r]);
    }
    for (Index r = 0; r < m; ++r) {
      out[m + r] = both ? std::exp(-out[r] - largest) : 0.0;
      out[r] = std::exp(out[r] - largest);
    }
    return largest - half;
  }

 private:
  double raw(const float* x, Index r) const {
    return root_ * dot(options_.projection + r * d_, x, d_);
  }

  const KernelOptions& options_;
  Index d_;
  double root_;
};

}  // namespace

void performer_kernel(const ConstMatrix& x, const ConstMatrix& y, const KernelOptions& options,
                      linalg::Matrix out, std::span<double> workspace) {
  const Draws draws(options, x.cols());
  const Index count = 2 * options.draws;
  const double features = options.estimator == Estimator::kHyperbolic
                              ? static_cast<double>(count)
                              : static_cast<double>(options.draws);
  const bool literal = options.eps > 0.0;
  double* of_y = workspace.data();
  double* of_x = of_y + count;
  double exponents[kRows];
  double y_maximum = minus_infinity<double>();
  for (Index j = 0; literal && j < y.rows(); ++j) {
    y_maximum = std::fmax(y_maximum, draws.raw_maximum(y.data() + j * y.cols()));
  }
  for (Index first = 0; first < x.rows(); first += kRows) {
    const Index rows = std::min(kRows, x.rows() - first);
    for (Index i = 0; i < rows; ++i) {
      const float* row = x.data() + (first + i) * x.cols();
      exponents[i] = draws.features(row, literal ? draws.raw_maximum(row) : 0.0, of_x + i * count);
    }
    for (Index j = 0; j < y.rows(); ++j) {
      const double exponent = draws.features(y.data() + j * y.cols(), y_maximum, of_y);
      for (Index i = 0; i < rows; ++i) {
        const double sum = dot(of_x + i * count, of_y, count) / features;
        // A sum of 0 stays 0 beside a factor that overflows.
        out(first + i, j) =
            sum == 0.0 ? 0.0F : static_cast<float>(sum * std::exp(exponents[i] + exponent));
      }
    }
  }
}

std::size_t performer_kernel_workspace(Index draws) {
  return static_cast<std::size_t>((kRows + 1) * 2 * draws);
}

void performer_variance(const ConstMatrix& x, const ConstMatrix& y, Estimator estimator,
                        Index draws, double scale, linalg::Matrix out) {
  const Index d = x.cols();
  for (Index i = 0; i < x.rows(); ++i) {
    const float* a = x.data() + i * d;
    const double square_x = dot(a, a, d);
    for (Index j = 0; j < y.rows(); ++j) {
      const float* b = y.data() + j * d;
      const double product = scale * dot(a, b, d);
      const double squares = scale * (square_x + dot(b, b, d));
      const double sum = std::fmax(0.0, squares + 2.0 * product);         // |x + y|^2
      const double difference = std::fmax(0.0, squares - 2.0 * product);  // |x - y|^2
      double variance = std::numeric_limits<double>::quiet_NaN();
      if (estimator == Estimator::kTrigonometric) {
        const double factor = -std::expm1(-difference);
        variance = 0.5 * std::exp(sum - 2.0 * product) * factor * factor;
      } else if (estimator == Estimator::kPositive || estimator == Estimator::kHyperbolic) {
        const double factor = -std::expm1(-sum);
        variance = std::exp(sum + 2.0 * product) * factor *
                   (estimator == Estimator::kHyperbolic ? 0.5 * factor : 1.0);
      }
      out(i, j) = static_cast<float>(variance / static_cast<double>(draws));
    }
  }
}

}  // namespace attnlab::attention
