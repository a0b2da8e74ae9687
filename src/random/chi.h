// The distribution of the norm of a Gaussian vector of d entries.
#pragma once

namespace attnlab::random {

// R with P(|g| <= R) = lower, g ~ N(0, I_d): the quantile of the chi distribution.
//   d >= 1; lower and upper = 1 - lower in (0, 1): two numbers, so that both tails keep their
//   digits.
//   P(|g| <= R) = P(d/2, R^2/2), the regularized incomplete gamma function: its series below
//   R^2 = d + 2, the continued fraction of its complement above; inverted by Newton's method kept
//   inside a bracket.
// Error: < 1e-12 relative (tested). Bits: the same in every build.
// Source: Abramowitz and Stegun, 6.5.29 and 6.5.31.
double chi_quantile(int d, double lower, double upper);

}  // namespace attnlab::random
