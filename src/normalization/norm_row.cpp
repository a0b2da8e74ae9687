#include "normalization/norm_row.h"

#include "simd/f32x4.h"
#include "simd/f64x2.h"

namespace attnlab::normalization {
namespace {

using simd::F64x2;
using simd::splat64;

// Entries in one round of a loop: with fewer, the loop's overhead costs as much as the work.
constexpr Index kStep = 8;

// How two entries are read from an array, or a single one into both lanes, at the end of a row.
struct Pair {
  static F64x2 load(const float* from) { return simd::load_pair(from); }
  static F64x2 load(const double* from) { return simd::load64(from); }
};
struct Single {
  static F64x2 load(const float* from) { return splat64(static_cast<double>(*from)); }
  static F64x2 load(const double* from) { return splat64(*from); }
};

template <bool kShifts>
class Normalized {
 public:
  explicit Normalized(const RowScale& scale)
      : shift_(splat64(scale.shift)),
        factor_(splat64(scale.factor)),
        offset_(splat64(scale.offset)) {}

  F64x2 operator()(F64x2 x) const {
    return simd::multiply_add(kShifts ? x - shift_ : x, factor_, offset_);
  }

 private:
  F64x2 shift_;
  F64x2 factor_;
  F64x2 offset_;
};

// Calls function with the Normalized that fits: few rows need the shift, the others are faster
// without.
template <typename Function>
void with_normalized(const RowScale& scale, Function&& function) {
  if (scale.shift == 0.0) {
    function(Normalized<false>(scale));
  } else {
    function(Normalized<true>(scale));
  }
}

// out_j = function(access, j)
template <typename Function>
void write_row(Index length, float* out, Function&& function) {
  Index j = 0;
  ATTNLAB_KEEP_ROLLED
  for (; j + kStep <= length; j += kStep) {
    simd::store(out + j, simd::narrow({function(Pair{}, j), function(Pair{}, j + 2)}));
    simd::store(out + j + 4, simd::narrow({function(Pair{}, j + 4), function(Pair{}, j + 6)}));
  }
  ATTNLAB_KEEP_ROLLED
  for (; j < length; ++j) {
    out[j] = static_cast<float>(function(Single{}, j).lanes[0]);
  }
}

}  // namespace

void map_row(const float* x, Index length, const RowScale& scale, float* out) {
  with_normalized(scale, [&](auto normalized) {
    write_row(length, out, [&](auto access, Index j) { return normalized(access.load(x + j)); });
  });
}

void map_row(const float* x, Index length, const RowScale& scale, const RowParameters& parameters,
             float* out) {
  const double* const gamma = parameters.gamma;
  const double* const beta = parameters.beta;
  with_normalized(scale, [&](auto normalized) {
    write_row(length, out, [&](auto access, Index j) {
      return simd::multiply_add(normalized(access.load(x + j)), access.load(gamma + j),
                                access.load(beta + j));
    });
  });
}

}  // namespace attnlab::normalization
