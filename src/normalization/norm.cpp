// z_j = (x_j - mean) / sqrt(variance + eps),   y_j = z_j gamma_j + beta_j
// and backward, with h_j = gamma_j dy_j, the sums over the row and N its length (1 for the L2 norm):
//   dx_j = (h_j - sum h / N - z_j sum h z / N) / sqrt(variance + eps)
//   (without the first sum if there is no centering, without both if the statistics are given)
//   dgamma_j = sum over rows of dy_j z_j,   dbeta_j = sum over rows of dy_j
//
//   x, y, dy, dx [rows, length], gamma, beta as ParameterLayout says
//
// Plan: moments.h, then forward one pass that maps, in double, so that the result is the double one,
// rounded once: z is one multiply-add of x - shift, and shift is 0 unless the row is a hard one, or
// has a mean that an entry can equal. Backward one pass that sums and one that maps, in float32 with
// sums added up in double (norm_gradient.h), or in double (norm_row.h) where float32 could overflow.
// d_gamma and d_beta are added up in float32 over 32 rows. A row stays in the first-level cache between
// the passes.
// Error: y within 1 ulp of the formula computed in double; dx, dgamma, dbeta within 2^-21 of the terms
// that they are sums of, by absolute value (tested).
// Cost: x is read from memory once and y written once. Per vector of four: forward about 22
// operations, backward about 22, and 6 for dgamma and dbeta.
// Papers: Ba, Kiros and Hinton, "Layer Normalization", 2016. Zhang and Sennrich, "Root Mean Square
// Layer Normalization", 2019. Ioffe and Szegedy, "Batch Normalization", 2015. Wu and He, "Group
// Normalization", 2018.
#include "normalization/norm.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "normalization/moments.h"
#include "normalization/norm_gradient.h"
#include "simd/f32x4.h"

namespace attnlab::normalization {
namespace {

RowScale scale_of_row(const float* x, Index length, const NormOptions& options, Index row) {
  const Index group = row % options.layout.groups;
  RowMoments moments;
  if (options.variance != nullptr) {
    moments = {options.center ? static_cast<double>(options.mean[group]) : 0.0, 0.0,
               static_cast<double>(options.variance[group])};
  } else if (options.center) {
    moments = centered_moments(x, length);
  } else {
    moments.square =
        sum_of_squares(x, length) / (options.mean_square ? static_cast<double>(length) : 1.0);
  }
  // An entry can equal the mean if that is a float32 number; it is then subtracted first, so that 0 is left.
  const double mean = moments.shift + moments.mean;
  if (static_cast<double>(static_cast<float>(mean)) == mean &&
      mean - moments.shift == moments.mean) {
    moments = {mean, 0.0, moments.square};
  }
  const double root = std::sqrt(moments.square + options.eps);
  const double factor = root == 0.0 ? 0.0 : 1.0 / root;
  return {moments.shift, factor, -moments.mean * factor};
}

// How the parameters go with the entries of one row: entry by entry, or one for each run of entries.
struct RowLayout {
  RowParameters parameters;  // of the row's first entry or run
  NarrowParameters narrow;
  Index run;
  bool present;

  RowLayout(const NormOptions& options, Index length, Index row, const RowParameters& workspace)
      : present(options.gamma != nullptr || options.beta != nullptr) {
    const ParameterLayout& layout = options.layout;
    const Index first = row % layout.groups * (layout.count / layout.groups);
    parameters = {workspace.gamma + first,          workspace.beta + first,
                  workspace.d_gamma + first,        workspace.d_beta + first,
                  workspace.recent_d_gamma + first, workspace.recent_d_beta + first};
    narrow = {options.gamma == nullptr ? nullptr : options.gamma + first, parameters.recent_d_gamma,
              options.beta == nullptr ? nullptr : parameters.recent_d_beta};
    run = present ? layout.run : length;
  }

  bool entry_by_entry() const { return present && run == 1; }
  double gamma(Index p) const { return present ? parameters.gamma[p] : 1.0; }

  // Calls visit(begin, size, number of the run) for each run.
  template <typename Visit>
  void for_each_run(Index length, Visit&& visit) const {
    Index p = 0;
    for (Index begin = 0; begin < length; begin += run) {
      visit(begin, std::min(run, length - begin), p++);
    }
  }
};

void normalize(const float* x, Index length, const RowScale& scale, const RowLayout& layout,
               float* out) {
  if (layout.entry_by_entry()) {
    map_row(x, length, scale, layout.parameters, out);
    return;
  }
  layout.for_each_run(length, [&](Index begin, Index size, Index p) {
    RowScale own = scale;
    if (layout.present) {
      const double gamma = layout.parameters.gamma[p];
      own = {scale.shift, scale.factor * gamma, scale.offset * gamma + layout.parameters.beta[p]};
    }
    map_row(x + begin, size, own, out + begin);
  });
}

// Rows whose terms of the gradients of gamma and beta are added up in float32.
constexpr Index kRowsInFloat = 32;

// A row with what it needs for its gradients.
struct BackwardRow {
  const float* x;
  const float* dy;
  Index length;
  RowScale scale;
  NarrowScale narrow;
  const RowLayout& layout;

  BackwardRow(const float* x_row, const float* dy_row, Index entries, const RowScale& row_scale,
              const RowLayout& row_layout)
      : x(x_row),
        dy(dy_row),
        length(entries),
        scale(row_scale),
        narrow(row_scale),
        layout(row_layout) {
    // The gradient of beta alone is rare, and left to the passes in double.
    narrow.fits =
        narrow.fits && (!row_layout.entry_by_entry() || row_layout.narrow.gamma != nullptr);
  }
};

bool is_finite(const RowSums& sums) {
  return std::isfinite(sums.plain) && std::isfinite(sums.with_z);
}

// Sum h and sum h z, and what the row adds to the gradients of gamma and beta. Sums that float32
// cannot hold are done again in double.
RowSums sum_gradients(const BackwardRow& row) {
  const auto& [x, dy, length, scale, narrow, layout] = row;
  if (layout.entry_by_entry()) {
    if (narrow.fits) {
      const RowSums sums = sum_row_narrow(x, dy, length, narrow, &layout.narrow);
      return is_finite(sums) ? sums : sum_row(x, dy, length, scale, layout.parameters);
    }
    add_parameter_gradients(x, dy, length, scale, layout.parameters);
    return sum_row(x, dy, length, scale, layout.parameters);
  }
  RowSums sums;
  layout.for_each_run(length, [&](Index begin, Index size, Index p) {
    RowSums part;
    if (row.narrow.fits) {
      part = sum_row_narrow(row.x + begin, row.dy + begin, size, row.narrow, nullptr);
    }
    if (!row.narrow.fits || !is_finite(part)) {
      part = sum_row(row.x + begin, row.dy + begin, size, row.scale);
    }
    sums.plain += row.layout.gamma(p) * part.plain;
    sums.with_z += row.layout.gamma(p) * part.with_z;
    if (row.layout.present) {
      row.layout.parameters.d_gamma[p] += part.with_z;
      row.layout.parameters.d_beta[p] += part.plain;
    }
  });
  return sums;
}

void map_gradients(const BackwardRow& row, const RowSums& means, float* dx) {
  constexpr double kLargest = 1e18;
  const auto& [x, dy, length, scale, narrow, layout] = row;
  // Written so that NaN is done in double.
  const bool fits =
      narrow.fits && std::abs(means.plain) < kLargest && std::abs(means.with_z) < kLargest;
  if (layout.entry_by_entry()) {
    if (fits) {
      map_row_back_narrow(x, dy, length, narrow, means, 1.0, layout.narrow.gamma, dx);
    } else {
      map_row_back(x, dy, length, scale, means, layout.parameters, dx);
    }
    return;
  }
  layout.for_each_run(length, [&](Index begin, Index size, Index p) {
    const double gamma = row.layout.gamma(p);
    if (fits) {
      map_row_back_narrow(row.x + begin, row.dy + begin, size, row.narrow, means, gamma, nullptr,
                          dx + begin);
    } else {
      map_row_back(row.x + begin, row.dy + begin, size, row.scale, means, gamma, dx + begin);
    }
  });
}

// Adds the float32 sums of the last rows to those in double.
void flush_recent(const NormOptions& options, const RowParameters& workspace) {
  for (Index p = 0; p < options.layout.count; ++p) {
    workspace.d_gamma[p] += static_cast<double>(workspace.recent_d_gamma[p]);
    workspace.d_beta[p] += static_cast<double>(workspace.recent_d_beta[p]);
    workspace.recent_d_gamma[p] = 0.0F;
    workspace.recent_d_beta[p] = 0.0F;
  }
}

// out = a + b; out may be a.
void add(const float* a, const float* b, Index count, float* out) {
  constexpr Index kLanes = simd::F32x4::kLanes;
  Index e = 0;
  for (; e + kLanes <= count; e += kLanes) {
    simd::store(out + e, simd::load(a + e) + simd::load(b + e));
  }
  ATTNLAB_KEEP_ROLLED
  for (; e < count; ++e) {
    out[e] = a[e] + b[e];
  }
}

}  // namespace

std::size_t norm_workspace(const NormOptions& options) {
  return 5 * static_cast<std::size_t>(options.layout.count);
}

RowParameters make_norm_workspace(const NormOptions& options, std::span<double> memory) {
  double* const data = memory.data();
  const Index count = options.layout.count;
  auto* const recent = reinterpret_cast<float*>(data + 4 * count);
  return {data, data + count, data + 2 * count, data + 3 * count, recent, recent + count};
}

void start_norm(const NormOptions& options, const RowParameters& workspace) {
  for (Index p = 0; p < options.layout.count; ++p) {
    workspace.gamma[p] = options.gamma == nullptr ? 1.0 : static_cast<double>(options.gamma[p]);
    workspace.beta[p] = options.beta == nullptr ? 0.0 : static_cast<double>(options.beta[p]);
    workspace.d_gamma[p] = 0.0;
    workspace.d_beta[p] = 0.0;
    workspace.recent_d_gamma[p] = 0.0F;
    workspace.recent_d_beta[p] = 0.0F;
  }
}

void norm(const linalg::ConstMatrix& x, const NormOptions& options, Index first,
          const RowParameters& workspace, linalg::Matrix out) {
  const Index length = x.cols();
  for (Index i = 0; length > 0 && i < x.rows(); ++i) {
    const float* row = x.data() + i * length;
    const RowScale scale = scale_of_row(row, length, options, first + i);
    normalize(row, length, scale, {options, length, first + i, workspace}, out.data() + i * length);
  }
}

void norm_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                   const NormOptions& options, Index first, const RowParameters& workspace,
                   linalg::Matrix d_x) {
  const Index length = x.cols();
  const double count = options.mean_square ? static_cast<double>(length) : 1.0;
  const bool own = options.variance == nullptr;
  for (Index i = 0; length > 0 && i < x.rows(); ++i) {
    const float* row = x.data() + i * length;
    const float* dy = d_output.data() + i * length;
    float* dx = d_x.data() + i * length;
    const RowLayout layout(options, length, first + i, workspace);
    const RowScale scale = scale_of_row(row, length, options, first + i);
    const BackwardRow work(row, dy, length, scale, layout);
    const RowSums sums = sum_gradients(work);
    map_gradients(
        work, {own && options.center ? sums.plain / count : 0.0, own ? sums.with_z / count : 0.0},
        dx);
    // Each entry of gamma and beta has met kRowsInFloat rows; by the number of the row, so that the sums
    // do not depend on how the rows were cut.
    if (layout.entry_by_entry() && (first + i + 1) % (kRowsInFloat * options.layout.groups) == 0) {
      flush_recent(options, workspace);
    }
  }
}

void finish_norm(const NormOptions& options, const RowParameters& workspace, float* d_gamma,
                 float* d_beta) {
  flush_recent(options, workspace);
  for (Index p = 0; p < options.layout.count; ++p) {
    if (d_gamma != nullptr) {
      d_gamma[p] = static_cast<float>(workspace.d_gamma[p]);
    }
    if (d_beta != nullptr) {
      d_beta[p] = static_cast<float>(workspace.d_beta[p]);
    }
  }
}

void add_norm(const linalg::ConstMatrix& x, const float* f, const NormOptions& options, Index first,
              const RowParameters& workspace, float* sum, linalg::Matrix out) {
  if (f == nullptr) {
    norm(x, options, first, workspace, out);
    return;
  }
  // Row by row: a sum is normalized while it is in the cache.
  const Index length = x.cols();
  for (Index i = 0; i < x.rows(); ++i) {
    const Index at = i * length;
    add(x.data() + at, f + at, length, sum + at);
    norm({sum + at, 1, length}, options, first + i, workspace, {out.data() + at, 1, length});
  }
}

void add_norm_backward(const linalg::ConstMatrix& x, const float* f,
                       const linalg::ConstMatrix& d_output, const float* d_sum,
                       const NormOptions& options, Index first, const RowParameters& workspace,
                       linalg::Matrix d_x, float* d_f) {
  if (f == nullptr) {
    norm_backward(x, d_output, options, first, workspace, d_x);
    return;
  }
  const Index length = x.cols();
  for (Index i = 0; i < x.rows(); ++i) {
    const Index at = i * length;
    float* row = d_x.data() + at;
    add(x.data() + at, f + at, length, row);
    norm_backward({row, 1, length}, {d_output.data() + at, 1, length}, options, first + i,
                  workspace, {row, 1, length});
    if (d_sum != nullptr) {
      add(row, d_sum + at, length, row);
    }
    if (d_f != nullptr) {
      std::copy_n(row, length, d_f + at);
    }
  }
}

void batch_statistics(const linalg::ConstMatrix& x, double momentum,
                      const BatchStatistics& statistics) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const auto count = static_cast<double>(x.cols());
  const auto blend = [momentum](float& running, double value) {
    running =
        static_cast<float>((1.0 - momentum) * static_cast<double>(running) + momentum * value);
  };
  for (Index i = 0; i < x.rows(); ++i) {
    const RowMoments row = x.cols() == 0 ? RowMoments{0.0, kNone, kNone}
                                         : centered_moments(x.data() + i * x.cols(), x.cols());
    const double mean = row.shift + row.mean;
    statistics.mean[i] = static_cast<float>(mean);
    statistics.variance[i] = static_cast<float>(row.square);
    blend(statistics.running_mean[i], mean);
    blend(statistics.running_variance[i], row.square * count / std::max(count - 1.0, 1.0));
  }
}

}  // namespace attnlab::normalization
