// The exponentials of one row and their sum: what softmax, its logarithm, their gradients and the
// attention weights have in common.
//
//   out_j = exp((x_j - origin) * factor),   sum = sum_j out_j,   origin = max_j x_j
//
// origin is 0 where the row holds nothing but -infinity and NaN, so that a row of -infinity sums to
// exactly 0 and a NaN reaches the sum. factor is between 1e-30 and 1e30.
//
// Plan: exp(t) = 2^n 2^f with t = (n + f) ln 2; log2(e) is folded into the factor, and n and f come
// out of two multiply-adds. 16 vectors are added up in float32, blocks of them in double: ln(sum)
// keeps its digits where one entry outweighs all others, whatever the length.
// Error: out within (4 + |t|) 2^-23 relative, exactly 0 for t < -88; sum within 5e-7 (tested through
// softmax and log_softmax).
// Cost: about 20 operations per vector; reads x twice, writes out once.
#pragma once

#include <cstddef>
#include <limits>

#include "simd/exp_coefficients.h"
#include "simd/f32x4.h"
#include "simd/f64x2.h"

namespace attnlab::simd {

struct RowSum {
  float origin;
  double sum;
};

// The vector at row[0, count), count < 4, other lanes `fill`.
inline F32x4 load_part(const float* row, std::ptrdiff_t count, float fill) {
  float lanes[F32x4::kLanes] = {fill, fill, fill, fill};
  for (std::ptrdiff_t lane = 0; lane < count; ++lane) {
    lanes[lane] = row[lane];
  }
  return load(lanes);
}

inline void store_part(float* row, std::ptrdiff_t count, F32x4 x) {
  float lanes[F32x4::kLanes];
  store(lanes, x);
  for (std::ptrdiff_t lane = 0; lane < count; ++lane) {
    row[lane] = lanes[lane];
  }
}

// The row's maximum, NaN passed over; -infinity when there is nothing else.
inline float row_maximum(const float* x, std::ptrdiff_t length) {
  constexpr float kLowest = -std::numeric_limits<float>::infinity();
  constexpr std::ptrdiff_t kStep = 4 * F32x4::kLanes;
  F32x4 maximum[4] = {splat(kLowest), splat(kLowest), splat(kLowest), splat(kLowest)};
  std::ptrdiff_t j = 0;
  for (; j + kStep <= length; j += kStep) {
    for (int u = 0; u < 4; ++u) {
      maximum[u] = max(maximum[u], load(x + j + u * F32x4::kLanes));
    }
  }
  for (; j + F32x4::kLanes <= length; j += F32x4::kLanes) {
    maximum[0] = max(maximum[0], load(x + j));
  }
  maximum[1] = max(maximum[1], load_part(x + j, length - j, kLowest));
  return largest(max(max(maximum[0], maximum[1]), max(maximum[2], maximum[3])));
}

// exp((x - origin) * factor) for x <= origin, four at a time.
class ScaledExp {
 public:
  ScaledExp(float origin, double factor)
      : origin_(splat(origin)),
        factor_(splat(static_cast<float>(factor * kLog2E))),
        lowest_(splat(static_cast<float>(-127.0 / (factor * kLog2E)))),
        round_biased_(load_splat(&kExpCoefficients.round_biased)),
        one_(load_splat(&kExpCoefficients.one)) {
    for (int degree = 0; degree < 5; ++degree) {
      powers_[degree] = load_splat(kExpCoefficients.powers + degree);
    }
  }

  F32x4 operator()(F32x4 x) const {
    // In units of ln 2 / factor; no lower than what gives n = -127, whose power of two is 0.
    const F32x4 t = max(x - origin_, lowest_);
    const F32x4 biased = multiply_add(t, factor_, round_biased_);
    const F32x4 f = multiply_add(t, factor_, round_biased_ - biased);
    F32x4 p = multiply_add(powers_[0], f, powers_[1]);
    p = multiply_add(p, f, powers_[2]);
    p = multiply_add(p, f, powers_[3]);
    p = multiply_add(p, f, powers_[4]);
    p = multiply_add(p, f, one_);
    // A product rather than a sum of exponents: NaN passes whatever its payload.
    return p * shift_bits_left<23>(biased);
  }

 private:
  static constexpr double kLog2E = 1.4426950408889634;

  F32x4 origin_;
  F32x4 factor_;
  F32x4 lowest_;
  F32x4 round_biased_;
  F32x4 powers_[5];
  F32x4 one_;
};

inline float origin_of(float maximum) {
  return maximum == -std::numeric_limits<float>::infinity() ? 0.0F : maximum;
}

// `maximum` is the row's, and comes back as that of the row `next`: its loads wait for memory while
// the exponentials of this row are computed. next may be x, out may be x, but then next is not.
inline RowSum exponentiate_row(const float* x, std::ptrdiff_t length, double factor, float* out,
                               const float* next, float& maximum) {
  constexpr float kLowest = -std::numeric_limits<float>::infinity();
  constexpr std::ptrdiff_t kBlock = 16 * F32x4::kLanes;
  const float origin = origin_of(maximum);
  const ScaledExp exponential(origin, factor);
  F32x4 next_maximum = splat(kLowest);
  F64x2 total[2] = {splat64(0.0), splat64(0.0)};
  std::ptrdiff_t j = 0;
  while (j + F32x4::kLanes <= length) {
    const std::ptrdiff_t end = j + kBlock < length ? j + kBlock : length;
    F32x4 block = zero();
    for (; j + F32x4::kLanes <= end; j += F32x4::kLanes) {
      next_maximum = max(next_maximum, load(next + j));
      const F32x4 weight = exponential(load(x + j));
      store(out + j, weight);
      block = block + weight;
    }
    const Widened wide = widen(block);
    total[0] = total[0] + wide.low;
    total[1] = total[1] + wide.high;
  }
  if (j < length) {
    next_maximum = max(next_maximum, load_part(next + j, length - j, kLowest));
    const F32x4 weight = exponential(load_part(x + j, length - j, kLowest));
    store_part(out + j, length - j, weight);
    const Widened wide = widen(weight);
    total[0] = total[0] + wide.low;
    total[1] = total[1] + wide.high;
  }
  maximum = largest(next_maximum);
  return {origin, sum(total[0] + total[1])};
}

// out may be x.
inline RowSum exponentiate_row(const float* x, std::ptrdiff_t length, double factor, float* out) {
  float maximum = row_maximum(x, length);
  return exponentiate_row(x, length, factor, out, out, maximum);
}

// out = row / sum; a row of sum 0 stays 0. out may be row.
inline void normalize_row(const float* row, std::ptrdiff_t length, double sum_of_row, float* out) {
  const auto inverse = static_cast<float>(sum_of_row == 0.0 ? 0.0 : 1.0 / sum_of_row);
  std::ptrdiff_t j = 0;
  for (; j + F32x4::kLanes <= length; j += F32x4::kLanes) {
    store(out + j, load(row + j) * splat(inverse));
  }
  for (; j < length; ++j) {
    out[j] = row[j] * inverse;
  }
}

inline void normalize_row(float* row, std::ptrdiff_t length, double sum_of_row) {
  normalize_row(row, length, sum_of_row, row);
}

}  // namespace attnlab::simd
