#include "normalization/norm_row.h"

#include "simd/f32x4.h"
#include "simd/f64x2.h"

namespace attnlab::normalization {
namespace {

using simd::F64x2;
using simd::splat64;

constexpr Index kStep =
    8;  // entries in one round of a loop: fewer, and counting costs as much as the work

// Calls function(j, load, store) for pairs of entries j, j + 1, with ways to read a pair of an array and
// to write one; at an odd end for one entry, of which both lanes hold the same.
struct Pair {
  static F64x2 load(const float* from) { return simd::load_pair(from); }
  static F64x2 load(const double* from) { return simd::load64(from); }
  static void store(double* to, F64x2 value) { simd::store64(to, value); }
  static F64x2 counted(F64x2 value) { return value; }
};
struct Single {
  static F64x2 load(const float* from) { return splat64(static_cast<double>(*from)); }
  static F64x2 load(const double* from) { return splat64(*from); }
  static void store(double* to, F64x2 value) { *to = value.lanes[0]; }
  // For sums: the entry once.
  static F64x2 counted(F64x2 value) { return {simd::DoubleLanes{value.lanes[0], 0.0}}; }
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

// Calls function with what normalizes: few rows need the shift, and the others are faster without.
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

// gamma of entries from j on.
struct One {
  template <typename Access>
  F64x2 times(Access /*access*/, F64x2 value, Index /*j*/) const {
    return value;
  }
};
struct Same {
  F64x2 gamma;
  template <typename Access>
  F64x2 times(Access /*access*/, F64x2 value, Index /*j*/) const {
    return value * gamma;
  }
};
struct Each {
  const double* gamma;
  template <typename Access>
  F64x2 times(Access access, F64x2 value, Index j) const {
    return value * access.load(gamma + j);
  }
};

// Calls take(access, j) for each pair, or at an odd end for each entry.
template <typename Take>
void for_each_pair(Index length, Take&& take) {
  Index j = 0;
  ATTNLAB_KEEP_ROLLED
  for (; j + 2 <= length; j += 2) {
    take(Pair{}, j);
  }
  if (j < length) {
    take(Single{}, j);
  }
}

template <typename Gamma>
RowSums sum(const float* x, const float* dy, Index length, const RowScale& scale,
            const Gamma& gamma) {
  const Normalized<true> normalized(scale);
  F64x2 plain = splat64(0.0);
  F64x2 with_z = splat64(0.0);
  for_each_pair(length, [&](auto access, Index j) {
    const F64x2 z = normalized(access.load(x + j));
    const F64x2 h = access.counted(gamma.times(access, access.load(dy + j), j));
    plain = plain + h;
    with_z = simd::multiply_add(h, z, with_z);
  });
  return {simd::sum(plain), simd::sum(with_z)};
}

template <typename Gamma>
void map_back(const float* x, const float* dy, Index length, const RowScale& scale,
              const RowSums& means, const Gamma& gamma, float* dx) {
  const Normalized<true> normalized(scale);
  const F64x2 plain = splat64(means.plain);
  const F64x2 with_z = splat64(-means.with_z);
  const F64x2 factor = splat64(scale.factor);
  write_row(length, dx, [&](auto access, Index j) {
    const F64x2 z = normalized(access.load(x + j));
    const F64x2 h = gamma.times(access, access.load(dy + j), j);
    return simd::multiply_add(z, with_z, h - plain) * factor;
  });
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

RowSums sum_row(const float* x, const float* dy, Index length, const RowScale& scale) {
  return sum(x, dy, length, scale, One{});
}

RowSums sum_row(const float* x, const float* dy, Index length, const RowScale& scale,
                const RowParameters& parameters) {
  return sum(x, dy, length, scale, Each{parameters.gamma});
}

void add_parameter_gradients(const float* x, const float* dy, Index length, const RowScale& scale,
                             const RowParameters& parameters) {
  const Normalized<true> normalized(scale);
  double* const d_gamma = parameters.d_gamma;
  double* const d_beta = parameters.d_beta;
  for_each_pair(length, [&](auto access, Index j) {
    const F64x2 z = normalized(access.load(x + j));
    const F64x2 gradient = access.load(dy + j);
    access.store(d_gamma + j, simd::multiply_add(gradient, z, access.load(d_gamma + j)));
    access.store(d_beta + j, gradient + access.load(d_beta + j));
  });
}

void map_row_back(const float* x, const float* dy, Index length, const RowScale& scale,
                  const RowSums& means, double gamma, float* dx) {
  map_back(x, dy, length, scale, means, Same{splat64(gamma)}, dx);
}

void map_row_back(const float* x, const float* dy, Index length, const RowScale& scale,
                  const RowSums& means, const RowParameters& parameters, float* dx) {
  map_back(x, dy, length, scale, means, Each{parameters.gamma}, dx);
}

}  // namespace attnlab::normalization
