#include "attention/sparse.h"

#include <emscripten/bind.h>

#include <cstdint>

#include "attention/sparse_backward.h"
#include "views.h"

namespace attnlab::bindings {
namespace {

attention::SparsePattern pattern(int kind, Index left, Index right, Index dilation,
                                 Index block_size, Index random_blocks, Index global_tokens,
                                 unsigned long seed_low, unsigned long seed_high, bool causal,
                                 Index further_queries) {
  constexpr int kUpper = 32;
  return {.kind = static_cast<attention::PatternKind>(kind),
          .window = {.left = left, .right = right},
          .dilation = dilation,
          .block_size = block_size,
          .random_blocks = random_blocks,
          .seed = static_cast<std::uint64_t>(seed_high) << kUpper | seed_low,
          .global_tokens = global_tokens,
          .causal = causal,
          .further_queries = further_queries};
}

double sparse_workspace(Index n_q, Index n_k, Index d, Index d_v) {
  return bytes_of(attention::sparse_workspace(n_q, n_k, d, d_v));
}

double sparse_backward_workspace(Index n_q, Index n_k, Index d, Index d_v) {
  return bytes_of(attention::sparse_backward_workspace(n_q, n_k, d, d_v));
}

double sparse_pattern_workspace(Index n_k) {
  return bytes_of(static_cast<std::size_t>(attention::SparsePlan::scratch(n_k)));
}

void sparse(Pointer q, Pointer k, Pointer v, Pointer out, Index n_q, Index n_k, Index d, Index d_v,
            double scale, bool times_log_visible, Pointer mask, int kind, Index left, Index right,
            Index dilation, Index block_size, Index random_blocks, Index global_tokens,
            unsigned long seed_low, unsigned long seed_high, bool causal, Index further_queries,
            Pointer workspace) {
  attention::sparse(
      input(q, n_q, d), input(k, n_k, d), input(v, n_k, d_v),
      {.pattern = pattern(kind, left, right, dilation, block_size, random_blocks, global_tokens,
                          seed_low, seed_high, causal, further_queries),
       .scale = scale,
       .times_log_visible = times_log_visible,
       .mask = at<const std::uint8_t>(mask)},
      output(out, n_q, d_v), scratch(workspace, attention::sparse_workspace(n_q, n_k, d, d_v)));
}

void sparse_backward(Pointer q, Pointer k, Pointer v, Pointer d_output, Pointer dq, Pointer dk,
                     Pointer dv, Index n_q, Index n_k, Index d, Index d_v, double scale,
                     bool times_log_visible, Pointer mask, int kind, Index left, Index right,
                     Index dilation, Index block_size, Index random_blocks, Index global_tokens,
                     unsigned long seed_low, unsigned long seed_high, bool causal,
                     Index further_queries, Pointer workspace) {
  attention::sparse_backward(
      input(q, n_q, d), input(k, n_k, d), input(v, n_k, d_v), input(d_output, n_q, d_v),
      {.pattern = pattern(kind, left, right, dilation, block_size, random_blocks, global_tokens,
                          seed_low, seed_high, causal, further_queries),
       .scale = scale,
       .times_log_visible = times_log_visible,
       .mask = at<const std::uint8_t>(mask)},
      {output(dq, n_q, d), output(dk, n_k, d), output(dv, n_k, d_v)},
      scratch(workspace, attention::sparse_backward_workspace(n_q, n_k, d, d_v)));
}

void sparse_pattern(Pointer out, Index n_q, Index n_k, Pointer mask, int kind, Index left,
                    Index right, Index dilation, Index block_size, Index random_blocks,
                    Index global_tokens, unsigned long seed_low, unsigned long seed_high,
                    bool causal, Index further_queries, Pointer workspace) {
  attention::sparse_pattern(
      pattern(kind, left, right, dilation, block_size, random_blocks, global_tokens, seed_low,
              seed_high, causal, further_queries),
      at<const std::uint8_t>(mask), output(out, n_q, n_k),
      scratch(workspace, static_cast<std::size_t>(attention::SparsePlan::scratch(n_k))));
}

}  // namespace
}  // namespace attnlab::bindings

EMSCRIPTEN_BINDINGS(attnlab_sparse) {
  using namespace attnlab::bindings;
  emscripten::function("sparseAttentionWorkspace(nQ, nK, d, dV)", &sparse_workspace);
  emscripten::function(
      "sparseAttention(q, k, v, out, nQ, nK, d, dV, scale, timesLogVisible, mask, kind, left, "
      "right, dilation, blockSize, randomBlocks, globalTokens, seedLow, seedHigh, causal, "
      "furtherQueries, workspace)",
      &sparse);
  emscripten::function("sparseAttentionBackwardWorkspace(nQ, nK, d, dV)",
                       &sparse_backward_workspace);
  emscripten::function(
      "sparseAttentionBackward(q, k, v, dOutput, dQ, dK, dV, nQ, nK, d, dV, scale, "
      "timesLogVisible, mask, kind, left, right, dilation, blockSize, randomBlocks, globalTokens, "
      "seedLow, seedHigh, causal, furtherQueries, workspace)",
      &sparse_backward);
  emscripten::function("sparsePatternWorkspace(nK)", &sparse_pattern_workspace);
  emscripten::function(
      "sparsePattern(out, nQ, nK, mask, kind, left, right, dilation, blockSize, randomBlocks, "
      "globalTokens, seedLow, seedHigh, causal, furtherQueries, workspace)",
      &sparse_pattern);
}
