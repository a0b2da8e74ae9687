// The gradients of norm.cpp, which has the formulas:
//   dx_j = (h_j - sum h / N - z_j sum h z / N) factor
//        = gradient h_j + slope (x_j - shift) + constant
//
// Plan: two passes over a row in the first-level cache: the sums, then the map, which also sums the
// deviations of the next row (norm_gradient.h); in the residual forms that row is computed just
// before. In float32 with sums in double, or all in double where float32 could not hold an
// intermediate result: deviations outside of 1e-18 to 1e18, factors that are not moderate
// (simd/finite.h). d_gamma and d_beta are summed in float32 over blocks of 32 rows, aligned to the
// number of the row, so that their bits do not depend on how the rows are divided among calls.
// Error: within 2^-21 of the sum of the absolute values of a gradient's terms, where z counts as
// the difference that it is: |dy_j| (1 + |z_j|) for d_gamma (tested).
// Cost: x and dy are read from memory once and dx is written once. Per vector of four 16
// operations, and 8 for gamma and beta.
#include <algorithm>
#include <cmath>

#include "normalization/norm.h"
#include "normalization/norm_gradient.h"
#include "normalization/norm_rows.h"
#include "simd/finite.h"

namespace attnlab::normalization {
namespace {

// Rows over which the gradients of gamma and beta are summed in float32.
constexpr Index kRowsInFloat = 32;

// What is subtracted from the entries of a row to give their deviations.
float origin_of(const float* x, const NormOptions& options) { return options.center ? *x : 0.0F; }

RowSums deviations_of(const float* x, Index length, float origin) {
  RowSums sums = sum_deviations(x, length, origin);
  return sums += sum_deviations_in_double(x, whole_steps(length), length, origin);
}

// From the sums of the deviations if they are accurate enough, otherwise from moments_of_row.
RowScale scale_of_row(const float* x, Index length, const NormOptions& options, Index row,
                      const RowSums& deviations) {
  // An origin within four standard deviations of the mean costs the variance few digits.
  constexpr double kLargestOffset = 16.0;
  if (options.variance == nullptr) {
    const auto count = static_cast<double>(length);
    const auto origin = static_cast<double>(origin_of(x, options));
    const double mean = options.center ? deviations.first / count : 0.0;
    const double square = deviations.second / (options.mean_square ? count : 1.0) - mean * mean;
    const RowScale scale = scale_of({origin, mean, square}, options.eps);
    // Written so that NaN fails.
    if (mean * mean <= kLargestOffset * square && NarrowScale::fits(scale)) {
      return scale;
    }
  }
  return scale_of(moments_of_row(x, length, options, row), options.eps);
}

// A row and all that its gradients are computed from.
struct BackwardRow {
  const float* x;
  const float* dy;
  RowScale scale;
  RowLayout layout;
  bool fits;

  const double* gammas() const { return layout.entry_by_entry ? layout.parameters.gamma : nullptr; }
};

// Sum h and sum h z over a run, without the gamma of the run; adds to the gradients of gamma and
// beta where these go entry by entry.
RowSums sum_run(const BackwardRow& row, Index size, bool beta) {
  const RowParameters& to = row.layout.parameters;
  const bool each = row.layout.entry_by_entry;
  const Index steps = row.fits ? whole_steps(size) : 0;
  RowSums sums;
  if (row.fits) {
    const NarrowParameters narrow{to.narrow_gamma, to.recent_d_gamma,
                                  beta ? to.recent_d_beta : nullptr};
    sums = sum_gradients(row.x, row.dy, size, NarrowScale(row.scale), each ? &narrow : nullptr);
    if (!std::isfinite(sums.first) || !std::isfinite(sums.second)) {
      sums = sum_gradients_in_double(row.x, row.dy, 0, steps, row.scale, row.gammas(), nullptr);
    }
  }
  return sums += sum_gradients_in_double(row.x, row.dy, steps, size, row.scale, row.gammas(),
                                         each ? &to : nullptr);
}

// Writes dx of a run. In float32 it also sums the deviations of `next`, and returns true.
bool map_run(const BackwardRow& row, Index size, const GradientLine& line, float* dx,
             const float* next, float origin, RowSums& deviations) {
  const bool narrow = row.fits && simd::is_moderate_or_zero(line.gradient) &&
                      simd::is_moderate_or_zero(line.slope) &&
                      simd::is_moderate_or_zero(line.constant);
  const Index steps = narrow ? whole_steps(size) : 0;
  if (narrow) {
    const float* gamma = row.layout.entry_by_entry ? row.layout.parameters.narrow_gamma : nullptr;
    deviations = map_gradients(row.x, row.dy, size, {line, NarrowScale(row.scale).shift}, gamma, dx,
                               next, origin);
    deviations += sum_deviations_in_double(next, steps, size, origin);
  }
  map_gradients_in_double(row.x, row.dy, steps, size, line, row.gammas(), dx);
  return narrow;
}

// Writes dx and adds to the gradients of gamma and beta. Returns whether it has also summed the
// deviations of `next`.
bool write_row(const BackwardRow& row, Index length, const NormOptions& options, float* dx,
               const float* next, RowSums& deviations) {
  const RowLayout& layout = row.layout;
  const RowScale& scale = row.scale;
  const double count = options.mean_square ? static_cast<double>(length) : 1.0;
  const bool own = options.variance == nullptr;
  const auto run_at = [&](Index begin) {
    BackwardRow run = row;
    run.x += begin;
    run.dy += begin;
    return run;
  };
  RowSums sums;
  layout.for_each_run(length, [&](Index begin, Index size, Index p) {
    const RowSums part = sum_run(run_at(begin), size, options.beta != nullptr);
    sums += {layout.gamma(p) * part.first, layout.gamma(p) * part.second};
    if (layout.present && !layout.entry_by_entry) {
      layout.parameters.d_gamma[p] += part.second;
      layout.parameters.d_beta[p] += part.first;
    }
  });
  const double mean = own && options.center ? sums.first / count : 0.0;
  const double along = own ? sums.second / count : 0.0;
  const float origin = origin_of(next, options);
  bool known = false;
  layout.for_each_run(length, [&](Index begin, Index size, Index p) {
    const GradientLine line{scale.shift, scale.factor * layout.gamma(p),
                            -scale.factor * along * scale.factor,
                            -scale.factor * (mean + scale.offset * along)};
    const bool ahead = map_run(run_at(begin), size, line, dx + begin, size == length ? next : row.x,
                               origin, deviations);
    known = ahead && size == length;
  });
  return known;
}

}  // namespace

void norm_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                   const NormOptions& options, Index first, const RowParameters& workspace,
                   linalg::Matrix d_x) {
  add_norm_backward(x, nullptr, d_output, nullptr, options, first, workspace, d_x, nullptr);
}

void add_norm_backward(const linalg::ConstMatrix& x, const float* f,
                       const linalg::ConstMatrix& d_output, const float* d_sum,
                       const NormOptions& options, Index first, const RowParameters& workspace,
                       linalg::Matrix d_x, float* d_f) {
  const Index length = x.cols();
  if (x.rows() == 0 || length == 0) {
    return;
  }
  // A row of x + f is computed in the place where its gradient will be written.
  const float* from = make_row(x, f, 0, d_x.data());
  RowSums deviations;
  bool known = false;  // whether `deviations` are those of the current row
  for (Index i = 0; i < x.rows(); ++i) {
    const Index at = i * length;
    const float* next = i + 1 == x.rows() ? from : make_row(x, f, i + 1, d_x.data());
    float* dx = d_x.data() + at;
    if (options.variance == nullptr && !known) {
      deviations = deviations_of(from, length, origin_of(from, options));
    }
    const RowScale scale = scale_of_row(from, length, options, first + i, deviations);
    const BackwardRow row{from, d_output.data() + at, scale,
                          RowLayout(options, length, first + i, workspace),
                          NarrowScale::fits(scale)};
    known = write_row(row, length, options, dx, next, deviations);
    if (row.layout.entry_by_entry &&
        (first + i + 1) % (kRowsInFloat * options.layout.groups) == 0) {
      add_recent(options, workspace);
    }
    if (d_sum != nullptr) {
      add(dx, d_sum + at, length, dx);
    }
    if (d_f != nullptr) {
      std::copy_n(dx, length, d_f + at);
    }
    from = next;
  }
}

}  // namespace attnlab::normalization
