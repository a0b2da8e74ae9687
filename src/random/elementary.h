// Logarithm, exponential, sine and cosine in double, the same bits in every build.
//
// The C library's functions are good to an ulp, and each library has its own last bits. Drawn
// numbers must not depend on the library, so what they need is computed here, from additions,
// multiplications and divisions alone, none of them fused.
//
//   log(x)           x normal and > 0     ln(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2)), s = f/(2 + f)
//   exp(x)           |x| <= 700           2^n e^r, r = x - n ln 2 in two pieces
//   sin_cos_turns(t) 0 <= t < 2^40        sine and cosine of 2 pi t; t - round(4 t)/4 is exact
//
// The polynomials are Taylor's, cut where the next term no longer counts. Error: log and exp
// < 1 ulp, sine and cosine < 1.5 ulp where the result is above 0.1, 2e-16 absolute elsewhere
// (tested).
#pragma once

#include <bit>
#include <cstdint>

namespace attnlab::random {

namespace elementary_detail {

constexpr int kMantissaBits = 52;
constexpr std::int64_t kBias = 1023;
constexpr double kLn2High = 0x1.62e42fefa0000p-1;  // 33 bits: exact times any exponent
constexpr double kLn2Low = 0x1.cf79abc9e3b3ap-40;

// 2^n for a normal result.
inline double power_of_two(std::int64_t n) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(n + kBias) << kMantissaBits);
}

// The nearest whole number; |x| < 2^51.
inline double round_to_integer(double x) {
  constexpr double kRound = 0x1.8p52;  // adding it leaves no room for a fraction
  return (x + kRound) - kRound;
}

}  // namespace elementary_detail

inline double log(double x) {
  using namespace elementary_detail;
  constexpr double kSqrt2 = 0x1.6a09e667f3bcdp0;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  std::int64_t exponent = static_cast<std::int64_t>(bits >> kMantissaBits) - kBias;
  constexpr std::uint64_t kMantissa = (std::uint64_t{1} << kMantissaBits) - 1;
  double m = std::bit_cast<double>((bits & kMantissa) | static_cast<std::uint64_t>(kBias)
                                                            << kMantissaBits);
  if (m > kSqrt2) {
    m *= 0.5;
    ++exponent;
  }
  const double f = m - 1.0;  // in [sqrt(1/2) - 1, sqrt(2) - 1]
  const double s = f / (2.0 + f);
  const double z = s * s;
  double r = 0.0;
  for (int term = 21; term >= 3; term -= 2) {  // R = 2/3 z + 2/5 z^2 + ...
    r = (r + 2.0 / term) * z;
  }
  const double half_square = 0.5 * f * f;
  const auto n = static_cast<double>(exponent);
  return n * kLn2High - ((half_square - (s * (half_square + r) + n * kLn2Low)) - f);
}

inline double exp(double x) {
  using namespace elementary_detail;
  constexpr double kLog2E = 0x1.71547652b82fep0;
  const double n = round_to_integer(x * kLog2E);
  const double high = x - n * kLn2High;
  const double low = n * kLn2Low;
  const double r = high - low;  // |r| <= (ln 2)/2
  double tail = 0.0;            // e^r - 1 - r
  for (int term = 14; term >= 3; --term) {
    tail = (tail + 1.0) * (r / term);
  }
  tail = (tail + 1.0) * (r * r * 0.5);
  // What rounding r took away goes back into the tail.
  const double lost = (high - r) - low;
  return (1.0 + (r + (tail + lost))) * power_of_two(static_cast<std::int64_t>(n));
}

struct SinCos {
  double sin;
  double cos;
};

inline SinCos sin_cos_turns(double t) {
  using namespace elementary_detail;
  constexpr double kTwoPi = 0x1.921fb54442d18p2;
  constexpr double kTwoPiRest = 0x1.1a62633145c07p-52;
  const double quarters = round_to_integer(4.0 * t);
  const double r = t - 0.25 * quarters;  // exact, |r| <= 1/8
  const double x = r * kTwoPi;
  const double z = x * x;
  double sine = 0.0;    // (sin x - x) / x
  double cosine = 0.0;  // cos x - 1
  for (int term = 18; term >= 2; term -= 2) {
    sine = (sine + 1.0) * (-z / (term * (term + 1)));
    cosine = (cosine + 1.0) * (-z / (term * (term - 1)));
  }
  const double s = x + (x * sine + r * kTwoPiRest);
  const double c = 1.0 + cosine;
  switch (static_cast<std::int64_t>(quarters) & 3) {
    case 0:
      return {s, c};
    case 1:
      return {c, -s};
    case 2:
      return {-s, -c};
    default:
      return {-c, s};
  }
}

}  // namespace attnlab::random
