// out = sum_j e^(s_j - m) v_j / sum_j e^(s_j - m),   s_j = scale q . k_j,  m = max_j s_j
//
//   q [1, d], k [n_k, d], v [n_k, d_v], out [1, d_v]
//
// Plan. With one query every key and value is used once, so the time is that of reading them: they
// are read where they lie, in order, and nothing is packed.
//   1. scores     eight keys at a time; their sums are added across lanes by transposing them
//   2. weights    simd/row_softmax.h
//   3. output     four values at a time are added, weighted, to a sum over 64 keys, which stays in
//                 the first-level cache; that sum goes to the output
// What float32 cannot hold, or is not finite, is done again in double (row_in_double.h).
//
// Error: as exact(), |out - exact| <= 4e-7 (2 + l) max_j |v_j| (tested).
// Cost: 2 n_k (d + d_v) FLOPs and n_k exponentials; reads 4 n_k (d + d_v) bytes once.
// Paper: Vaswani et al., "Attention Is All You Need", 2017.
#include "attention/exact_query.h"

#include <algorithm>
#include <cmath>

#include "attention/row_in_double.h"
#include "simd/f32x4.h"
#include "simd/finite.h"
#include "simd/row_softmax.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using simd::F32x4;

constexpr Index kKeys = 8;    // read together
constexpr Index kValues = 4;  // read together
constexpr Index kRun = 64;    // values that are summed before their sum is added to the output
constexpr Index kLanes = F32x4::kLanes;
// Vectors of a value per turn of the inner loop: one address serves them all.
constexpr Index kUnrolled = 4;

constexpr Index round_up(Index value, Index unit) { return (value + unit - 1) / unit * unit; }

// The scores of eight keys; a key may be named twice.
void score_keys(const float* query, Index d, const float* const (&keys)[kKeys], float* scores) {
  F32x4 sums[kKeys];
  for (F32x4& sum : sums) {
    sum = simd::zero();
  }
  const Index whole = d / kLanes * kLanes;
  ATTNLAB_KEEP_ROLLED
  for (Index c = 0; c < whole; c += kLanes) {
    const F32x4 channels = simd::load(query + c);
    for (Index r = 0; r < kKeys; ++r) {
      sums[r] = simd::multiply_add(channels, simd::load(keys[r] + c), sums[r]);
    }
  }
  if (whole < d) {
    const F32x4 channels = simd::load_part(query + whole, d - whole, 0.0F);
    for (Index r = 0; r < kKeys; ++r) {
      sums[r] =
          simd::multiply_add(channels, simd::load_part(keys[r] + whole, d - whole, 0.0F), sums[r]);
    }
  }
  for (Index r = 0; r < kKeys; r += kLanes) {
    simd::transpose(sums[r], sums[r + 1], sums[r + 2], sums[r + 3]);
    simd::store(scores + r, (sums[r] + sums[r + 2]) + (sums[r + 1] + sums[r + 3]));
  }
}

// sum += sum_r weights[r] values[r], rows of `columns` entries.
void add_values(const float* weights, const float* values, Index columns, float* sum) {
  F32x4 weight[kValues];
  const float* row[kValues];
  for (Index r = 0; r < kValues; ++r) {
    weight[r] = simd::load_splat(weights + r);
    row[r] = values + r * columns;
  }
  Index rest = columns;
  ATTNLAB_KEEP_ROLLED
  for (; rest >= kUnrolled * kLanes; rest -= kUnrolled * kLanes) {
    for (Index u = 0; u < kUnrolled; ++u) {
      F32x4 total = simd::load(sum + u * kLanes);
      for (Index r = 0; r < kValues; ++r) {
        total = simd::multiply_add(weight[r], simd::load(row[r] + u * kLanes), total);
      }
      simd::store(sum + u * kLanes, total);
    }
    sum += kUnrolled * kLanes;
    for (const float*& at : row) {
      at += kUnrolled * kLanes;
    }
  }
  for (Index c = 0; c < rest; ++c) {
    for (Index r = 0; r < kValues; ++r) {
      sum[c] += weights[r] * row[r][c];
    }
  }
}

void add_row(float weight, const float* row, Index columns, float* sum) {
  for (Index c = 0; c < columns; ++c) {
    sum[c] += weight * row[c];
  }
}

// A value that is not finite counts as itself even where its weight has underflowed to 0, as in
// exact().
void redo(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v, const Options& options,
          float* out) {
  const RowInDouble row(q, k, options, 0);
  std::fill_n(out, v.cols(), 0.0F);
  for (Index j = 0; j < k.rows(); ++j) {
    const auto weight = static_cast<float>(row.weight(j));
    for (Index c = 0; c < v.cols(); ++c) {
      const float value = v(j, c);
      out[c] += std::isfinite(value) || std::isnan(weight) ? weight * value : value;
    }
  }
}

}  // namespace

void exact_query(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
                 const Options& options, linalg::Matrix out, std::span<float> workspace) {
  const Index n_k = k.rows();
  const Index d = k.cols();
  const Index columns = v.cols();
  float* scores = workspace.data();
  float* query = scores + round_up(n_k, kKeys);
  float* sum = query + d;
  const auto scale = static_cast<float>(scale_of_row(options, {0, n_k}));
  for (Index c = 0; c < d; ++c) {
    query[c] = q(0, c) * scale;
  }
  // Pass 1: scores.
  for (Index j = 0; j < n_k; j += kKeys) {
    const float* keys[kKeys];
    for (Index r = 0; r < kKeys; ++r) {
      keys[r] = k.data() + std::min(j + r, n_k - 1) * d;
    }
    score_keys(query, d, keys, scores + j);
  }
  // Pass 2: weights.
  const double total = simd::exponentiate_row(scores, n_k, 1.0F, scores).sum;
  // Pass 3: output.
  float* result = out.data();
  std::fill_n(result, columns, 0.0F);
  for (Index run = 0; run < n_k; run += kRun) {
    const Index end = std::min(run + kRun, n_k);
    std::fill_n(sum, columns, 0.0F);
    Index j = run;
    for (; j + kValues <= end; j += kValues) {
      add_values(scores + j, v.data() + j * columns, columns, sum);
    }
    for (; j < end; ++j) {
      add_row(scores[j], v.data() + j * columns, columns, sum);
    }
    add_row(1.0F, sum, columns, result);
  }
  for (Index c = 0; c < columns; ++c) {
    result[c] = static_cast<float>(static_cast<double>(result[c]) / total);
  }
  if (!(total > 0.0) || !simd::all_finite(result, columns)) {
    redo(q, k, v, options, result);
  }
}

std::size_t exact_query_workspace(Index n_k, Index d, Index d_v) {
  return static_cast<std::size_t>(round_up(n_k, kKeys) + d + d_v);
}

}  // namespace attnlab::attention
