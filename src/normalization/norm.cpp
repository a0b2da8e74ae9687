// z_j = (x_j - mean) / sqrt(variance + eps),   y_j = z_j gamma_j + beta_j
// and backward, with h_j = gamma_j dy_j, the sums over the row and N its length (1 for the L2 norm):
//   dx_j = (h_j - sum h / N - z_j sum h z / N) / sqrt(variance + eps)
//   (without the first sum if there is no centering, without both if the statistics are given)
//   dgamma_j = sum over rows of dy_j z_j,   dbeta_j = sum over rows of dy_j
//
//   x, y, dy, dx [rows, length], gamma, beta as ParameterLayout says
//
// Plan: moments.h, then one pass that maps (backward: one that sums, one that maps), all in double,
// so that the result is the double one, rounded once. A row stays in the first-level cache between
// the passes. z is one multiply-add of x - shift; shift is 0 unless the row is a hard one.
// Error: y within 1 ulp of the formula computed in double; dx, dgamma, dbeta likewise, save 1e-13 of
// the terms where they cancel (tested).
// Cost: x is read from memory once and y written once. Per vector of four: forward about 22
// operations, backward about 60, of which a third is for dgamma and dbeta.
// Papers: Ba, Kiros and Hinton, "Layer Normalization", 2016. Zhang and Sennrich, "Root Mean Square
// Layer Normalization", 2019. Ioffe and Szegedy, "Batch Normalization", 2015. Wu and He, "Group
// Normalization", 2018.
#include "normalization/norm.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "normalization/moments.h"
#include "normalization/norm_row.h"

namespace attnlab::normalization {
namespace {

// The z of a row.
norm_row::Scale scale_of_row(const float* x, Index length, const NormOptions& options, Index row) {
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
  const double root = std::sqrt(moments.square + options.eps);
  const double factor = root == 0.0 ? 0.0 : 1.0 / root;
  return {moments.shift, factor, -moments.mean * factor};
}

// Calls visit(begin, size, parameter) for each run of entries of a row with the same parameter.
template <typename Visit>
void for_each_run(Index length, Index run, Index parameter, Visit&& visit) {
  for (Index begin = 0; begin < length; begin += run) {
    visit(begin, std::min(run, length - begin), parameter++);
  }
}

// Calls function(std::true_type or std::false_type).
template <typename Function>
void with_flag(bool flag, Function&& function) {
  if (flag) {
    function(std::true_type{});
  } else {
    function(std::false_type{});
  }
}

Index first_parameter(const ParameterLayout& layout, Index row) {
  return row % layout.groups * (layout.count / layout.groups);
}

// out = a + b; out may be a.
void add(const float* a, const float* b, Index count, float* out) {
  constexpr Index kLanes = simd::F32x4::kLanes;
  Index e = 0;
  for (; e + kLanes <= count; e += kLanes) {
    simd::store(out + e, simd::load(a + e) + simd::load(b + e));
  }
  for (; e < count; ++e) {
    out[e] = a[e] + b[e];
  }
}

}  // namespace

std::size_t norm_workspace(const NormOptions& options) {
  return 4 * static_cast<std::size_t>(options.layout.count);
}

NormWorkspace make_norm_workspace(const NormOptions& options, std::span<double> memory) {
  const auto count = static_cast<std::size_t>(options.layout.count);
  return {memory.subspan(0, count), memory.subspan(count, count), memory.subspan(2 * count, count),
          memory.subspan(3 * count, count)};
}

void start_norm(const NormOptions& options, bool backward, const NormWorkspace& workspace) {
  for (std::size_t p = 0; p < workspace.gamma.size(); ++p) {
    workspace.gamma[p] = options.gamma == nullptr ? 1.0 : static_cast<double>(options.gamma[p]);
    workspace.beta[p] = options.beta == nullptr ? 0.0 : static_cast<double>(options.beta[p]);
  }
  if (backward) {
    std::fill(workspace.d_gamma.begin(), workspace.d_gamma.end(), 0.0);
    std::fill(workspace.d_beta.begin(), workspace.d_beta.end(), 0.0);
  }
}

void norm(const linalg::ConstMatrix& x, const NormOptions& options, Index first,
          const NormWorkspace& workspace, linalg::Matrix out) {
  const Index length = x.cols();
  const ParameterLayout& layout = options.layout;
  for (Index i = 0; length > 0 && i < x.rows(); ++i) {
    const float* row = x.data() + i * length;
    float* to = out.data() + i * length;
    const norm_row::Scale scale = scale_of_row(row, length, options, first + i);
    with_flag(scale.shift != 0.0, [&](auto shifted) {
      constexpr bool kShift = decltype(shifted)::value;
      if (options.gamma == nullptr && options.beta == nullptr) {
        norm_row::map<kShift>(row, length, scale, norm_row::One{}, norm_row::Zero{}, to);
        return;
      }
      const Index parameter = first_parameter(layout, first + i);
      const double* gamma = workspace.gamma.data();
      const double* beta = workspace.beta.data();
      if (layout.run > 1) {
        for_each_run(length, layout.run, parameter, [&](Index begin, Index size, Index p) {
          norm_row::map<kShift>(row + begin, size, scale, norm_row::Same{gamma[p]},
                                norm_row::Same{beta[p]}, to + begin);
        });
      } else if (options.beta == nullptr) {
        norm_row::map<kShift>(row, length, scale, norm_row::Each{gamma + parameter},
                              norm_row::Zero{}, to);
      } else {
        norm_row::map<kShift>(row, length, scale, norm_row::Each{gamma + parameter},
                              norm_row::Each{beta + parameter}, to);
      }
    });
  }
}

void norm_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                   const NormOptions& options, Index first, const NormWorkspace& workspace,
                   linalg::Matrix d_x) {
  const Index length = x.cols();
  const ParameterLayout& layout = options.layout;
  const double count = options.mean_square ? static_cast<double>(length) : 1.0;
  const bool with_parameters = options.gamma != nullptr || options.beta != nullptr;
  for (Index i = 0; length > 0 && i < x.rows(); ++i) {
    const float* row = x.data() + i * length;
    const float* gradient = d_output.data() + i * length;
    float* to = d_x.data() + i * length;
    const norm_row::Scale scale = scale_of_row(row, length, options, first + i);
    const Index parameter = first_parameter(layout, first + i);
    const double* gamma = workspace.gamma.data();
    with_flag(scale.shift != 0.0, [&](auto shifted) {
      constexpr bool kShift = decltype(shifted)::value;
      // Pass 1: sum h and sum h z, and what the row adds to the gradients of gamma and beta.
      norm_row::Sums sums;
      if (!with_parameters) {
        sums = norm_row::sum<kShift>(row, gradient, length, scale, norm_row::One{},
                                     norm_row::Ignore{});
      } else if (layout.run > 1) {
        for_each_run(length, layout.run, parameter, [&](Index begin, Index size, Index p) {
          const norm_row::Sums part =
              norm_row::sum<kShift>(row + begin, gradient + begin, size, scale, norm_row::One{},
                                    norm_row::Ignore{});
          workspace.d_gamma[static_cast<std::size_t>(p)] += part.with_z;
          workspace.d_beta[static_cast<std::size_t>(p)] += part.plain;
          sums.plain += gamma[p] * part.plain;
          sums.with_z += gamma[p] * part.with_z;
        });
      } else {
        sums = norm_row::sum<kShift>(
            row, gradient, length, scale, norm_row::Each{gamma + parameter},
            norm_row::Accumulate{workspace.d_gamma.data() + parameter,
                                 workspace.d_beta.data() + parameter});
      }
      // Pass 2.
      const bool own = options.variance == nullptr;
      const norm_row::Sums means{own && options.center ? sums.plain / count : 0.0,
                                 own ? sums.with_z / count : 0.0};
      if (!with_parameters) {
        norm_row::map_back<kShift>(row, gradient, length, scale, means, norm_row::One{}, to);
      } else if (layout.run > 1) {
        for_each_run(length, layout.run, parameter, [&](Index begin, Index size, Index p) {
          norm_row::map_back<kShift>(row + begin, gradient + begin, size, scale, means,
                                     norm_row::Same{gamma[p]}, to + begin);
        });
      } else {
        norm_row::map_back<kShift>(row, gradient, length, scale, means,
                                   norm_row::Each{gamma + parameter}, to);
      }
    });
  }
}

void finish_norm(const NormWorkspace& workspace, float* d_gamma, float* d_beta) {
  const auto narrow = [](double value) { return static_cast<float>(value); };
  if (d_gamma != nullptr) {
    std::transform(workspace.d_gamma.begin(), workspace.d_gamma.end(), d_gamma, narrow);
  }
  if (d_beta != nullptr) {
    std::transform(workspace.d_beta.begin(), workspace.d_beta.end(), d_beta, narrow);
  }
}

void add_norm(const linalg::ConstMatrix& x, const float* f, const NormOptions& options, Index first,
              const NormWorkspace& workspace, float* sum, linalg::Matrix out) {
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
                       const NormOptions& options, Index first, const NormWorkspace& workspace,
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
    running = static_cast<float>((1.0 - momentum) * static_cast<double>(running) + momentum * value);
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
