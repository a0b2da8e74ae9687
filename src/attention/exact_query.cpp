// out = sum_j e^(s_j - m) v_j / sum_j e^(s_j - m),   s_j = scale q . k_j,  m = max_j s_j
//
//   q [1, d], k [n_k, d], v [n_k, d_v], out [1, d_v]
//
// Plan. With one query every key and value is used once, so the time is that of reading them: they
// are read where they lie, once, and nothing is packed. A loop that loads anything beside them (the
// query, a sum) takes that much longer, so both passes go by runs of 64 rows and, within a run, by
// 32 columns, for which the query's channels or the sums stay in eight registers:
//   1. scores     four keys at a time; their sums are added across lanes by transposing them
//   2. weights    simd/row_softmax.h
//   3. output     the sum over a run is added to the output
// What float32 cannot hold, or is not finite, is done again in double (rare_rows.h).
//
// Error: that of exact.cpp (tested).
// Cost: 2 n_k (d + d_v) FLOPs and n_k exponentials; reads 4 n_k (d + d_v) bytes once.
// Paper: Vaswani et al., "Attention Is All You Need", 2017.
#include "attention/exact_query.h"

#include <algorithm>

#include "attention/minus_infinity.h"
#include "attention/rare_rows.h"
#include "simd/f32x4.h"
#include "simd/finite.h"
#include "simd/row_softmax.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using simd::F32x4;

constexpr Index kLanes = F32x4::kLanes;
constexpr Index kRun = 64;
static_assert(kRun % kLanes == 0);

// Calls body.operator()<Vectors>(c) for stretches of Vectors vectors that start at column c, and
// gives the column after the last whole vector.
template <typename Body>
Index for_stretches(Index columns, Body&& body) {
  Index c = 0;
  for (; c + 8 * kLanes <= columns; c += 8 * kLanes) {
    body.template operator()<8>(c);
  }
  for (; c + 4 * kLanes <= columns; c += 4 * kLanes) {
    body.template operator()<4>(c);
  }
  for (; c + kLanes <= columns; c += kLanes) {
    body.template operator()<1>(c);
  }
  return c;
}

// scores[j] += query . keys[j] over Vectors vectors, for `count` keys (a multiple of four) that lie
// `stride` floats apart.
template <int Vectors>
void add_scores(const float* query, const float* keys, Index stride, Index count, float* scores) {
  F32x4 channels[Vectors];
  for (int c = 0; c < Vectors; ++c) {
    channels[c] = simd::load(query + c * kLanes);
  }
  ATTNLAB_KEEP_ROLLED
  for (Index j = 0; j < count; j += kLanes) {
    F32x4 sums[kLanes];
    for (F32x4& sum : sums) {
      sum = channels[0] * simd::load(keys);
      for (int c = 1; c < Vectors; ++c) {
        sum = simd::multiply_add(channels[c], simd::load(keys + c * kLanes), sum);
      }
      keys += stride;
    }
    simd::transpose(sums[0], sums[1], sums[2], sums[3]);
    simd::store(scores + j, simd::load(scores + j) + ((sums[0] + sums[2]) + (sums[1] + sums[3])));
  }
}

// The scores of `count` keys.
void score_keys(const float* query, const float* keys, Index d, Index count, float* scores) {
  std::fill_n(scores, count, 0.0F);
  const Index whole = count / kLanes * kLanes;
  Index c = for_stretches(d, [&]<int Vectors>(Index first) {
    add_scores<Vectors>(query + first, keys + first, d, whole, scores);
  });
  for (; c < d; ++c) {
    for (Index j = 0; j < whole; ++j) {
      scores[j] += query[c] * keys[j * d + c];
    }
  }
  for (Index j = whole; j < count; ++j) {
    for (c = 0; c < d; ++c) {
      scores[j] += query[c] * keys[j * d + c];
    }
  }
}

// The largest score; NaN where one is not finite (or beyond 1e18): a sum that passes -3.4e38 on the
// way stays -infinity, though what follows may bring it back, and would hide its key.
float largest_if_finite(const float* scores, Index count) {
  const F32x4 lowest = simd::splat(minus_infinity<float>());
  constexpr int kVectors = 4;
  F32x4 maximum[kVectors] = {lowest, lowest, lowest, lowest};
  F32x4 probe[2] = {};
  Index j = 0;
  for (; j + kVectors * kLanes <= count; j += kVectors * kLanes) {
    F32x4 score[kVectors];
    for (int u = 0; u < kVectors; ++u) {
      score[u] = simd::load(scores + j + u * kLanes);
      maximum[u] = simd::max(maximum[u], score[u]);
    }
    probe[0] = simd::multiply_add(score[0], score[1], probe[0]);
    probe[1] = simd::multiply_add(score[2], score[3], probe[1]);
  }
  float result = simd::largest(
      simd::max(simd::max(maximum[0], maximum[1]), simd::max(maximum[2], maximum[3])));
  float nothing = simd::sum((probe[0] + probe[1]) * simd::zero());  // 0 or NaN
  for (; j < count; ++j) {
    result = std::max(result, scores[j]);
    nothing += scores[j] * 0.0F;
  }
  return result + nothing;
}

// out += sum_j weights[j] values[j] over Vectors vectors, for `count` values that lie `stride`
// floats apart.
template <int Vectors>
void add_values(const float* weights, const float* values, Index stride, Index count, float* out) {
  F32x4 sums[Vectors];
  for (F32x4& sum : sums) {
    sum = simd::zero();
  }
  ATTNLAB_KEEP_ROLLED
  for (Index j = 0; j < count; ++j) {
    const F32x4 weight = simd::load_splat(weights + j);
    for (int c = 0; c < Vectors; ++c) {
      sums[c] = simd::multiply_add(weight, simd::load(values + c * kLanes), sums[c]);
    }
    values += stride;
  }
  for (int c = 0; c < Vectors; ++c) {
    simd::store(out + c * kLanes, simd::load(out + c * kLanes) + sums[c]);
  }
}

// out += sum_j weights[j] values[j] for `count` values of `columns` entries.
void weigh_values(const float* weights, const float* values, Index columns, Index count,
                  float* out) {
  Index c = for_stretches(columns, [&]<int Vectors>(Index first) {
    add_values<Vectors>(weights, values + first, columns, count, out + first);
  });
  for (; c < columns; ++c) {
    float sum = 0.0F;
    for (Index j = 0; j < count; ++j) {
      sum += weights[j] * values[j * columns + c];
    }
    out[c] += sum;
  }
}

}  // namespace

void exact_query(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
                 const Options& options, linalg::Matrix out, std::span<float> workspace) {
  const Index n_k = k.rows();
  const Index d = k.cols();
  const Index columns = v.cols();
  float* query = workspace.data();
  float* scores = query + d;
  const auto scale = static_cast<float>(scale_of_row(options, {0, n_k}));
  for (Index c = 0; c < d; ++c) {
    query[c] = q(0, c) * scale;
  }
  // Pass 1: scores.
  for (Index run = 0; run < n_k; run += kRun) {
    score_keys(query, k.data() + run * d, d, std::min(kRun, n_k - run), scores + run);
  }
  // Pass 2: weights.
  float maximum = largest_if_finite(scores, n_k);
  const double total =
      simd::exponentiate_row(scores, n_k, 1.0, scores, scores, maximum, simd::kBlockForSum).sum;
  // Pass 3: output.
  float* result = out.data();
  std::fill_n(result, columns, 0.0F);
  for (Index run = 0; run < n_k; run += kRun) {
    weigh_values(scores + run, v.data() + run * columns, columns, std::min(kRun, n_k - run),
                 result);
  }
  for (Index c = 0; c < columns; ++c) {
    result[c] = static_cast<float>(static_cast<double>(result[c]) / total);
  }
  const bool scaled = simd::is_moderate_or_zero(options.scale);
  if (!scaled || !(total > 0.0) || !simd::all_finite(result, columns)) {
    redo_row(q, k, v, options, 0, result);
  }
}

std::size_t exact_query_workspace(Index n_k, Index d) { return static_cast<std::size_t>(n_k + d); }

}  // namespace attnlab::attention
