#include <emscripten/bind.h>

#include <cstdint>

#include "normalization/entmax15.h"
#include "normalization/entropy.h"
#include "normalization/entropy_normalize.h"
#include "normalization/power_transform.h"
#include "normalization/sampling.h"
#include "normalization/sparsemax.h"
#include "views.h"

// `input` is a RowInput everywhere: 0 probabilities, 1 logits. Few distinct signatures: each costs
// glue.
namespace attnlab::bindings {
namespace {

using normalization::RowInput;

RowInput row_input(double input) { return static_cast<RowInput>(static_cast<int>(input)); }

void entropy(Pointer x, Pointer out, Index rows, Index length, double input_kind,
             double /*unused*/) {
  normalization::entropy(input(x, rows, length), row_input(input_kind),
                         scratch(out, static_cast<std::size_t>(rows)));
}

// Gradients of one tensor give back the gradient of the exponent, 0 where there is none. workspace:
// 4 length bytes.
double entropy_backward(Pointer x, Pointer d_output, Pointer dx, Index rows, Index length,
                        double input_kind, double /*unused*/, Pointer /*workspace*/) {
  normalization::entropy_backward(input(x, rows, length),
                                  {at<const float>(d_output), static_cast<std::size_t>(rows)},
                                  row_input(input_kind), output(dx, rows, length));
  return 0.0;
}

// alpha: 2 for sparsemax, 1.5 for 1.5-entmax.
void entmax(Pointer x, Pointer out, Index rows, Index length, double alpha, double /*unused*/) {
  const auto run = alpha == 2.0 ? normalization::sparsemax : normalization::entmax15;
  run(input(x, rows, length), output(out, rows, length));
}

double entmax_backward(Pointer x, Pointer d_output, Pointer dx, Index rows, Index length,
                       double alpha, double /*unused*/, Pointer /*workspace*/) {
  const auto run =
      alpha == 2.0 ? normalization::sparsemax_backward : normalization::entmax15_backward;
  run(input(x, rows, length), input(d_output, rows, length), output(dx, rows, length));
  return 0.0;
}

void power_transform(Pointer x, Pointer out, Index rows, Index length, double input_kind,
                     double exponent) {
  normalization::power_transform(input(x, rows, length), row_input(input_kind), exponent,
                                 output(out, rows, length));
}

double power_transform_backward(Pointer x, Pointer d_output, Pointer dx, Index rows, Index length,
                                double input_kind, double exponent, Pointer workspace) {
  return normalization::power_transform_backward(
      input(x, rows, length), input(d_output, rows, length), row_input(input_kind), exponent,
      output(dx, rows, length),
      scratch(workspace, normalization::power_transform_backward_workspace(length)));
}

normalization::EntropyOptions entropy_options(double input_kind, double method,
                                              double max_iterations, double target,
                                              Pointer targets) {
  return {.input = row_input(input_kind),
          .method = static_cast<normalization::EntropyMethod>(static_cast<int>(method)),
          .max_iterations = static_cast<int>(max_iterations),
          .target = target,
          .targets = at<const float>(targets)};
}

std::span<double> doubles(Pointer workspace, Index length) {
  return {at<double>(workspace), normalization::entropy_normalize_workspace(length)};
}

// targets: one float per row, or 0: `target` for all. reports: four 32-bit integers per row. trace:
// 0, or room for three times max_iterations doubles, filled for the last row. workspace: 8 length
// bytes.
void entropy_normalize(Pointer x, Pointer targets, Pointer out, Pointer exponents,
                       Pointer entropies, Pointer reports, Index rows, Index length,
                       double input_kind, double method, double max_iterations, double target,
                       Pointer workspace, Pointer trace) {
  const auto room = static_cast<std::size_t>(max_iterations);
  double* const entries = at<double>(trace);
  const normalization::EntropyTrace series =
      trace == 0 ? normalization::EntropyTrace{}
                 : normalization::EntropyTrace{entries, entries + room, entries + 2 * room};
  normalization::entropy_normalize(
      input(x, rows, length), entropy_options(input_kind, method, max_iterations, target, targets),
      output(out, rows, length), at<float>(exponents), at<float>(entropies),
      at<normalization::EntropyReport>(reports), doubles(workspace, length), series);
}

// workspace: 8 length bytes.
void entropy_normalize_backward(Pointer x, Pointer targets, Pointer d_output, Pointer dx,
                                Index rows, Index length, double input_kind, double method,
                                double max_iterations, double target, Pointer workspace) {
  normalization::entropy_normalize_backward(
      input(x, rows, length), input(d_output, rows, length),
      entropy_options(input_kind, method, max_iterations, target, targets),
      output(dx, rows, length), doubles(workspace, length));
}

// entropy: NaN for none. top_k: 0 for all. tokens: one 32-bit integer per row. The seed in two
// halves.
void sample_tokens(Pointer x, Pointer out, Pointer tokens, Index rows, Index length,
                   double input_kind, double temperature, double entropy_target, double top_k,
                   double top_p, double seed_low, double seed_high, double draw, double first_row) {
  constexpr int kUpper = 32;
  const std::uint64_t seed =
      static_cast<std::uint64_t>(seed_high) << kUpper | static_cast<std::uint64_t>(seed_low);
  normalization::sample_tokens(input(x, rows, length),
                               {.input = row_input(input_kind),
                                .temperature = temperature,
                                .entropy = entropy_target,
                                .top_k = top_k,
                                .top_p = top_p},
                               {.seed = seed,
                                .draw = static_cast<std::uint64_t>(draw),
                                .first_row = static_cast<std::uint32_t>(first_row)},
                               output(out, rows, length), at<std::int32_t>(tokens));
}

}  // namespace
}  // namespace attnlab::bindings

EMSCRIPTEN_BINDINGS(attnlab_probability) {
  using namespace attnlab::bindings;
  emscripten::function("entropy(x, out, rows, length, input, unused)", &entropy);
  emscripten::function("entropyBackward(x, dOutput, dx, rows, length, input, unused, workspace)",
                       &entropy_backward);
  emscripten::function("entmax(x, out, rows, length, alpha, unused)", &entmax);
  emscripten::function("entmaxBackward(x, dOutput, dx, rows, length, alpha, unused, workspace)",
                       &entmax_backward);
  emscripten::function("powerTransform(x, out, rows, length, input, exponent)", &power_transform);
  emscripten::function(
      "powerTransformBackward(x, dOutput, dx, rows, length, input, exponent, workspace)",
      &power_transform_backward);
  emscripten::function(
      "entropyNormalize(x, targets, out, exponents, entropies, reports, rows, length, input, "
      "method, maxIterations, target, workspace, trace)",
      &entropy_normalize);
  emscripten::function(
      "entropyNormalizeBackward(x, targets, dOutput, dx, rows, length, input, method, "
      "maxIterations, target, workspace)",
      &entropy_normalize_backward);
  emscripten::function(
      "sampleTokens(x, out, tokens, rows, length, input, temperature, entropy, topK, topP, "
      "seedLow, seedHigh, draw, firstRow)",
      &sample_tokens);
}
