// Coefficients of ScaledExp (scaled_exp.h), defined in a translation unit of their own. A compiler
// that sees their values makes them literals of the code, which V8 materializes anew in every round
// of a loop; loaded from memory they stay in registers (10 % faster).
#pragma once

namespace attnlab::simd {

struct ExpCoefficients {
  float round_biased;  // adding it rounds to an integer n and leaves n + 127 in the low bits
  float powers[5];     // coefficients of f^5 down to f^1 in 2^f, |f| <= 1/2; that of f^0 is 1
};

extern const ExpCoefficients kExpCoefficients;

}  // namespace attnlab::simd
