#include <emscripten/bind.h>

#include <array>
#include <cstdint>

#include "normalization/norm.h"
#include "normalization/slices.h"
#include "normalization/softmax.h"
#include "views.h"

namespace attnlab::bindings {
namespace {

using normalization::SliceAxis;
using normalization::Slices;

// What JavaScript writes down about the slices of a tensor and the norm of them, as 32-bit numbers.
struct RowsBlock {
  std::int32_t across;  // axes across, then axes along, in `axes`
  std::int32_t along;
  std::int32_t count;  // ParameterLayout
  std::int32_t groups;
  std::int32_t run;
  std::int32_t center;
  std::int32_t mean_square;
  struct {
    std::int32_t size;
    std::int32_t stride;
  } axes[1];
};

// The slices of `items` equal parts of a tensor. The first axis across is that of the parts.
Slices slices_of(Pointer rows, Index items) {
  const auto* block = at<const RowsBlock>(rows);
  std::array<SliceAxis, 2 * Slices::kMaxAxes> axes;
  const auto across = static_cast<std::size_t>(block->across);
  const auto along = static_cast<std::size_t>(block->along);
  for (std::size_t a = 0; a < across + along; ++a) {
    axes[a] = {block->axes[a].size, block->axes[a].stride};
  }
  axes[0].size = items;
  const std::span<const SliceAxis> all(axes);
  return {all.subspan(0, across), all.subspan(across, along)};
}

// Scratch, as rowsWorkspace measures it: the norm's doubles, a row, and panels.
struct RowsScratch {
  normalization::NormWorkspace norm;
  std::span<float> row;
  std::span<float> panels;
};

constexpr std::size_t kMostPanels = 6;

RowsScratch scratch_of(Pointer workspace, const Slices& slices, Index parameters) {
  const normalization::NormOptions options{.layout = {.count = parameters}};
  const std::size_t doubles = normalization::norm_workspace(options);
  auto* floats = at<float>(workspace + doubles * sizeof(double));
  const auto length = static_cast<std::size_t>(slices.length());
  return {normalization::make_norm_workspace(options, {at<double>(workspace), doubles}),
          {floats, length},
          {floats + length, kMostPanels * slices.panel_size()}};
}

double rows_workspace(Index count, Index length, Index parameters) {
  const double doubles = 4.0 * static_cast<double>(parameters);
  const auto panel = static_cast<double>(Slices::panel_rows(count, length) * length);
  return doubles * sizeof(double) +
         (static_cast<double>(length) + static_cast<double>(kMostPanels) * panel) * sizeof(float);
}

using Forward = void (*)(const linalg::ConstMatrix&, double, linalg::Matrix, std::span<float>);

template <Forward kForward>
void rows_forward(Pointer rows, Index items, Pointer x, Pointer out, double temperature,
                  Pointer workspace) {
  const Slices slices = slices_of(rows, items);
  const RowsScratch scratch = scratch_of(workspace, slices, 0);
  normalization::for_each_panel<1, 1>(
      slices, {at<const float>(x)}, {at<float>(out)}, scratch.panels,
      [&](Index, Index count, const auto& from, const auto& to) {
        kForward({from[0], count, slices.length()}, temperature,
                 {to[0], count, slices.length()}, scratch.row);
      });
}

void log_sum_exp(Pointer rows, Index items, Pointer x, Pointer out, double temperature,
                 Pointer workspace) {
  const Slices slices = slices_of(rows, items);
  const RowsScratch scratch = scratch_of(workspace, slices, 0);
  normalization::for_each_panel<1, 0>(
      slices, {at<const float>(x)}, {}, scratch.panels,
      [&](Index first, Index count, const auto& from, const auto&) {
        normalization::log_sum_exp({from[0], count, slices.length()}, temperature,
                                   at<float>(out) + first, scratch.row);
      });
}

using Backward = void (*)(const linalg::ConstMatrix&, const linalg::ConstMatrix&, double,
                          linalg::Matrix, std::span<float>);

template <Backward kBackward>
void rows_backward(Pointer rows, Index items, Pointer x, Pointer d_output, Pointer d_x,
                   double temperature, Pointer workspace) {
  const Slices slices = slices_of(rows, items);
  const RowsScratch scratch = scratch_of(workspace, slices, 0);
  normalization::for_each_panel<2, 1>(
      slices, {at<const float>(x), at<const float>(d_output)}, {at<float>(d_x)}, scratch.panels,
      [&](Index, Index count, const auto& from, const auto& to) {
        const Index length = slices.length();
        kBackward({from[0], count, length}, {from[1], count, length}, temperature,
                  {to[0], count, length}, scratch.row);
      });
}

void log_sum_exp_backward(Pointer rows, Index items, Pointer x, Pointer d_output, Pointer d_x,
                          double temperature, Pointer workspace) {
  const Slices slices = slices_of(rows, items);
  const RowsScratch scratch = scratch_of(workspace, slices, 0);
  normalization::for_each_panel<1, 1>(
      slices, {at<const float>(x)}, {at<float>(d_x)}, scratch.panels,
      [&](Index first, Index count, const auto& from, const auto& to) {
        normalization::log_sum_exp_backward({from[0], count, slices.length()},
                                            at<const float>(d_output) + first, temperature,
                                            {to[0], count, slices.length()}, scratch.row);
      });
}

normalization::NormOptions norm_options(Pointer rows, Pointer gamma, Pointer beta, Pointer mean,
                                        Pointer variance, double eps) {
  const auto* block = at<const RowsBlock>(rows);
  return {.gamma = at<const float>(gamma),
          .beta = at<const float>(beta),
          .eps = eps,
          .center = block->center != 0,
          .mean_square = block->mean_square != 0,
          .mean = at<const float>(mean),
          .variance = at<const float>(variance),
          .layout = {.count = block->count, .groups = block->groups, .run = block->run}};
}

// out = norm(x), or with an f: sum = x + f, out = norm(sum). The items are number `first` and the
// following ones of all.
void norm(Pointer rows, Index items, Index first, Pointer x, Pointer f, Pointer gamma, Pointer beta,
          Pointer mean, Pointer variance, Pointer out, Pointer sum, double eps, Pointer workspace) {
  const Slices slices = slices_of(rows, items);
  const auto options = norm_options(rows, gamma, beta, mean, variance, eps);
  const RowsScratch scratch = scratch_of(workspace, slices, options.layout.count);
  const Index before = first * (slices.count() / items);
  normalization::start_norm(options, false, scratch.norm);
  normalization::for_each_panel<2, 2>(
      slices, {at<const float>(x), at<const float>(f)}, {at<float>(out), at<float>(sum)},
      scratch.panels, [&](Index slice, Index count, const auto& from, const auto& to) {
        normalization::add_norm({from[0], count, slices.length()}, from[1], options, before + slice,
                                scratch.norm, to[1], {to[0], count, slices.length()});
      });
}

// The gradients of the above. The sums for gamma and beta stay in the workspace from the first items
// to the last ones, with which they are written.
void norm_backward(Pointer rows, Index items, Index first, bool last, Pointer x, Pointer f,
                   Pointer gamma, Pointer beta, Pointer mean, Pointer variance, Pointer d_output,
                   Pointer d_sum, Pointer d_x, Pointer d_f, Pointer d_gamma, Pointer d_beta,
                   double eps, Pointer workspace) {
  const Slices slices = slices_of(rows, items);
  const auto options = norm_options(rows, gamma, beta, mean, variance, eps);
  const RowsScratch scratch = scratch_of(workspace, slices, options.layout.count);
  const Index before = first * (slices.count() / items);
  if (first == 0) {
    normalization::start_norm(options, true, scratch.norm);
  }
  normalization::for_each_panel<4, 2>(
      slices,
      {at<const float>(x), at<const float>(f), at<const float>(d_output), at<const float>(d_sum)},
      {at<float>(d_x), at<float>(d_f)}, scratch.panels,
      [&](Index slice, Index count, const auto& from, const auto& to) {
        const Index length = slices.length();
        normalization::add_norm_backward({from[0], count, length}, from[1],
                                         {from[2], count, length}, from[3], options,
                                         before + slice, scratch.norm, {to[0], count, length},
                                         to[1]);
      });
  if (last) {
    normalization::finish_norm(scratch.norm, at<float>(d_gamma), at<float>(d_beta));
  }
}

// running_mean and running_variance: the old values, replaced.
void batch_statistics(Pointer rows, Index items, Pointer x, Pointer mean, Pointer variance,
                      Pointer running_mean, Pointer running_variance, double momentum,
                      Pointer workspace) {
  const Slices slices = slices_of(rows, items);
  const RowsScratch scratch = scratch_of(workspace, slices, 0);
  normalization::for_each_panel<1, 0>(
      slices, {at<const float>(x)}, {}, scratch.panels,
      [&](Index first, Index count, const auto& from, const auto&) {
        normalization::batch_statistics(
            {from[0], count, slices.length()}, momentum,
            {at<float>(mean) + first, at<float>(variance) + first, at<float>(running_mean) + first,
             at<float>(running_variance) + first});
      });
}

}  // namespace
}  // namespace attnlab::bindings

EMSCRIPTEN_BINDINGS(attnlab_normalization) {
  using namespace attnlab::bindings;
  namespace kernels = attnlab::normalization;
  emscripten::function("rowsWorkspace(count, length, parameters)", &rows_workspace);
  emscripten::function("softmax(rows, items, x, out, temperature, workspace)",
                       &rows_forward<&kernels::softmax>);
  emscripten::function("logSoftmax(rows, items, x, out, temperature, workspace)",
                       &rows_forward<&kernels::log_softmax>);
  emscripten::function("logSumExp(rows, items, x, out, temperature, workspace)", &log_sum_exp);
  emscripten::function("softmaxBackward(rows, items, x, dOutput, dX, temperature, workspace)",
                       &rows_backward<&kernels::softmax_backward>);
  emscripten::function("logSoftmaxBackward(rows, items, x, dOutput, dX, temperature, workspace)",
                       &rows_backward<&kernels::log_softmax_backward>);
  emscripten::function("logSumExpBackward(rows, items, x, dOutput, dX, temperature, workspace)",
                       &log_sum_exp_backward);
  emscripten::function(
      "norm(rows, items, first, x, f, gamma, beta, mean, variance, out, sum, eps, workspace)",
      &norm);
  emscripten::function(
      "normBackward(rows, items, first, last, x, f, gamma, beta, mean, variance, dOutput, dSum, "
      "dX, dF, dGamma, dBeta, eps, workspace)",
      &norm_backward);
  emscripten::function(
      "batchStatistics(rows, items, x, mean, variance, runningMean, runningVariance, momentum, "
      "workspace)",
      &batch_statistics);
}
