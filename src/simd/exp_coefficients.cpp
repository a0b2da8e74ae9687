#include "simd/exp_coefficients.h"

namespace attnlab::simd {

// Minimax for 2^f in relative error, 9.1e-8, with constant term exactly 1.
const ExpCoefficients kExpCoefficients = {
    .round_biased = 0x1.8p23F + 127,
    .powers = {0x1.5bba14p-10F, 0x1.3cea88p-7F, 0x1.c6b752p-5F, 0x1.ebf9bcp-3F, 0x1.62e42ap-1F},
};

}  // namespace attnlab::simd
