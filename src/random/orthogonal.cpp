#include "random/orthogonal.h"

#include <cmath>

#include "simd/f64x2.h"

namespace attnlab::random {
namespace {

using simd::DoubleLanes;
using simd::F64x2;

F64x2 load(const double* from) {
  F64x2 result;
  __builtin_memcpy(&result.lanes, from, sizeof(DoubleLanes));
  return result;
}

void store(double* to, F64x2 x) { __builtin_memcpy(to, &x.lanes, sizeof(DoubleLanes)); }

double dot(const double* a, const double* b, std::size_t length) {
  F64x2 total[2] = {simd::splat64(0.0), simd::splat64(0.0)};
  std::size_t c = 0;
  for (; c + 4 <= length; c += 4) {
    total[0] = total[0] + load(a + c) * load(b + c);
    total[1] = total[1] + load(a + c + 2) * load(b + c + 2);
  }
  double result = simd::sum(total[0] + total[1]);
  for (; c < length; ++c) {
    result += a[c] * b[c];
  }
  return result;
}

// to -= factor * from
void subtract(double factor, const double* from, double* to, std::size_t length) {
  const F64x2 wide = simd::splat64(factor);
  std::size_t c = 0;
  for (; c + 2 <= length; c += 2) {
    store(to + c, load(to + c) - wide * load(from + c));
  }
  for (; c < length; ++c) {
    to[c] -= factor * from[c];
  }
}

}  // namespace

void orthonormalize(std::size_t count, std::size_t length, double* rows, double* norms) {
  for (std::size_t r = 0; r < count; ++r) {
    double* row = rows + r * length;
    if (norms != nullptr) {
      norms[r] = std::sqrt(dot(row, row, length));
    }
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t before = 0; before < r; ++before) {
        const double* other = rows + before * length;
        subtract(dot(row, other, length), other, row, length);
      }
      const double norm = std::sqrt(dot(row, row, length));
      for (std::size_t c = 0; c < length; ++c) {
        row[c] /= norm;
      }
    }
  }
}

}  // namespace attnlab::random
