#include "attention/backward_row_in_double.h"

#include <cstdint>
#include <memory>

#include "attention/row_in_double.h"

namespace attnlab::attention {
namespace {

double* doubles_in(float* scratch, Index count) {
  const bool misaligned = reinterpret_cast<std::uintptr_t>(scratch) % alignof(double) != 0;
  auto* doubles = reinterpret_cast<double*>(scratch + (misaligned ? 1 : 0));
  std::uninitialized_default_construct_n(doubles, count);
  return doubles;
}

}  // namespace

void backward_row_in_double(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                            const linalg::ConstMatrix& v, const linalg::ConstMatrix& d_output,
                            const Options& options, Index i, const Gradients& gradients,
                            float* scratch) {
  const RowInDouble row(q, k, options, i);
  const KeyRange window = row.window();
  const double scale = scale_of_row(options, window);
  double* weights = doubles_in(scratch, 2 * k.rows());
  double* d_scores = weights + k.rows();
  // Pass 1: P_j, dP_j (in the place of dS_j) and delta = sum_j P_j dP_j.
  double delta = 0.0;
  for (Index j = window.begin; j < window.end; ++j) {
    if (hides(options, i, j)) {
      continue;
    }
    double d_weight = 0.0;
    for (Index c = 0; c < v.cols(); ++c) {
      d_weight += static_cast<double>(d_output(i, c)) * static_cast<double>(v(j, c));
    }
    weights[j] = row.weight(j);
    d_scores[j] = d_weight;
    delta += weights[j] * d_weight;
  }
  // Pass 2: dS_j = P_j (dP_j - delta), and what follows from it for one key.
  for (Index j = window.begin; j < window.end; ++j) {
    if (hides(options, i, j)) {
      continue;
    }
    d_scores[j] = weights[j] * (d_scores[j] - delta);
    if (gradients.dbias != nullptr) {
      gradients.dbias[i * options.bias.row_stride + j * options.bias.column_stride] +=
          static_cast<float>(d_scores[j]);
    }
    for (Index c = 0; gradients.dk != nullptr && c < k.cols(); ++c) {
      gradients.dk[j * k.cols() + c] +=
          static_cast<float>(d_scores[j] * scale * static_cast<double>(q(i, c)));
    }
    for (Index c = 0; gradients.dv != nullptr && c < v.cols(); ++c) {
      gradients.dv[j * v.cols() + c] +=
          static_cast<float>(weights[j] * static_cast<double>(d_output(i, c)));
    }
  }
  // Pass 3: the query.
  for (Index c = 0; gradients.dq != nullptr && c < k.cols(); ++c) {
    double sum = 0.0;
    for (Index j = window.begin; j < window.end; ++j) {
      sum += hides(options, i, j) ? 0.0 : d_scores[j] * static_cast<double>(k(j, c));
    }
    gradients.dq[i * k.cols() + c] = static_cast<float>(scale * sum);
  }
}

}  // namespace attnlab::attention
