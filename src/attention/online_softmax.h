// Softmax of rows that arrive in pieces, eight rows (queries) at a time, one per lane.
//
//   m' = max(m, max_j s_j)
//   l' = 2^(m - m') l + sum_j 2^(s_j - m')
//   o' = 2^(m - m') o + sum_j 2^(s_j - m') v_j
//
// Logits come in units of ln 2 (the kernels fold log2(e) into their scale), so that a base-2
// exponential serves. A tile of scores is [keys][8]: row maxima, sums and exponentials are all
// vertical operations.
//
// NaN: the running maximum passes over a NaN score, so it never becomes one; the score itself makes
// its weight, the sum and the output NaN. A row whose scores were all -infinity so far keeps
// m = -infinity and weights of exactly 0.
// Sums: the weights of a tile are added in runs of 8, runs into the tile's sum, tiles into the
// row's: with 4096 keys no more than 8 + 24 + 22 roundings deep, so 1e-6 is kept (tested).
// Cost: about 35 vector operations for a key and eight queries.
// Paper: Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018.
#pragma once

#include "attention/minus_infinity.h"
#include "linalg/matrix.h"
#include "linalg/microkernel.h"
#include "simd/exp.h"
#include "simd/f32x4.h"
#include "simd/own_function.h"

namespace attnlab::attention {

using linalg::Index;

inline constexpr int kPanelQueries = linalg::kTileColumns;

// Eight floats, one per query of a panel.
struct Lanes8 {
  simd::F32x4 half[2];
};

inline Lanes8 lanes8(float value) { return {{simd::splat(value), simd::splat(value)}}; }

inline Lanes8 load8(const float* from) {
  return {{simd::load(from), simd::load(from + simd::F32x4::kLanes)}};
}

inline void store8(float* to, const Lanes8& x) {
  simd::store(to, x.half[0]);
  simd::store(to + simd::F32x4::kLanes, x.half[1]);
}

struct RunningSoftmax {
  Lanes8 maximum = lanes8(minus_infinity<float>());
  Lanes8 sum = lanes8(0.0F);
};

// The largest score of each lane, NaN passed over.
inline Lanes8 column_maxima(const float* scores, Index keys) {
  Lanes8 largest = lanes8(minus_infinity<float>());
  for (Index j = 0; j < keys; ++j) {
    const Lanes8 score = load8(scores + j * kPanelQueries);
    largest.half[0] = simd::max(largest.half[0], score.half[0]);
    largest.half[1] = simd::max(largest.half[1], score.half[1]);
  }
  return largest;
}

// One step of the recurrence above: turns `keys` rows of scores, whose maxima are `largest`, into
// weights relative to the new maximum m', and updates m and l. Returns 2^(m - m'), the factor that
// rescales the output accumulated so far.
ATTNLAB_OWN_FUNCTION inline Lanes8 absorb(RunningSoftmax& row, const Lanes8& largest, float* scores,
                                          Index keys) {
  constexpr Index kRun = 8;
  Lanes8 origin;
  Lanes8 shrink;
  for (int h = 0; h < 2; ++h) {
    const simd::F32x4 next = simd::max(row.maximum.half[h], largest.half[h]);
    // A row that has seen nothing but -infinity is measured from 0, lest -infinity meet itself.
    origin.half[h] =
        simd::select(simd::equal(next, simd::splat(minus_infinity<float>())), simd::zero(), next);
    shrink.half[h] = simd::exp2_nonpositive(row.maximum.half[h] - origin.half[h]);
    row.maximum.half[h] = next;
  }
  Lanes8 total = lanes8(0.0F);
  for (Index first = 0; first < keys; first += kRun) {
    const Index last = first + kRun < keys ? first + kRun : keys;
    Lanes8 run = lanes8(0.0F);
    for (Index j = first; j < last; ++j) {
      Lanes8 weight = load8(scores + j * kPanelQueries);
      for (int h = 0; h < 2; ++h) {
        weight.half[h] = simd::exp2_nonpositive(weight.half[h] - origin.half[h]);
        run.half[h] = run.half[h] + weight.half[h];
      }
      store8(scores + j * kPanelQueries, weight);
    }
    total.half[0] = total.half[0] + run.half[0];
    total.half[1] = total.half[1] + run.half[1];
  }
  for (int h = 0; h < 2; ++h) {
    row.sum.half[h] = simd::multiply_add(row.sum.half[h], shrink.half[h], total.half[h]);
  }
  return shrink;
}

}  // namespace attnlab::attention
