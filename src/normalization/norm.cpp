// z_j = (x_j - mean) / sqrt(variance + eps),   y_j = z_j gamma_j + beta_j
// and backward (norm_backward.cpp), with h_j = gamma_j dy_j, the sums over the row and N its length
// (1 for the L2 norm):
//   dx_j = (h_j - sum h / N - z_j sum h z / N) / sqrt(variance + eps)
//   (without the first sum if there is no centering, without both if the statistics are given)
//   dgamma_j = sum over rows of dy_j z_j,   dbeta_j = sum over rows of dy_j
//
//   x, y, dy, dx [rows, length], gamma, beta as ParameterLayout says
//
// Plan: the statistics (moments.h), then one pass that maps x to y and, where it can, also sums the
// next row (norm_row_ahead.h). In double or to its accuracy, so that the result is the double one,
// rounded once. A row stays in the first-level cache between the passes. z is one multiply-add of
// x - shift; shift is 0 except for rows that moments.h does by the definition and for means that
// are float32 numbers, which an entry can equal.
// Error: y within 1 ulp of the formula computed in double (tested).
// Cost: x is read from memory once and y written once. 9 (RMSNorm) to 24 operations per vector of
// four.
// Papers: Ba, Kiros and Hinton, "Layer Normalization", 2016. Zhang and Sennrich, "Root Mean Square
// Layer Normalization", 2019. Ioffe and Szegedy, "Batch Normalization", 2015. Wu and He, "Group
// Normalization", 2018.
#include "normalization/norm.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "normalization/norm_row_ahead.h"
#include "normalization/norm_rows.h"
#include "simd/f32x4.h"
#include "simd/own_function.h"

namespace attnlab::normalization {

RowMoments moments_of_row(const float* x, Index length, const NormOptions& options, Index row,
                          const std::optional<RowPowers>& sums) {
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
  // A mean that is a float32 number is subtracted first: an entry that equals it gives exactly 0.
  const double mean = moments.shift + moments.mean;
  if (static_cast<double>(static_cast<float>(mean)) == mean &&
      mean - moments.shift == moments.mean) {
    moments = {mean, 0.0, moments.square};
  }
  const double root = std::sqrt(moments.square + eps);
  const double factor = root == 0.0 ? 0.0 : 1.0 / root;
  return {moments.shift, factor, -moments.mean * factor};
}

namespace {

// The scale with the gamma and beta of a run folded in.
RowScale scale_of_run(const RowScale& scale, const RowLayout& layout, Index p) {
  if (!layout.present) {
    return scale;
  }
  const double gamma = layout.parameters.gamma[p];
  return {scale.shift, scale.factor * gamma, scale.offset * gamma + layout.parameters.beta[p]};
}

void normalize(const float* x, Index length, const RowScale& scale, const RowLayout& layout,
               float* out) {
  if (layout.entry_by_entry) {
    map_row(x, length, scale, layout.parameters, out);
    return;
  }
  layout.for_each_run(length, [&](Index begin, Index size, Index p) {
    map_row(x + begin, size, scale_of_run(scale, layout, p), out + begin);
  });
}

// The same, together with the sums of the row `next`. Does nothing and returns nothing where the
// two cannot be combined.
std::optional<RowPowers> normalize_ahead(const float* x, Index length, const RowScale& scale,
                                         const RowLayout& layout, const NormOptions& options,
                                         const float* next, float* out) {
  if (options.variance != nullptr || layout.run < length) {
    return {};
  }
  return layout.entry_by_entry ? map_row_ahead(x, length, scale, options.center, &layout.parameters,
                                               options.beta != nullptr, next, out)
                               : map_row_ahead(x, length, scale_of_run(scale, layout, 0),
                                               options.center, nullptr, false, next, out);
}

}  // namespace

ATTNLAB_OWN_FUNCTION void add(const float* a, const float* b, Index count, float* out) {
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

const float* make_row(const linalg::ConstMatrix& x, const float* f, Index i, float* sum) {
  const Index at = i * x.cols();
  const float* row = x.data() + at;
  if (f == nullptr) {
    return row;
  }
  add(row, f + at, x.cols(), sum + at);
  return sum + at;
}

void norm(const linalg::ConstMatrix& x, const NormOptions& options, Index first,
          const RowParameters& workspace, linalg::Matrix out) {
  add_norm(x, nullptr, options, first, workspace, nullptr, out);
}

void add_norm(const linalg::ConstMatrix& x, const float* f, const NormOptions& options, Index first,
              const RowParameters& workspace, float* sum, linalg::Matrix out) {
  const Index length = x.cols();
  if (x.rows() == 0 || length == 0) {
    return;
  }
  const float* row = make_row(x, f, 0, sum);
  RowMoments moments = moments_of_row(row, length, options, first);
  for (Index i = 0; i < x.rows(); ++i) {
    const bool last = i + 1 == x.rows();
    const float* next = last ? row : make_row(x, f, i + 1, sum);
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
