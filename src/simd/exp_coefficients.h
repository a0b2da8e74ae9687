// Coefficients of ScaledExp (scaled_exp.h), defined in a file of their own: a compiler that knew
// them would put them into the instructions, where V8 builds each of them anew in every round of a
// loop; loaded from memory they stay in registers (10 % faster).
#pragma once

namespace attnlab::simd {

struct ExpCoefficients {
  float round_biased;  // adding it rounds to an integer and leaves that integer + 127 below
  float powers[5];     // of f^5 down to f^1 in 2^f, |f| <= 1/2, beside 1
};

extern const ExpCoefficients kExpCoefficients;

}  // namespace attnlab::simd
