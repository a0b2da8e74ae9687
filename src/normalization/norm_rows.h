// What norm.cpp and norm_backward.cpp share: the rows of x + f, the statistics of a row, and where
// its gamma and beta are.
#pragma once

#include <algorithm>
#include <optional>

#include "normalization/moments.h"
#include "normalization/norm.h"

namespace attnlab::normalization {

// out = a + b; out may be a.
void add(const float* a, const float* b, Index count, float* out);

// Row i of what is normalized: of x, or with an f of x + f, which is written to `sum` [rows,
// length] just before it is used, so that it is in the cache.
const float* make_row(const linalg::ConstMatrix& x, const float* f, Index i, float* sum);

// The statistics of row number `row`, its own or the given ones; its sums may be known already.
RowMoments moments_of_row(const float* x, Index length, const NormOptions& options, Index row,
                          const std::optional<RowPowers>& sums = {});

RowScale scale_of(RowMoments moments, double eps);

// Adds the float32 sums of the most recent rows for gamma and beta to those in double.
void add_recent(const NormOptions& options, const RowParameters& workspace);

// Which parameters belong to the entries of one row: one per entry, or one per run of entries.
struct RowLayout {
  RowParameters parameters;  // of the row's first entry or run
  Index run;                 // the whole row if entry by entry, or without parameters
  bool present;
  bool entry_by_entry;

  RowLayout(const NormOptions& options, Index length, Index row, const RowParameters& workspace)
      : present(options.gamma != nullptr || options.beta != nullptr),
        entry_by_entry(present && options.layout.run == 1) {
    const ParameterLayout& layout = options.layout;
    const Index first = row % layout.groups * (layout.count / layout.groups);
    parameters = {workspace.gamma + first,          workspace.beta + first,
                  workspace.d_gamma + first,        workspace.d_beta + first,
                  workspace.recent_d_gamma + first, workspace.recent_d_beta + first,
                  workspace.narrow_gamma + first};
    run = present && !entry_by_entry ? layout.run : length;
  }

  // Of a run.
  double gamma(Index p) const { return present && !entry_by_entry ? parameters.gamma[p] : 1.0; }

  // Calls visit(begin, size, number of the run) for each run.
  template <typename Visit>
  void for_each_run(Index length, Visit&& visit) const {
    Index p = 0;
    for (Index begin = 0; begin < length; begin += run) {
      visit(begin, std::min(run, length - begin), p++);
    }
  }
};

}  // namespace attnlab::normalization
