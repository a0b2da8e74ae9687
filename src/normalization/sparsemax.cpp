// sparsemax   p_j = max(d_j - tau, 0),   d_j = x_j - max x,   sum p = 1
// gradient    dx_j = dp_j - mean over the support of dp,   0 where p_j = 0
//
//   x, out, d_output, dx [rows, length]
//
// Plan: tau lies in [-1, 0). Starting with the entries above -1, tau = (their sum - 1) / their
// number, and entries that are not above tau are dropped, until none is; tau is then exact. tau
// never falls, so no entry has to come back. In double throughout: p within 1 ulp plus 2^-52.
// Cost: 3 reads, 2 writes, and 2 to about 8 passes over the entries within 1 of the largest.
// Sources: A. Martins and R. Astudillo, "From softmax to sparsemax", arXiv 1602.02068; C. Michelot,
// "A finite algorithm for finding the projection of a point onto the canonical simplex of R^n",
// 1986.
#include "normalization/sparsemax.h"

#include "normalization/sparse_rows.h"

namespace attnlab::normalization {
namespace {

double find_threshold(const SparseRow& row) {
  double threshold = -1.0;
  Index above = -1;
  while (true) {
    double sum = 0.0;
    const Index count = row.over_candidates(threshold, [&](double d) { sum += d; });
    if (count == above) {
      return threshold;
    }
    above = count;
    threshold = (sum - 1.0) / static_cast<double>(count);
  }
}

}  // namespace

void sparsemax(const linalg::ConstMatrix& x, linalg::Matrix out) {
  for (Index i = 0; i < x.rows(); ++i) {
    float* result = out.data() + i * x.cols();
    const SparseRow row(x.data() + i * x.cols(), x.cols(), 1.0, result);
    if (row.valid()) {
      row.write(find_threshold(row), result, [](double above, Index) { return above; });
    } else {
      row.write_invalid(result);
    }
  }
}

void sparsemax_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                        linalg::Matrix dx) {
  for (Index i = 0; i < x.rows(); ++i) {
    const float* entries = x.data() + i * x.cols();
    const float* g = d_output.data() + i * x.cols();
    float* gradient = dx.data() + i * x.cols();
    const SparseRow row(entries, x.cols(), 1.0, gradient);
    if (!row.valid()) {
      row.write_invalid(gradient);
      continue;
    }
    const double threshold = find_threshold(row);
    double sum = 0.0;
    Index count = 0;
    for (Index j = 0; j < x.cols(); ++j) {
      if (row.distance(entries[j]) > threshold) {
        sum += static_cast<double>(g[j]);
        ++count;
      }
    }
    const double mean = sum / static_cast<double>(count);
    row.write(threshold, gradient,
              [&](double, Index j) { return static_cast<double>(g[j]) - mean; });
  }
}

}  // namespace attnlab::normalization
