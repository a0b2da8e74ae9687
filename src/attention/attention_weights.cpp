// w_ij = exp(s_ij - m_i) / sum_j' exp(s_ij' - m_i)
//   with s_ij = scale_i q_i . k_j + bias_ij, m_i = max_j s_ij
//
//   q [n_q, d], k [n_k, d], out [n_q, n_k]
//
// Plan: the products go straight into out (linalg::gemm), then each row is scaled, biased, hidden
// and normalized in place; a row that float32 cannot hold is computed again (row_in_double.h). The
// result itself is n_q x n_k, so nothing is gained by tiles.
// Error: that of exact.cpp, with 1 for max |v| (tested).
// Cost: 2 n_q n_k d FLOPs and n_q n_k exponentials; 20 n_q n_k bytes of memory traffic.
#include "attention/attention_weights.h"

#include <algorithm>

#include "attention/logit_tile.h"
#include "attention/minus_infinity.h"
#include "attention/row_in_double.h"
#include "linalg/gemm.h"
#include "simd/f32x4.h"
#include "simd/finite.h"
#include "simd/row_softmax.h"

namespace attnlab::attention {
namespace {

using simd::F32x4;

// row *= scale. A product that overflowed to -infinity on the way would hide its key:
// spoil_overflow.
void scale_logits(float* row, Index count, float scale) {
  constexpr Index kStep = 4 * F32x4::kLanes;
  F32x4 probes[2] = {};
  Index j = 0;
  for (; j + kStep <= count; j += kStep) {
    F32x4 logits[4];
    for (Index u = 0; u < 4; ++u) {
      logits[u] = simd::load(row + j + u * F32x4::kLanes) * simd::splat(scale);
      simd::store(row + j + u * F32x4::kLanes, logits[u]);
    }
    probes[0] = simd::multiply_add(logits[0], logits[1], probes[0]);
    probes[1] = simd::multiply_add(logits[2], logits[3], probes[1]);
  }
  float nothing = simd::sum((probes[0] + probes[1]) * simd::zero());  // 0 or NaN
  for (; j < count; ++j) {
    row[j] *= scale;
    nothing += row[j] * 0.0F;
  }
  if (nothing != 0.0F) {
    spoil_overflow(row, row + count);
  }
}

}  // namespace

void attention_weights(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                       const Options& options, linalg::Matrix out, std::span<float> workspace) {
  const Index n_q = q.rows();
  const Index n_k = k.rows();
  linalg::gemm(q, linalg::Transpose::kNo, k, linalg::Transpose::kYes, out, workspace);
  const bool scaled = simd::is_moderate_or_zero(options.scale);
  const bool may_hide = options.mask != nullptr || options.bias.data != nullptr;
  for (Index i = 0; i < n_q; ++i) {
    float* row = out.data() + i * n_k;
    const KeyRange seen = keys_in_window(options.window, i, n_q, n_k);
    std::fill(row, row + seen.begin, 0.0F);
    std::fill(row + seen.end, row + n_k, 0.0F);
    const auto scale = static_cast<float>(scale_of_row(options, seen));
    // Pass 1: logits.
    scale_logits(row + seen.begin, seen.size(), scale);
    for (Index j = seen.begin; may_hide && j < seen.end; ++j) {
      if (hides(options, i, j)) {
        row[j] = minus_infinity<float>();
      } else if (options.bias.data != nullptr) {
        row[j] += options.bias.at(i, j);
      }
    }
    // Pass 2: softmax of what is seen.
    const simd::RowSum total =
        simd::exponentiate_row(row + seen.begin, seen.size(), 1.0, row + seen.begin);
    simd::normalize_row(row + seen.begin, seen.size(), total.sum, row + seen.begin);
    // Pass 3: a row that float32 could not hold, or that is NaN and must keep what is hidden at 0.
    const bool is_held = scaled && total.sum > 0.0;
    if (seen.size() > 0 && !is_held) {
      const RowInDouble exact_row(q, k, options, i);
      for (Index j = seen.begin; j < seen.end; ++j) {
        row[j] = static_cast<float>(exact_row.weight(j));
      }
    }
  }
}

std::size_t attention_weights_workspace(Index n_q, Index n_k, Index d) {
  return linalg::gemm_workspace(n_q, n_k, d);
}

}  // namespace attnlab::attention
