// out_i = sum_j w_j v_j,   w_j = 2^(s_j - m) / sum_j 2^(s_j - m),   m = max_j s_j,
//   with s_j = log2(e) (scale_i q_i . k_j + bias_ij),   0 to 4 keys
//
//   q [n_q, d], k [n_k, d], v [n_k, d_v], out [n_q, d_v]
//
// Plan. Where so few keys meet, to pack them and to set out a problem in blocks takes several times
// as long as to solve it. So a query is done at once, from where things lie: its scores are the
// lanes of one register, and its weights are divided by their sum before they meet the values. A
// lone key weighs 1, whatever its score, so that its value is the result. Keys that are absent are
// read as the last one, and weigh 0. A row that float32 cannot hold, or that is not finite, is done
// again in double (rare_rows.h). No row depends on another.
//
// Error: that of exact.cpp (tested).
// Cost: as for four keys, 8 n_q (d + d_v) FLOPs and 4 n_q exponentials; a lone key costs 2 n_q d
// and a copy. No scratch.
// Paper: Vaswani et al., "Attention Is All You Need", 2017.
#include "attention/exact_few_keys.h"

#include <algorithm>
#include <cmath>

#include "attention/logit_tile.h"
#include "attention/minus_infinity.h"
#include "attention/rare_rows.h"
#include "simd/exp.h"
#include "simd/finite.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using simd::F32x4;

constexpr Index kLanes = F32x4::kLanes;

// The rows of a matrix, the last one for those beyond it.
struct FourRows {
  const float* row[kLanes];

  explicit FourRows(const ConstMatrix& matrix) : row() {
    for (Index j = 0; j < kLanes; ++j) {
      row[j] = matrix.data() + std::min(j, matrix.rows() - 1) * matrix.cols();
    }
  }
};

// The products of scale * query with four keys of d entries.
F32x4 products(const float* query, float scale, const FourRows& keys, Index d) {
  F32x4 sums[kLanes] = {};
  Index c = 0;
  for (; c + kLanes <= d; c += kLanes) {
    const F32x4 channels = simd::load(query + c) * simd::splat(scale);
    for (int j = 0; j < kLanes; ++j) {
      sums[j] = simd::multiply_add(channels, simd::load(keys.row[j] + c), sums[j]);
    }
  }
  simd::transpose(sums[0], sums[1], sums[2], sums[3]);
  F32x4 result = (sums[0] + sums[2]) + (sums[1] + sums[3]);
  for (; c < d; ++c) {
    const F32x4 entries = {{keys.row[0][c], keys.row[1][c], keys.row[2][c], keys.row[3][c]}};
    result = simd::multiply_add(simd::splat(query[c] * scale), entries, result);
  }
  return result;
}

// sum_j weights[j] values[j] over `columns` entries.
void weigh(F32x4 weights, const FourRows& values, Index columns, float* out) {
  F32x4 weight[kLanes];
  for (int j = 0; j < kLanes; ++j) {
    weight[j] = simd::splat(weights.lanes[j]);
  }
  Index c = 0;
  for (; c + kLanes <= columns; c += kLanes) {
    F32x4 sum = weight[0] * simd::load(values.row[0] + c);
    for (int j = 1; j < kLanes; ++j) {
      sum = simd::multiply_add(weight[j], simd::load(values.row[j] + c), sum);
    }
    simd::store(out + c, sum);
  }
  for (; c < columns; ++c) {
    const F32x4 entries = {
        {values.row[0][c], values.row[1][c], values.row[2][c], values.row[3][c]}};
    out[c] = simd::sum(weights * entries);
  }
}

F32x4 softmax(F32x4 scores, float maximum) {
  const F32x4 weights = simd::exp2_nonpositive(scores - simd::splat(maximum));
  return weights / simd::splat(simd::sum(weights));
}

// The bias of a logit, 0 without one.
float bias_at(const Bias& bias, Index i, Index j) {
  return bias.data == nullptr ? 0.0F : bias.at(i, j);
}

// Scores with the biases of row i, if there are any.
F32x4 with_biases(F32x4 scores, const Bias& bias, Index i, Index keys) {
  if (bias.data == nullptr) {
    return scores;
  }
  F32x4 biases = simd::zero();
  for (Index j = 0; j < keys; ++j) {
    biases.lanes[j] = bias.at(i, j);
  }
  return biased(scores, biases);
}

// One query and up to four keys.
void attend(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
            const Options& options, Index i, float* out) {
  const KeyRange seen = keys_in_window(options.window, i, q.rows(), k.rows());
  const auto scale = static_cast<float>(scale_of_row(options, seen) * kLog2E);
  const F32x4 all = with_biases(products(q.data() + i * q.cols(), scale, FourRows(k), q.cols()),
                                options.bias, i, k.rows());
  F32x4 scores = simd::splat(minus_infinity<float>());
  FourRows values(v);
  bool shown[kLanes] = {};
  const float* some_value = nullptr;
  bool held = simd::is_moderate_or_zero(options.scale);
  for (Index j = seen.begin; j < seen.end; ++j) {
    if (!hides(options, i, j)) {
      scores.lanes[j] = all.lanes[j];
      held = held && std::isfinite(scores.lanes[j]);
      some_value = values.row[j];
      shown[j] = true;
    }
  }
  if (some_value == nullptr) {
    std::fill_n(out, v.cols(), 0.0F);
    return;
  }
  // With its weight of 0, a hidden key is given a value that is seen: its own may be anything.
  for (Index j = 0; j < kLanes; ++j) {
    values.row[j] = shown[j] ? values.row[j] : some_value;
  }
  const float maximum = simd::largest(scores);
  weigh(softmax(scores, maximum), values, v.cols(), out);
  held = held && (options.bias.data == nullptr || !lost_to_bias(maximum, q, k, options, i));
  if (!held || !simd::all_finite_inline(out, v.cols())) {
    redo_row(q, k, v, options, i, out);
  }
}

// One query and one key: its weight is 1, whatever its score, as long as that is a number.
void attend_lone_key(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
                     const Options& options, Index i, float* out) {
  const bool seen = keys_in_window(options.window, i, q.rows(), 1).size() > 0;
  const bool is_number = simd::is_moderate_or_zero(options.scale) &&
                         simd::all_finite_inline(q.data() + i * q.cols(), q.cols()) &&
                         simd::all_finite_inline(k.data(), k.cols()) &&
                         std::isfinite(bias_at(options.bias, i, 0));
  if (seen && is_number && !hides(options, i, 0)) {
    std::copy_n(v.data(), v.cols(), out);
  } else {
    redo_row(q, k, v, options, i, out);
  }
}

}  // namespace

void exact_few_keys(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
                    const Options& options, linalg::Matrix out) {
  if (k.rows() == 0) {
    std::fill_n(out.data(), out.size(), 0.0F);
    return;
  }
  const auto one_query = k.rows() == 1 ? attend_lone_key : attend;
  for (Index i = 0; i < q.rows(); ++i) {
    one_query(q, k, v, options, i, out.data() + i * v.cols());
  }
}

}  // namespace attnlab::attention
