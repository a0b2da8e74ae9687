#include "random/chi.h"

#include <algorithm>
#include <cmath>

#include "random/elementary.h"

namespace attnlab::random {
namespace {

constexpr double kTiny = 1e-17;
constexpr int kMaxTerms = 100000;

// ln Gamma(a) for a = 1/2, 1, 3/2, ...: Stirling's series from 16 on, recurrence below.
double log_gamma(double a) {
  double product = 1.0;
  while (a < 16.0) {
    product *= a;
    a += 1.0;
  }
  constexpr double kHalfLog2Pi = 0.91893853320467274178;
  const double z = 1.0 / (a * a);
  const double series =
      (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z * (1.0 / 1680 - z * (1.0 / 1188))))) / a;
  return (a - 0.5) * log(a) - a + kHalfLog2Pi + series - log(product);
}

// x^a e^-x / Gamma(a), 0 where it underflows.
double gamma_weight(double a, double x, double log_gamma_of_a) {
  const double exponent = a * log(x) - x - log_gamma_of_a;
  return exponent < -700.0 ? 0.0 : exp(exponent);
}

// P(a, x) / gamma_weight
double lower_series(double a, double x) {
  double term = 1.0 / a;
  double total = term;
  for (int n = 1; n < kMaxTerms && term > kTiny * total; ++n) {
    term *= x / (a + n);
    total += term;
  }
  return total;
}

// (1 - P(a, x)) / gamma_weight, x >= a + 1: Lentz's evaluation of the continued fraction.
double upper_fraction(double a, double x) {
  constexpr double kFloor = 1e-300;
  double b = x + 1.0 - a;
  double c = 1.0 / kFloor;
  double d = 1.0 / b;
  double h = d;
  for (int n = 1; n < kMaxTerms; ++n) {
    const double factor = -n * (n - a);
    b += 2.0;
    d = factor * d + b;
    d = 1.0 / (std::fabs(d) < kFloor ? kFloor : d);
    c = b + factor / c;
    c = std::fabs(c) < kFloor ? kFloor : c;
    const double change = d * c;
    h *= change;
    if (std::fabs(change - 1.0) < 1e-16) {
      break;
    }
  }
  return h;
}

}  // namespace

double chi_quantile(int d, double lower, double upper) {
  const double a = 0.5 * d;
  const double log_gamma_of_a = log_gamma(a);
  double low = 0.0;
  double high = std::sqrt(static_cast<double>(d)) + 12.0;
  double radius = std::sqrt(std::max(0.5, d - 0.5));
  for (int step = 0; step < 200; ++step) {
    const double x = 0.5 * radius * radius;
    const double weight = gamma_weight(a, x, log_gamma_of_a);
    // How far P(radius) is above `lower`, from the side whose digits are better.
    const double excess =
        x < a + 1.0 ? weight * lower_series(a, x) - lower : upper - weight * upper_fraction(a, x);
    (excess > 0.0 ? high : low) = radius;
    // dP/dradius = 2 weight / radius
    double next = radius - excess * radius / (2.0 * weight);
    const bool inside = next > low && next < high;
    if (!inside) {
      next = 0.5 * (low + high);
    }
    const double change = std::fabs(next - radius);
    radius = next;
    if (change <= 2e-16 * radius) {
      break;
    }
  }
  return radius;
}

}  // namespace attnlab::random
