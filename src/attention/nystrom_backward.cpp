// Gradients of nystromformer(), with T = B v, U = V T, out = F U and V = inverse(A):
//
//   dq, dk~, dU  from F U: attention of all queries over the landmarks k~ with values U
//   dV = dU T^T, dT = V^T dU
//   dA from dV, through the steps of the inverse that were run
//   dS = A (dA - sum_j A_ij dA_ij), dq~ = scale dS k~, dk~ += scale dS^T q~
//   dq~, dk, dv  from B v: attention of the landmarks q~ over all keys with values v, output dT
//   dq += dq~ / rows of its segment, dk += dk~ / visible rows of its segment
//
// The log of the counts is a constant. A convolution adds its transposed map to dv.
// Cost: two gradients of attention (see exact_backward.cpp), about 13 m^3 FLOPs a step.
#include <algorithm>

#include "attention/convolution.h"
#include "attention/exact.h"
#include "attention/exact_backward.h"
#include "attention/nystrom_parts.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::Matrix;
using linalg::Transpose;

std::size_t attention_floats(Index n_q, Index n_k, Index m, Index d, Index d_v) {
  return std::max({exact_backward_workspace(m, n_k, d, d_v),
                   exact_backward_workspace(n_q, m, d, d_v), exact_workspace(m, n_k, d, d_v)});
}

std::size_t middle_doubles(const NystromOptions& options, Index m, Index d, Index d_v) {
  return std::max({linalg::pseudo_inverse_backward_workspace(m, options.inverse),
                   linalg::gemm_double_workspace(m, m, d_v),
                   linalg::gemm_double_workspace(m, d, m)});
}

// Everything between the two attentions.
class Middle {
 public:
  Middle(NystromParts& parts, Sections& sections) : parts_(parts) {
    const Index m = NystromParts::most(parts.options_, parts.n_q_, parts.n_k_);
    const Index columns = std::max(parts.d_, parts.d_v_);
    gathered = sections.take(m * parts.d_v_);
    solved = sections.take(m * parts.d_v_);
    d_gathered = sections.take(m * parts.d_v_);
    d_solved = sections.take(m * parts.d_v_);
    d_queries = sections.take(m * parts.d_);
    d_keys = sections.take(m * parts.d_);
    left_ = sections.take_doubles(m * columns);
    right_ = sections.take_doubles(m * columns);
    d_inverse_ = sections.take_doubles(m * m);
    d_a_ = sections.take_doubles(m * m);
    const std::size_t scratch = middle_doubles(parts.options_, m, parts.d_, parts.d_v_);
    scratch_ = {sections.take_doubles(static_cast<Index>(scratch)), scratch};
  }

  static Index size(const NystromOptions& options, Index m, Index d, Index d_v) {
    const Index columns = std::max(d, d_v);
    return Sections::size({m * d_v, m * d_v, m * d_v, m * d_v, m * d, m * d, 2 * m * columns,
                           2 * m * columns, 2 * m * m, 2 * m * m,
                           2 * static_cast<Index>(middle_doubles(options, m, d, d_v))});
  }

  // From d_solved, gathered and the landmarks: d_gathered; d_queries and d_keys are added to.
  void run() {
    const Index m = parts_.rank_;
    const Index d = parts_.d_;
    const Index d_v = parts_.d_v_;
    parts_.apply_inverse(Transpose::kYes, d_solved, d_v, d_gathered);
    std::copy_n(d_solved, m * d_v, left_);
    std::copy_n(gathered, m * d_v, right_);
    linalg::gemm_double({left_, m, d_v}, Transpose::kNo, {right_, m, d_v}, Transpose::kYes,
                        {d_inverse_, m, m}, linalg::Result::kGeneral, scratch_);
    linalg::pseudo_inverse_backward(parts_.a(), parts_.options_.inverse, {d_inverse_, m, m},
                                    {d_a_, m, m}, scratch_);
    // Softmax.
    for (Index i = 0; i < m; ++i) {
      const double* a = parts_.a().data() + i * m;
      double* row = d_a_ + i * m;
      double mean = 0.0;
      for (Index j = 0; j < m; ++j) {
        mean += a[j] * row[j];
      }
      for (Index j = 0; j < m; ++j) {
        row[j] = parts_.options_.scale * a[j] * (row[j] - mean);
      }
    }
    // Logits.
    std::copy_n(parts_.k_means_, m * d, left_);
    add_product(Transpose::kNo, d_queries);
    std::copy_n(parts_.q_means_, m * d, left_);
    add_product(Transpose::kYes, d_keys);
  }

  float* gathered;    // T [m, d_v]
  float* solved;      // U [m, d_v]
  float* d_gathered;  // [m, d_v]
  float* d_solved;    // [m, d_v]
  float* d_queries;   // of the landmarks, [m, d]
  float* d_keys;      // [m, d]

 private:
  // to += op(dS) left
  void add_product(Transpose transpose, float* to) {
    const Index m = parts_.rank_;
    const Index d = parts_.d_;
    linalg::gemm_double({d_a_, m, m}, transpose, {left_, m, d}, Transpose::kNo, {right_, m, d},
                        linalg::Result::kGeneral, scratch_);
    for (Index e = 0; e < m * d; ++e) {
      to[e] += static_cast<float>(right_[e]);
    }
  }

  NystromParts& parts_;
  double* left_;
  double* right_;
  double* d_inverse_;
  double* d_a_;
  std::span<double> scratch_;
};

void through_landmarks(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
                       const ConstMatrix& d_output, const NystromOptions& options, Matrix dq,
                       Matrix dk, Matrix dv, std::span<float> workspace) {
  const Index d = q.cols();
  const Index d_v = v.cols();
  Sections sections(workspace.data());
  NystromParts parts(options, q.rows(), k.rows(), d, d_v, sections);
  Middle middle(parts, sections);
  float* more_d_queries = sections.take(NystromParts::most(options, q.rows(), k.rows()) * d);
  const std::span<float> rest =
      workspace.subspan(static_cast<std::size_t>(sections.take(0) - workspace.data()));
  const Index m = parts.find();
  if (m == 0) {
    dq.setZero();
    return;
  }
  // Pass 1: forward as far as U.
  parts.compute(q, k);
  exact(parts.query_landmarks(), k, v, parts.over_keys(), Matrix(middle.gathered, m, d_v), rest);
  parts.apply_inverse(Transpose::kNo, middle.gathered, d_v, middle.solved);
  // Pass 2: F U.
  std::fill_n(middle.d_keys, m * d, 0.0F);
  std::fill_n(middle.d_solved, m * d_v, 0.0F);
  exact_backward(q, parts.key_landmarks(), ConstMatrix(middle.solved, m, d_v), d_output,
                 parts.over_landmarks(),
                 {.dq = dq.data(), .dk = middle.d_keys, .dv = middle.d_solved}, rest);
  // Pass 3: B v, for which dT comes from the middle, and then the middle's own landmarks.
  std::fill_n(middle.d_queries, m * d, 0.0F);
  middle.run();
  exact_backward(parts.query_landmarks(), k, v, ConstMatrix(middle.d_gathered, m, d_v),
                 parts.over_keys(), {.dq = more_d_queries, .dk = dk.data(), .dv = dv.data()}, rest);
  for (Index e = 0; e < m * d; ++e) {
    middle.d_queries[e] += more_d_queries[e];
  }
  // Pass 4: means.
  segment_means_backward(ConstMatrix(middle.d_queries, m, d), parts.query_segments_, nullptr, dq);
  segment_means_backward(ConstMatrix(middle.d_keys, m, d), parts.key_segments_, options.mask, dk);
}

}  // namespace

void nystromformer_backward(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
                            const ConstMatrix& d_output, const NystromOptions& options,
                            const NystromGradients& gradients, std::span<float> workspace) {
  Matrix dq = gradients.dq;
  Matrix dk = gradients.dk;
  Matrix dv = gradients.dv;
  if (NystromParts::is_exact(options, q.rows(), k.rows())) {
    exact_backward(q, k, v, d_output, {.scale = options.scale, .mask = options.mask},
                   {.dq = dq.data(), .dk = dk.data(), .dv = dv.data()}, workspace);
  } else {
    through_landmarks(q, k, v, d_output, options, dq, dk, dv, workspace);
  }
  if (options.convolution == nullptr) {
    return;
  }
  add_convolution(
      d_output, nullptr,
      {.weights = options.convolution, .length = options.convolution_length, .reversed = true},
      options.mask, dv);
  if (gradients.d_convolution != nullptr) {
    add_convolution_gradient(v, options.mask, d_output, options.convolution_length,
                             gradients.d_convolution);
  }
}

std::size_t nystromformer_backward_workspace(const NystromOptions& options, Index n_q, Index n_k,
                                             Index d, Index d_v) {
  if (NystromParts::is_exact(options, n_q, n_k)) {
    return exact_backward_workspace(n_q, n_k, d, d_v);
  }
  const Index m = NystromParts::most(options, n_q, n_k);
  return static_cast<std::size_t>(NystromParts::size(options, n_q, n_k, d, d_v) +
                                  Middle::size(options, m, d, d_v) + Sections::size({m * d})) +
         attention_floats(n_q, n_k, m, d, d_v);
}

}  // namespace attnlab::attention
