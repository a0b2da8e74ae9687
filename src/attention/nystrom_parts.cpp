#include "attention/nystrom_parts.h"

#include <cmath>

namespace attnlab::attention {
namespace {

Index scratch_doubles(Index m, Index d, Index d_v) {
  return static_cast<Index>(std::max({linalg::pseudo_inverse_workspace(m),
                                      linalg::gemm_double_workspace(m, m, std::max(d, d_v)),
                                      linalg::gemm_double_workspace(m, std::max(d, d_v), m)}));
}

constexpr Index kSegmentFloats = sizeof(Segment) / sizeof(float);

// Rows of logits become weights.
void softmax_rows(linalg::DoubleMatrix a) {
  for (Index i = 0; i < a.rows(); ++i) {
    double* row = a.data() + i * a.cols();
    const double maximum = *std::max_element(row, row + a.cols());
    double sum = 0.0;
    for (Index j = 0; j < a.cols(); ++j) {
      row[j] = std::exp(row[j] - maximum);
      sum += row[j];
    }
    for (Index j = 0; j < a.cols(); ++j) {
      row[j] /= sum;
    }
  }
}

}  // namespace

NystromParts::NystromParts(const NystromOptions& options, Index n_q, Index n_k, Index d, Index d_v,
                           Sections& sections)
    : options_(options), n_q_(n_q), n_k_(n_k), d_(d), d_v_(d_v) {
  const Index m = most(options, n_q, n_k);
  const Index columns = std::max(d, d_v);
  query_segments_ = reinterpret_cast<Segment*>(sections.take(kSegmentFloats * m));
  key_segments_ = reinterpret_cast<Segment*>(sections.take(kSegmentFloats * m));
  log_counts_ = sections.take(m);
  q_means_ = sections.take(m * d);
  k_means_ = sections.take(m * d);
  a_ = sections.take_doubles(m * m);
  inverse_ = sections.take_doubles(m * m);
  q_means_64_ = sections.take_doubles(m * columns);
  k_means_64_ = sections.take_doubles(m * columns);
  sums_ = sections.take_doubles(d);
  const Index scratch = scratch_doubles(m, d, d_v);
  scratch_ = {sections.take_doubles(scratch), static_cast<std::size_t>(scratch)};
}

Index NystromParts::size(const NystromOptions& options, Index n_q, Index n_k, Index d, Index d_v) {
  const Index m = most(options, n_q, n_k);
  const Index columns = std::max(d, d_v);
  return Sections::size({kSegmentFloats * m, kSegmentFloats * m, m, m * d, m * d, 2 * m * m,
                         2 * m * m, 2 * m * columns, 2 * m * columns, 2 * d,
                         2 * scratch_doubles(m, d, d_v)});
}

Index NystromParts::find() {
  const Index m = most(options_, n_q_, n_k_);
  rank_ = find_segments(options_.segments, n_k_, m, options_.mask, key_segments_);
  // A must be square. Where padding cannot give that many segments of queries, adaptive ones do.
  if (find_segments(options_.segments, n_q_, rank_, nullptr, query_segments_) != rank_) {
    find_segments(SegmentKind::kAdaptive, n_q_, rank_, nullptr, query_segments_);
  }
  return rank_;
}

Index NystromParts::compute(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k) {
  const Index m = rank_;
  segment_means(q, query_segments_, m, nullptr, linalg::Matrix(q_means_, m, d_), sums_);
  segment_means(k, key_segments_, m, options_.mask, linalg::Matrix(k_means_, m, d_), sums_);
  // A in double: its inverse magnifies what is off.
  for (Index e = 0; e < m * d_; ++e) {
    q_means_64_[e] = options_.scale * static_cast<double>(q_means_[e]);
    k_means_64_[e] = static_cast<double>(k_means_[e]);
  }
  linalg::DoubleMatrix logits(a_, m, m);
  linalg::gemm_double({q_means_64_, m, d_}, linalg::Transpose::kNo, {k_means_64_, m, d_},
                      linalg::Transpose::kYes, logits, linalg::Result::kGeneral, scratch_);
  for (Index j = 0; j < m; ++j) {
    const double log_count = std::log(static_cast<double>(key_segments_[j].count));
    log_counts_[j] = static_cast<float>(log_count);
    equal_counts_ = equal_counts_ && key_segments_[j].count == key_segments_[0].count;
    for (Index i = 0; i < m; ++i) {
      logits(i, j) += log_count;
    }
  }
  softmax_rows(logits);
  return linalg::pseudo_inverse(a(), options_.inverse, {inverse_, m, m}, scratch_);
}

void NystromParts::apply_inverse(linalg::Transpose transpose, const float* x, Index columns,
                                 float* out) const {
  const Index entries = rank_ * columns;
  std::copy_n(x, entries, q_means_64_);
  linalg::gemm_double(inverse(), transpose, {q_means_64_, rank_, columns}, linalg::Transpose::kNo,
                      {k_means_64_, rank_, columns}, linalg::Result::kGeneral, scratch_);
  for (Index e = 0; e < entries; ++e) {
    out[e] = static_cast<float>(k_means_64_[e]);
  }
}

Options NystromParts::over_landmarks() const {
  // Equal counts cancel.
  return {.scale = options_.scale,
          .bias = {.data = equal_counts_ ? nullptr : log_counts_, .column_stride = 1}};
}

}  // namespace attnlab::attention
