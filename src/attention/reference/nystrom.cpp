#include "attention/reference/nystrom.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace attnlab::attention::reference {

Cut cut(SegmentKind kind, Index n, Index m, const std::uint8_t* mask) {
  Cut result;
  Index begin = 0;
  for (Index segment = 0; segment < m; ++segment) {
    Index length = (n + m - 1) / m;
    if (kind == SegmentKind::kAdaptive) {
      const Index longer = n % m;  // so many segments, the last ones, have one row more
      length = n / m + (segment >= m - longer ? 1 : 0);
    }
    std::vector<Index> rows;
    for (Index row = begin; row < std::min(n, begin + length); ++row) {
      if (mask == nullptr || mask[row] != 0) {
        rows.push_back(row);
      }
    }
    begin += length;
    if (!rows.empty()) {
      result.rows.push_back(rows);
    }
  }
  return result;
}

Dense means(const Dense& x, const Cut& segments) {
  Dense result = Dense::Zero(static_cast<Index>(segments.rows.size()), x.cols());
  for (std::size_t segment = 0; segment < segments.rows.size(); ++segment) {
    for (const Index row : segments.rows[segment]) {
      result.row(static_cast<Index>(segment)) +=
          x.row(row) / static_cast<double>(segments.rows[segment].size());
    }
  }
  return result;
}

Dense softmax(const Dense& logits) {
  Dense result(logits.rows(), logits.cols());
  for (Index i = 0; i < logits.rows(); ++i) {
    const double maximum = logits.cols() == 0 ? 0.0 : logits.row(i).maxCoeff();
    double sum = 0.0;
    for (Index j = 0; j < logits.cols(); ++j) {
      result(i, j) = maximum == -HUGE_VAL ? 0.0 : std::exp(logits(i, j) - maximum);
      sum += result(i, j);
    }
    if (sum > 0.0) {
      result.row(i) /= sum;
    }
  }
  return result;
}

Svd svd(const Dense& a) {
  const Eigen::JacobiSVD<Eigen::MatrixXd> parts(a, Eigen::ComputeFullU | Eigen::ComputeFullV);
  return {parts.matrixU(), parts.singularValues(), parts.matrixV()};
}

Dense inverse(const Dense& a, const linalg::InverseOptions& options) {
  const Dense unit = Dense::Identity(a.rows(), a.rows());
  switch (options.kind) {
    case linalg::InverseKind::kExact:
      return a.fullPivLu().inverse();
    case linalg::InverseKind::kPinv: {
      const Svd parts = svd(a);
      Eigen::VectorXd inverted = parts.sigma;
      const double smallest = static_cast<double>(a.rows()) * 0x1p-23 * inverted(0);
      for (double& sigma : inverted) {
        sigma = sigma <= smallest ? 0.0 : 1.0 / sigma;
      }
      return parts.v * inverted.asDiagonal() * parts.u.transpose();
    }
    case linalg::InverseKind::kRidge:
      return (a.transpose() * a + options.ridge * unit).ldlt().solve(a.transpose());
    case linalg::InverseKind::kNone:
      return Dense::Identity(a.rows(), a.rows());
    case linalg::InverseKind::kIterative:
      break;
  }
  Dense v = a.transpose() /
            (a.cwiseAbs().rowwise().sum().maxCoeff() * a.cwiseAbs().colwise().sum().maxCoeff());
  for (Index step = 0; step < options.iterations; ++step) {
    const Dense x = a * v;
    v = 0.25 * v * (13.0 * unit - x * (15.0 * unit - x * (7.0 * unit - x)));
  }
  return v;
}

NystromMatrices nystrom_matrices(const Dense& q, const Dense& k, const NystromOptions& options) {
  const Index m = std::min({options.landmarks, q.rows(), k.rows()});
  const Cut keys = cut(options.segments, k.rows(), m, options.mask);
  const auto left = static_cast<Index>(keys.rows.size());
  Cut queries = cut(options.segments, q.rows(), left, nullptr);
  if (static_cast<Index>(queries.rows.size()) != left) {
    queries = cut(SegmentKind::kAdaptive, q.rows(), left, nullptr);
  }
  const Dense q_means = means(q, queries);
  const Dense k_means = means(k, keys);
  Eigen::RowVectorXd log_counts(left);
  for (Index j = 0; j < left; ++j) {
    log_counts(j) = std::log(static_cast<double>(keys.rows[static_cast<std::size_t>(j)].size()));
  }
  NystromMatrices result;
  Dense logits = options.scale * q * k_means.transpose();
  result.f = softmax(logits.rowwise() + log_counts);
  logits = options.scale * q_means * k_means.transpose();
  result.a = softmax(logits.rowwise() + log_counts);
  logits = options.scale * q_means * k.transpose();
  for (Index j = 0; options.mask != nullptr && j < k.rows(); ++j) {
    if (options.mask[j] == 0) {
      logits.col(j).setConstant(-HUGE_VAL);
    }
  }
  result.b = softmax(logits);
  result.inverted = left == 0 ? Dense(0, 0) : inverse(result.a, options.inverse);
  return result;
}

Dense nystromformer(const Dense& q, const Dense& k, const Dense& v, const NystromOptions& options,
                    const std::vector<double>& taps) {
  Dense out = Dense::Zero(q.rows(), v.cols());
  if (q.rows() <= options.landmarks || k.rows() <= options.landmarks) {
    Dense logits = options.scale * q * k.transpose();
    for (Index j = 0; options.mask != nullptr && j < k.rows(); ++j) {
      if (options.mask[j] == 0) {
        logits.col(j).setConstant(-HUGE_VAL);
      }
    }
    if (k.rows() > 0) {
      out = softmax(logits) * v;
    }
  } else {
    const NystromMatrices matrices = nystrom_matrices(q, k, options);
    if (matrices.a.rows() > 0) {
      out = matrices.f * (matrices.inverted * (matrices.b * v));
    }
  }
  const auto length = static_cast<Index>(taps.size());
  for (Index i = 0; i < out.rows() && length > 0; ++i) {
    for (Index t = 0; t < length; ++t) {
      const Index row = i + t - (length - 1) / 2;
      if (row >= 0 && row < v.rows() && (options.mask == nullptr || options.mask[row] != 0)) {
        out.row(i) += taps[static_cast<std::size_t>(t)] * v.row(row);
      }
    }
  }
  return out;
}

}  // namespace attnlab::attention::reference
