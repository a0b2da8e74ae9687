// z_j = (x_j - mean) / sqrt(variance + eps),   y_j = z_j gamma_j + beta_j
// and backward, with h_j = gamma_j dy_j, the sums over the row and N its length (1 for the L2 norm):
//   dx_j = (h_j - sum h / N - z_j sum h z / N) / sqrt(variance + eps)
//   (without the first sum if there is no centering, without both if the statistics are given)
//   dgamma_j = sum over rows of dy_j z_j,   dbeta_j = sum over rows of dy_j
//
//   x, y, dy, dx [rows, length], gamma, beta as ParameterLayout says
//
// Plan: moments.h, then one pass that maps, which takes the sums of the next row along where it can
// (norm_row_ahead.h); backward, one that sums and one that maps. In double, or as good as that, so that
// the result is the double one, rounded once. A row stays in the first-level cache between the passes.
// z is one multiply-add of x - shift; shift is 0 unless the row is a hard one, or has a mean that an
// entry can equal.
// Error: y within 1 ulp of the formula computed in double; dx, dgamma, dbeta likewise, save 1e-13 of
// the terms where they cancel (tested).
// Cost: x is read from memory once and y written once. Per vector of four: forward 12 (RMSNorm) to 24
// operations, backward about 60, of which a third is for dgamma and dbeta.
// Papers: Ba, Kiros and Hinton, "Layer Normalization", 2016. Zhang and Sennrich, "Root Mean Square
// Layer Normalization", 2019. Ioffe and Szegedy, "Batch Normalization", 2015. Wu and He, "Group
// Normalization", 2018.
#include "normalization/norm.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "normalization/moments.h"
#include "normalization/norm_row_ahead.h"
#include "simd/f32x4.h"

namespace attnlab::normalization {
namespace {

// What is subtracted from the entries of a row and what they are divided by, of row number `row`; its sums
// may be known already.
RowMoments moments_of_row(const float* x, Index length, const NormOptions& options, Index row,
                          const std::optional<RowPowers>& sums = {}) {
  if (options.variance != nullptr) {
    const Index group = row % options.layout.groups;
    return {options.center ? static_cast<double>(options.mean[group]) : 0.0, 0.0,
            static_cast<double>(options.variance[group])};
  }
  if (options.center) {
    return sums ? centered_moments(x, length, *sums) : centered_moments(x, length);
  }
  const double total = sums ? sums->second : sum_of_squares(x, length);
  return {0.0, 0.0, total / (options.mean_square ? static_cast<double>(length) : 1.0)};
}

RowScale scale_of(RowMoments moments, double eps) {
  // An entry can equal the mean if that is a float32 number; it is then subtracted first, so that 0 is left.
  const double mean = moments.shift + moments.mean;
  if (static_cast<double>(static_cast<float>(mean)) == mean &&
      mean - moments.shift == moments.mean) {
    moments = {mean, 0.0, moments.square};
  }
  const double root = std::sqrt(moments.square + eps);
  const double factor = root == 0.0 ? 0.0 : 1.0 / root;
  return {moments.shift, factor, -moments.mean * factor};
}

// How the parameters go with the entries of one row: entry by entry, or one for each run of entries.
struct RowLayout {
  Index first;               // the row's first entry or run
  RowParameters parameters;  // from there on
  Index run;
  bool present;

  RowLayout(const NormOptions& options, Index length, Index row, const RowParameters& workspace)
      : present(options.gamma != nullptr || options.beta != nullptr) {
    const ParameterLayout& layout = options.layout;
    first = row % layout.groups * (layout.count / layout.groups);
    parameters = {workspace.gamma + first, workspace.beta + first, workspace.d_gamma + first,
                  workspace.d_beta + first};
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

// The scale with gamma and beta of a run in it.
RowScale scale_of_run(const RowScale& scale, const RowLayout& layout, Index p) {
  if (!layout.present) {
    return scale;
  }
  const double gamma = layout.parameters.gamma[p];
  return {scale.shift, scale.factor * gamma, scale.offset * gamma + layout.parameters.beta[p]};
}

void normalize(const float* x, Index length, const RowScale& scale, const RowLayout& layout,
               float* out) {
  if (layout.entry_by_entry()) {
    map_row(x, length, scale, layout.parameters, out);
    return;
  }
  layout.for_each_run(length, [&](Index begin, Index size, Index p) {
    map_row(x + begin, size, scale_of_run(scale, layout, p), out + begin);
  });
}

// The same, beside the sums of the row `next`; neither, if that is not worth while.
std::optional<RowPowers> normalize_ahead(const float* x, Index length, const RowScale& scale,
                                         const RowLayout& layout, const NormOptions& options,
                                         const float* next, float* out) {
  const bool each = layout.entry_by_entry();
  if (options.variance != nullptr || !(each || layout.run >= length)) {
    return {};
  }
  if (!each) {
    return map_row_ahead(x, length, scale_of_run(scale, layout, 0), options.center, {}, next, out);
  }
  const auto own = [&](const float* all) { return all == nullptr ? all : all + layout.first; };
  return map_row_ahead(x, length, scale, options.center,
                       {own(options.gamma), own(options.beta), layout.parameters}, next, out);
}

// Sum h and sum h z, and what the row adds to the gradients of gamma and beta.
RowSums sum_gradients(const float* x, const float* dy, Index length, const RowScale& scale,
                      const RowLayout& layout) {
  if (layout.entry_by_entry()) {
    return sum_row(x, dy, length, scale, layout.parameters);
  }
  RowSums sums;
  layout.for_each_run(length, [&](Index begin, Index size, Index p) {
    const RowSums part = sum_row(x + begin, dy + begin, size, scale);
    sums.plain += layout.gamma(p) * part.plain;
    sums.with_z += layout.gamma(p) * part.with_z;
    if (layout.present) {
      layout.parameters.d_gamma[p] += part.with_z;
      layout.parameters.d_beta[p] += part.plain;
    }
  });
  return sums;
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
  return 4 * static_cast<std::size_t>(options.layout.count);
}

RowParameters make_norm_workspace(const NormOptions& options, std::span<double> memory) {
  double* const data = memory.data();
  const Index count = options.layout.count;
  return {data, data + count, data + 2 * count, data + 3 * count};
}

void start_norm(const NormOptions& options, const RowParameters& workspace) {
  for (Index p = 0; p < options.layout.count; ++p) {
    workspace.gamma[p] = options.gamma == nullptr ? 1.0 : static_cast<double>(options.gamma[p]);
    workspace.beta[p] = options.beta == nullptr ? 0.0 : static_cast<double>(options.beta[p]);
    workspace.d_gamma[p] = 0.0;
    workspace.d_beta[p] = 0.0;
  }
}

void norm(const linalg::ConstMatrix& x, const NormOptions& options, Index first,
          const RowParameters& workspace, linalg::Matrix out) {
  add_norm(x, nullptr, options, first, workspace, nullptr, out);
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
    const RowScale scale = scale_of(moments_of_row(row, length, options, first + i), options.eps);
    // Pass 1: sums.
    const RowSums sums = sum_gradients(row, dy, length, scale, layout);
    // Pass 2: dx.
    const RowSums means{own && options.center ? sums.plain / count : 0.0,
                        own ? sums.with_z / count : 0.0};
    if (layout.entry_by_entry()) {
      map_row_back(row, dy, length, scale, means, layout.parameters, dx);
    } else {
      layout.for_each_run(length, [&](Index begin, Index size, Index p) {
        map_row_back(row + begin, dy + begin, size, scale, means, layout.gamma(p), dx + begin);
      });
    }
  }
}

void finish_norm(const NormOptions& options, const RowParameters& workspace, float* d_gamma,
                 float* d_beta) {
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
  const Index length = x.cols();
  // What is normalized: a row of x, or of the sum, which is in the cache when its turn comes.
  const auto row_at = [&](Index i) {
    const float* row = x.data() + i * length;
    if (f == nullptr) {
      return row;
    }
    float* total = sum + i * length;
    add(row, f + i * length, length, total);
    return static_cast<const float*>(total);
  };
  if (x.rows() == 0 || length == 0) {
    return;
  }
  const float* row = row_at(0);
  RowMoments moments = moments_of_row(row, length, options, first);
  for (Index i = 0; i < x.rows(); ++i) {
    const bool last = i + 1 == x.rows();
    const float* next = last ? row : row_at(i + 1);
    float* to = out.data() + i * length;
    const RowLayout layout(options, length, first + i, workspace);
    const RowScale scale = scale_of(moments, options.eps);
    const auto sums = normalize_ahead(row, length, scale, layout, options, next, to);
    if (!sums) {
      normalize(row, length, scale, layout, to);
    }
    if (!last) {
      moments = moments_of_row(next, length, options, first + i + 1, sums);
    }
    row = next;
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
