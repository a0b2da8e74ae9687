#include <emscripten/bind.h>

#include <array>
#include <cstdint>

#include "normalization/norm.h"
#include "normalization/slices.h"
#include "normalization/softmax.h"
#include "views.h"

// Few distinct signatures, shared with probability.cpp: each costs glue.
namespace attnlab::bindings {
namespace {

using normalization::SliceAxis;
using normalization::Slices;

// What JavaScript writes down about the slices of a tensor: how many axes there are across them and
// along them, and size and stride of each.
struct SlicesBlock {
  std::int32_t across;
  std::int32_t along;
  struct {
    std::int32_t size;
    std::int32_t stride;
  } axes[1];
};

// Slices [first, first + count) of x to rows, or back.
void move_rows(Pointer slices, Pointer x, Pointer rows, Index first, Index count, bool back) {
  const auto* block = at<const SlicesBlock>(slices);
  std::array<SliceAxis, 2 * Slices::kMaxAxes> axes;
  const auto across = static_cast<std::size_t>(block->across);
  const auto along = static_cast<std::size_t>(block->along);
  for (std::size_t a = 0; a < across + along; ++a) {
    axes[a] = {block->axes[a].size, block->axes[a].stride};
  }
  const std::span<const SliceAxis> all(axes);
  const Slices tensor(all.subspan(0, across), all.subspan(across, along));
  if (back) {
    tensor.scatter(at<const float>(rows), first, count, at<float>(x));
  } else {
    tensor.gather(at<const float>(x), first, count, at<float>(rows));
  }
}

// Kinds.
constexpr double kSoftmax = 0;
constexpr double kLogSoftmax = 1;
constexpr double kLogSumExp = 2;

void softmax(Pointer x, Pointer out, Index rows, Index length, double kind, double temperature) {
  const linalg::ConstMatrix from = input(x, rows, length);
  if (kind == kSoftmax) {
    normalization::softmax(from, temperature, output(out, rows, length));
  } else if (kind == kLogSoftmax) {
    normalization::log_softmax(from, temperature, output(out, rows, length));
  } else {
    normalization::log_sum_exp(from, temperature, at<float>(out));
  }
}

double softmax_backward(Pointer x, Pointer d_output, Pointer d_x, Index rows, Index length,
                        double kind, double temperature, Pointer /*workspace*/) {
  const linalg::ConstMatrix from = input(x, rows, length);
  const linalg::Matrix to = output(d_x, rows, length);
  if (kind == kLogSumExp) {
    normalization::log_sum_exp_backward(from, at<const float>(d_output), temperature, to);
  } else {
    const auto run =
        kind == kSoftmax ? normalization::softmax_backward : normalization::log_softmax_backward;
    run(from, input(d_output, rows, length), temperature, to);
  }
  return 0.0;
}

// out = norm(x), or with an f: sum = x + f, out = norm(sum). With d_output the gradients of that:
// out is d_x, sum is d_f. The rows are number `first` and the following ones of all; the sums for
// gamma and beta stay in the workspace (48 bytes for each of `parameters`) until the last rows,
// with which they are written. Parameters as ParameterLayout says.
void norm(Pointer x, Pointer f, Pointer gamma, Pointer beta, Pointer mean, Pointer variance,
          Pointer d_output, Pointer d_sum, Pointer out, Pointer sum, Pointer d_gamma,
          Pointer d_beta, Index rows, Index length, Index first, Index parameters, Index groups,
          Index run, bool center, bool mean_square, bool last, double eps, Pointer workspace) {
  const normalization::NormOptions options{
      .gamma = at<const float>(gamma),
      .beta = at<const float>(beta),
      .eps = eps,
      .center = center,
      .mean_square = mean_square,
      .mean = at<const float>(mean),
      .variance = at<const float>(variance),
      .layout = {.count = parameters, .groups = groups, .run = run}};
  const auto memory = normalization::make_norm_workspace(
      options, {at<double>(workspace), normalization::norm_workspace(options)});
  if (first == 0) {
    normalization::start_norm(options, memory);
  }
  if (d_output == 0) {
    normalization::add_norm(input(x, rows, length), at<const float>(f), options, first, memory,
                            at<float>(sum), output(out, rows, length));
    return;
  }
  normalization::add_norm_backward(input(x, rows, length), at<const float>(f),
                                   input(d_output, rows, length), at<const float>(d_sum), options,
                                   first, memory, output(out, rows, length), at<float>(sum));
  if (last) {
    normalization::finish_norm(options, memory, at<float>(d_gamma), at<float>(d_beta));
  }
}

// running_mean and running_variance: the old values, replaced.
void batch_statistics(Pointer x, Pointer mean, Pointer variance, Pointer running_mean,
                      Pointer running_variance, Index rows, Index length, double momentum) {
  normalization::batch_statistics(
      input(x, rows, length), momentum,
      {at<float>(mean), at<float>(variance), at<float>(running_mean), at<float>(running_variance)});
}

}  // namespace
}  // namespace attnlab::bindings

EMSCRIPTEN_BINDINGS(attnlab_normalization) {
  using namespace attnlab::bindings;
  emscripten::function("moveRows(slices, x, rows, first, count, back)", &move_rows);
  emscripten::function("softmax(x, out, rows, length, kind, temperature)", &softmax);
  emscripten::function(
      "softmaxBackward(x, dOutput, dX, rows, length, kind, temperature, workspace)",
      &softmax_backward);
  emscripten::function(
      "norm(x, f, gamma, beta, mean, variance, dOutput, dSum, out, sum, dGamma, dBeta, rows, "
      "length, "
      "first, parameters, groups, run, center, meanSquare, last, eps, workspace)",
      &norm);
  emscripten::function(
      "batchStatistics(x, mean, variance, runningMean, runningVariance, rows, length, momentum)",
      &batch_statistics);
}
