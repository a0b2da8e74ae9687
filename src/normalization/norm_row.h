// The passes over one row that norm.cpp is made of. What gamma and beta are to an entry is a type:
// 1 or 0, one number for the whole run, or an array of one number per entry.
#pragma once

#include "linalg/matrix.h"
#include "simd/f32x4.h"
#include "simd/f64x2.h"

namespace attnlab::normalization::norm_row {

using linalg::Index;
using simd::F64x2;

// z_j = (x_j - shift) * factor + offset
struct Scale {
  double shift;
  double factor;
  double offset;
};

struct Sums {
  double plain = 0.0;   // of h
  double with_z = 0.0;  // of h z
};

// Factors: times(value, j) for entries j and j + 1, or for j alone.
struct One {
  F64x2 times(F64x2 value, Index /*j*/) const { return value; }
  double times(double value, Index /*j*/) const { return value; }
};
struct Same {
  double number;
  F64x2 times(F64x2 value, Index /*j*/) const { return value * simd::splat64(number); }
  double times(double value, Index /*j*/) const { return value * number; }
  F64x2 times_plus(F64x2 value, const Same& term, Index /*j*/) const {
    return simd::multiply_add(value, simd::splat64(number), simd::splat64(term.number));
  }
  double plus(double value, Index /*j*/) const { return value + number; }
};
struct Each {
  const double* numbers;
  F64x2 times(F64x2 value, Index j) const { return value * simd::load64(numbers + j); }
  double times(double value, Index j) const { return value * numbers[j]; }
  F64x2 times_plus(F64x2 value, const Each& term, Index j) const {
    return simd::multiply_add(value, simd::load64(numbers + j), simd::load64(term.numbers + j));
  }
  double plus(double value, Index j) const { return value + numbers[j]; }
};
struct Zero {
  double plus(double value, Index /*j*/) const { return value; }
};

template <typename Gamma, typename Beta>
F64x2 affine(F64x2 z, const Gamma& gamma, const Beta& beta, Index j) {
  return gamma.times_plus(z, beta, j);
}
template <typename Gamma>
F64x2 affine(F64x2 z, const Gamma& gamma, const Zero& /*beta*/, Index j) {
  return gamma.times(z, j);
}

template <bool kShift>
F64x2 normalized(F64x2 x, const Scale& scale) {
  const F64x2 relative = kShift ? x - simd::splat64(scale.shift) : x;
  return simd::multiply_add(relative, simd::splat64(scale.factor), simd::splat64(scale.offset));
}
inline double normalized(double x, const Scale& scale) {
  return (x - scale.shift) * scale.factor + scale.offset;
}

// out_j = z_j gamma_j + beta_j
template <bool kShift, typename Gamma, typename Beta>
void map(const float* x, Index length, const Scale& scale, const Gamma& gamma, const Beta& beta,
         float* out) {
  const auto pair = [&](Index at) {
    return affine(normalized<kShift>(simd::load_pair(x + at), scale), gamma, beta, at);
  };
  Index j = 0;
  ATTNLAB_KEEP_ROLLED
  for (; j + 8 <= length; j += 8) {
    simd::store(out + j, simd::narrow({pair(j), pair(j + 2)}));
    simd::store(out + j + 4, simd::narrow({pair(j + 4), pair(j + 6)}));
  }
  for (; j < length; ++j) {
    const double z = normalized(static_cast<double>(x[j]), scale);
    out[j] = static_cast<float>(beta.plus(gamma.times(z, j), j));
  }
}

// Where the terms of the gradients of gamma and beta go.
struct Ignore {
  void add(F64x2 /*gradient*/, F64x2 /*z*/, Index /*j*/) const {}
  void add(double /*gradient*/, double /*z*/, Index /*j*/) const {}
};
struct Accumulate {
  double* d_gamma;
  double* d_beta;
  void add(F64x2 gradient, F64x2 z, Index j) const {
    simd::store64(d_gamma + j, simd::multiply_add(gradient, z, simd::load64(d_gamma + j)));
    simd::store64(d_beta + j, gradient + simd::load64(d_beta + j));
  }
  void add(double gradient, double z, Index j) const {
    d_gamma[j] += gradient * z;
    d_beta[j] += gradient;
  }
};

template <bool kShift, typename Gamma, typename Sink>
Sums sum(const float* x, const float* d_output, Index length, const Scale& scale,
         const Gamma& gamma, const Sink& sink) {
  F64x2 plain[2] = {simd::splat64(0.0), simd::splat64(0.0)};
  F64x2 with_z[2] = {simd::splat64(0.0), simd::splat64(0.0)};
  Index j = 0;
  for (; j + 4 <= length; j += 4) {
    for (int half = 0; half < 2; ++half) {
      const Index at = j + 2 * half;
      const F64x2 z = normalized<kShift>(simd::load_pair(x + at), scale);
      const F64x2 gradient = simd::load_pair(d_output + at);
      const F64x2 h = gamma.times(gradient, at);
      plain[half] = plain[half] + h;
      with_z[half] = simd::multiply_add(h, z, with_z[half]);
      sink.add(gradient, z, at);
    }
  }
  Sums sums{simd::sum(plain[0] + plain[1]), simd::sum(with_z[0] + with_z[1])};
  for (; j < length; ++j) {
    const double z = normalized(static_cast<double>(x[j]), scale);
    const auto gradient = static_cast<double>(d_output[j]);
    const double h = gamma.times(gradient, j);
    sums.plain += h;
    sums.with_z += h * z;
    sink.add(gradient, z, j);
  }
  return sums;
}

// d_x_j = (h_j - means.plain - z_j means.with_z) * factor
template <bool kShift, typename Gamma>
void map_back(const float* x, const float* d_output, Index length, const Scale& scale,
              const Sums& means, const Gamma& gamma, float* d_x) {
  const F64x2 plain = simd::splat64(means.plain);
  const F64x2 with_z = simd::splat64(-means.with_z);
  const F64x2 factor = simd::splat64(scale.factor);
  const auto pair = [&](Index at) {
    const F64x2 z = normalized<kShift>(simd::load_pair(x + at), scale);
    const F64x2 h = gamma.times(simd::load_pair(d_output + at), at);
    return simd::multiply_add(z, with_z, h - plain) * factor;
  };
  Index j = 0;
  for (; j + 4 <= length; j += 4) {
    simd::store(d_x + j, simd::narrow({pair(j), pair(j + 2)}));
  }
  for (; j < length; ++j) {
    const double z = normalized(static_cast<double>(x[j]), scale);
    const double h = gamma.times(static_cast<double>(d_output[j]), j);
    d_x[j] = static_cast<float>((h - means.plain - z * means.with_z) * scale.factor);
  }
}

}  // namespace attnlab::normalization::norm_row
