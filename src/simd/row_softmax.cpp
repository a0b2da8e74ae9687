#include "simd/row_softmax.h"

#include "simd/f64x2.h"
#include "simd/scaled_exp.h"

namespace attnlab::simd {
namespace {

constexpr float kLowest = -std::numeric_limits<float>::infinity();

// beside(j) is interleaved work on the vector of entries from j on, beside.part(j, count) on the
// last few entries.
template <typename Beside>
RowSum exponentiate(const float* x, std::ptrdiff_t length, double factor, float* out,
                    const float* next, float& maximum, std::ptrdiff_t block, const Beside& beside) {
  const float origin = origin_of(maximum);
  const ScaledExp exponential(origin, factor);
  F32x4 next_maximum = splat(kLowest);
  DoubleSum total;
  std::ptrdiff_t j = 0;
  while (j + F32x4::kLanes <= length) {
    const std::ptrdiff_t end = j + block < length ? j + block : length;
    F32x4 weights = zero();
    ATTNLAB_KEEP_ROLLED
    for (; j + F32x4::kLanes <= end; j += F32x4::kLanes) {
      const F32x4 value = load(x + j);
      next_maximum = max(next_maximum, load(next + j));
      beside(j);
      const F32x4 weight = exponential(value);
      store(out + j, weight);
      weights = weights + weight;
    }
    total.add(weights);
  }
  if (j < length) {
    next_maximum = max(next_maximum, load_part(next + j, length - j, kLowest));
    beside.part(j, length - j);
    const F32x4 weight = exponential(load_part(x + j, length - j, kLowest));
    store_part(out + j, length - j, weight);
    total.add(weight);
  }
  maximum = largest(next_maximum);
  return {origin, total.value()};
}

struct Nothing {
  void operator()(std::ptrdiff_t /*j*/) const {}
  void part(std::ptrdiff_t /*j*/, std::ptrdiff_t /*count*/) const {}
};

// The factor that normalizes a row with this sum.
float inverse_of(double sum) { return static_cast<float>(sum == 0.0 ? 0.0 : 1.0 / sum); }

class Normalize {
 public:
  explicit Normalize(const UnfinishedRow& row)
      : weights_(row.weights), inverse_(splat(inverse_of(row.sum))), out_(row.out) {}

  void operator()(std::ptrdiff_t j) const { store(out_ + j, load(weights_ + j) * inverse_); }
  void part(std::ptrdiff_t j, std::ptrdiff_t count) const {
    store_part(out_ + j, count, load_part(weights_ + j, count, 0.0F) * inverse_);
  }

 private:
  const float* weights_;
  F32x4 inverse_;
  float* out_;
};

}  // namespace

float row_maximum(const float* x, std::ptrdiff_t length) {
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

RowSum exponentiate_row(const float* x, std::ptrdiff_t length, double factor, float* out,
                        const float* next, float& maximum, std::ptrdiff_t block) {
  return exponentiate(x, length, factor, out, next, maximum, block, Nothing{});
}

RowSum exponentiate_row(const float* x, std::ptrdiff_t length, double factor, float* out,
                        const float* next, float& maximum, const UnfinishedRow& before) {
  return exponentiate(x, length, factor, out, next, maximum, kBlockForSum, Normalize(before));
}

RowSum exponentiate_row(const float* x, std::ptrdiff_t length, double factor, float* out) {
  float maximum = row_maximum(x, length);
  return exponentiate_row(x, length, factor, out, x, maximum, kBlockForSum);
}

void normalize_row(const float* row, std::ptrdiff_t length, double sum_of_row, float* out) {
  const Normalize normalize({row, sum_of_row, out});
  std::ptrdiff_t j = 0;
  for (; j + F32x4::kLanes <= length; j += F32x4::kLanes) {
    normalize(j);
  }
  normalize.part(j, length - j);
}

}  // namespace attnlab::simd
