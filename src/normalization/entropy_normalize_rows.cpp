// Entropy normalization of all rows of a matrix, by either method, and its gradient.
#include "normalization/entropy_normalize.h"

namespace attnlab::normalization {
namespace {

double target_of(const EntropyOptions& options, Index row) {
  return options.targets == nullptr ? options.target : static_cast<double>(options.targets[row]);
}

EntropyResult normalize_row(const float* x, Index length, const EntropyOptions& options, Index row,
                            float* out, std::span<double> workspace, const EntropyTrace& trace) {
  const double target = target_of(options, row);
  if (options.method == EntropyMethod::kArticle) {
    return entropy_normalize_article(x, length, options.input, target, options.max_iterations, out,
                                     workspace, trace);
  }
  return entropy_normalize(x, length, options.input, target, options.max_iterations, out, trace);
}

}  // namespace

std::size_t entropy_normalize_workspace(Index length) { return static_cast<std::size_t>(length); }

void entropy_normalize(const linalg::ConstMatrix& x, const EntropyOptions& options,
                       linalg::Matrix out, float* exponents, float* entropies,
                       EntropyReport* reports, std::span<double> workspace,
                       const EntropyTrace& trace) {
  const Index length = x.cols();
  for (Index i = 0; i < x.rows(); ++i) {
    const EntropyResult result = normalize_row(x.data() + i * length, length, options, i,
                                               out.data() + i * length, workspace, trace);
    exponents[i] = static_cast<float>(result.exponent);
    entropies[i] = static_cast<float>(result.entropy);
    reports[i] = {result.iterations, static_cast<std::int32_t>(result.status),
                  static_cast<std::int32_t>(result.ties),
                  static_cast<std::int32_t>(result.support)};
  }
}

void entropy_normalize_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                                const EntropyOptions& options, linalg::Matrix dx,
                                std::span<double> workspace) {
  const Index length = x.cols();
  const auto scratch =
      std::span(reinterpret_cast<float*>(workspace.data()), static_cast<std::size_t>(length));
  for (Index i = 0; i < x.rows(); ++i) {
    const float* row = x.data() + i * length;
    float* gradient = dx.data() + i * length;
    const EntropyResult result = normalize_row(row, length, options, i, gradient, workspace, {});
    entropy_normalize_backward(row, length, d_output.data() + i * length, options.input,
                               result.exponent, gradient, scratch);
  }
}

}  // namespace attnlab::normalization
