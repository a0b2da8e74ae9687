#include <algorithm>

#include "normalization/norm.h"
#include "normalization/norm_rows.h"

namespace attnlab::normalization {

std::size_t norm_workspace(const NormOptions& options) {
  return 6 * static_cast<std::size_t>(options.layout.count);
}

RowParameters make_norm_workspace(const NormOptions& options, std::span<double> memory) {
  double* const data = memory.data();
  const Index count = options.layout.count;
  auto* const narrow = reinterpret_cast<float*>(data + 4 * count);
  return {data,   data + count,   data + 2 * count,  data + 3 * count,
          narrow, narrow + count, narrow + 2 * count};
}

void start_norm(const NormOptions& options, const RowParameters& workspace) {
  const auto widen = [&](const float* from, double otherwise, double* to) {
    for (Index p = 0; p < options.layout.count; ++p) {
      to[p] = from == nullptr ? otherwise : static_cast<double>(from[p]);
    }
  };
  widen(options.gamma, 1.0, workspace.gamma);
  widen(options.beta, 0.0, workspace.beta);
  for (Index p = 0; p < options.layout.count; ++p) {
    workspace.narrow_gamma[p] = static_cast<float>(workspace.gamma[p]);
  }
  for (double* sums : {workspace.d_gamma, workspace.d_beta}) {
    std::fill_n(sums, options.layout.count, 0.0);
  }
  for (float* sums : {workspace.recent_d_gamma, workspace.recent_d_beta}) {
    std::fill_n(sums, options.layout.count, 0.0F);
  }
}

void add_recent(const NormOptions& options, const RowParameters& workspace) {
  const auto move = [&](float* recent, double* sums) {
    for (Index p = 0; p < options.layout.count; ++p) {
      sums[p] += static_cast<double>(recent[p]);
      recent[p] = 0.0F;
    }
  };
  move(workspace.recent_d_gamma, workspace.d_gamma);
  move(workspace.recent_d_beta, workspace.d_beta);
}

void finish_norm(const NormOptions& options, const RowParameters& workspace, float* d_gamma,
                 float* d_beta) {
  add_recent(options, workspace);
  const auto narrow = [&](const double* sums, float* to) {
    for (Index p = 0; to != nullptr && p < options.layout.count; ++p) {
      to[p] = static_cast<float>(sums[p]);
    }
  };
  narrow(workspace.d_gamma, d_gamma);
  narrow(workspace.d_beta, d_beta);
}

}  // namespace attnlab::normalization
