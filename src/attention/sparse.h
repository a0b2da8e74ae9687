// Softmax attention over the entries that a sparse pattern keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "attention/sparse_pattern.h"
#include "linalg/matrix.h"

namespace attnlab::attention {

struct SparseOptions {
  SparsePattern pattern = {};
  double scale = 1.0;
  bool times_log_visible = false;      // scale_i = scale ln(n_i), n_i the keys that query i keeps
  const std::uint8_t* mask = nullptr;  // n_k bytes, nonzero = visible; nullptr: all visible
};

// out_i = sum_j softmax_j(scale_i q_i . k_j) v_j over the keys j that query i keeps.
//   q [n_q, d], k [n_k, d], v [n_k, d_v], out [n_q, d_v]; d >= 1, every other size may be 0; out
//   overlaps no input.
// A query that keeps nothing gets exactly 0; NaN and infinities spread as in exact().
// workspace: at least sparse_workspace(n_q, n_k, d, d_v) floats.
void sparse(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
            const linalg::ConstMatrix& v, const SparseOptions& options, linalg::Matrix out,
            std::span<float> workspace);

// Floats of scratch that sparse() needs.
std::size_t sparse_workspace(Index n_q, Index n_k, Index d, Index d_v);

// out(i, j) = 1 where query i keeps key j, else 0; out [n_q, n_k]. Returns how many are kept.
// workspace: at least SparsePlan::scratch(n_k) floats.
Index sparse_pattern(const SparsePattern& pattern, const std::uint8_t* mask, linalg::Matrix out,
                     std::span<float> workspace);

}  // namespace attnlab::attention
