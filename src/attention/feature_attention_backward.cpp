// With A_ij = phi(q_i).phi(k_j), D_i = sum_j A_ij, o_i = sum_j A_ij v_j / D_i and g_i = d_output_i:
//   dA_ij = (g_i.v_j - g_i.o_i) / D_i = h_i.(v_j, 1),   h_i = (g_i, -g_i.o_i) / D_i
//   dphi(q_i) = S_i h_i,         S_i = sum_j phi(k_j) (v_j, 1)^T over the keys that i sees
//   dphi(k_j) = T_j (v_j, 1),    T_j = sum_i phi(q_i) h_i^T over the queries that see j
//   dv_j = phi(k_j)^T T_j        without T's last column
// With a normalizer for each feature (map.normalized), y_ir = S_ir / z_ir and p_i = softmax(q_i):
//   dp_ir = g_i.y_ir,  dq_i = p_i (dp_i - p_i.dp_i),  and T with the weights p_ir / z_ir and
//   (g_i, -dp_ir) in place of h_i.
//
// Plan. Two sweeps over the tokens, the second one backwards: keys into S, queries read it; then
// queries into T, keys read that. Roles are swapped, the state is the same (feature_rows.h), so the
// suffix sums are as safe from overflow as the prefix sums. All sums in double.
// Error: 1e-5 of the largest entry of each gradient at scaled |x|^2 <= 30 (tested).
// Cost: about 12 M (d + d_v) double FLOPs and 4 M exponentials per token. Memory: two states, and 3
// numbers per query (2 M more with map.normalized and causal).
// Paper: Katharopoulos, Vyas, Pappas and Fleuret, "Transformers are RNNs", 2020, section 3.3.
#include "attention/feature_attention_backward.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "attention/feature_rows.h"
#include "attention/minus_infinity.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;

class Sweeps {
 public:
  Sweeps(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v, const ConstMatrix& g,
         const FeatureAttentionOptions& options, const FeatureGradients& gradients, double* memory)
      : q_(q),
        k_(k),
        v_(v),
        g_(g),
        options_(options),
        gradients_(gradients),
        features_(options.map.count(q.cols())),
        columns_(v.cols() + 1),
        state_(features_, columns_, memory),
        value_(memory + RowState::doubles(features_, columns_)),
        log_(value_ + features_),
        weight_(log_ + features_),
        scratch_(weight_ + features_),
        payload_(scratch_ + features_),
        sums_(payload_ + columns_),
        shift_(sums_ + columns_),
        denominator_(shift_ + q.rows()),
        projected_(denominator_ + q.rows()),
        normalizer_(projected_ + q.rows()),
        slope_(normalizer_ + q.rows() * features_) {}

  void run() {
    find_literal_maximum();
    gradients_of_queries();
    gradients_of_keys();
  }

 private:
  bool visible(Index j) const { return options_.mask == nullptr || options_.mask[j] != 0; }
  const float* query(Index i) const { return q_.data() + i * q_.cols(); }
  const float* key(Index j) const { return k_.data() + j * k_.cols(); }

  void find_literal_maximum() {
    literal_maximum_ = minus_infinity<double>();
    for (Index j = 0; options_.map.map == Map::kLiteral && j < k_.rows(); ++j) {
      if (visible(j)) {
        literal_maximum_ =
            std::fmax(literal_maximum_, largest_exponent(options_.map, key(j), k_.cols()));
      }
    }
  }

  void features_of(const float* x, Side side) {
    feature_row(options_.map, x, q_.cols(), side, literal_maximum_, value_, log_);
  }

  // ------------------------------------------------------------ first sweep

  void gradients_of_queries() {
    state_.clear();
    for (Index j = 0; !options_.causal && j < k_.rows(); ++j) {
      absorb_key(j);
    }
    for (Index i = 0; i < q_.rows(); ++i) {
      if (options_.causal) {
        absorb_key(i);
      }
      features_of(query(i), Side::kQuery);
      if (options_.map.normalized) {
        read_normalized(i);
      } else {
        read(i);
      }
    }
  }

  void absorb_key(Index j) {
    if (!visible(j)) {
      return;
    }
    seen_ += 1.0;
    features_of(key(j), Side::kKey);
    load_value(j);
    state_.absorb(value_, log_, payload_, nullptr, scratch_);
  }

  void load_value(Index j) {
    for (Index c = 0; c < v_.cols(); ++c) {
      payload_[c] = static_cast<double>(v_(j, c));
    }
    payload_[v_.cols()] = 1.0;
  }

  double largest_sum(const double* a, const double* b) const {
    double largest = minus_infinity<double>();
    for (Index r = 0; r < features_; ++r) {
      largest = std::fmax(largest, a[r] + b[r]);
    }
    return std::isfinite(largest) ? largest : 0.0;
  }

  double inner(const double* a, const double* b) const {
    double total = 0.0;
    for (Index c = 0; c < columns_; ++c) {
      total += a[c] * b[c];
    }
    return total;
  }

  void read(Index i) {
    const double shift = largest_sum(log_, state_.origins());
    exponentials(log_, state_.origins(), shift, features_, weight_);
    for (Index r = 0; r < features_; ++r) {
      scratch_[r] = weight_[r] * value_[r];
    }
    state_.combine(scratch_, sums_);
    const double denominator = sums_[v_.cols()];
    shift_[i] = shift;
    // As in the forward kernel: below that it is rounding of 1 + cos.
    const double nothing = options_.map.map == Map::kUnit ? 2e-7 * seen_ : 0.0;
    denominator_[i] = std::fabs(denominator) <= nothing ? 0.0 : denominator;
    projected_[i] = 0.0;
    for (Index c = 0; denominator_[i] != 0.0 && c < v_.cols(); ++c) {
      projected_[i] -= static_cast<double>(g_(i, c)) * sums_[c] / denominator;
    }
    load_output_gradient(i);
    for (Index r = 0; r < features_; ++r) {
      scratch_[r] = weight_[r] * inner(state_.row(r), payload_);
    }
    feature_row_backward(options_.map, query(i), q_.cols(), Side::kQuery, value_, scratch_,
                         gradients_.dq.data() + i * q_.cols());
  }

  // h_i
  void load_output_gradient(Index i) {
    const bool nothing = denominator_[i] == 0.0;
    for (Index c = 0; c < v_.cols(); ++c) {
      payload_[c] = nothing ? 0.0 : static_cast<double>(g_(i, c)) / denominator_[i];
    }
    payload_[v_.cols()] = nothing ? 0.0 : projected_[i] / denominator_[i];
  }

  void read_normalized(Index i) {
    load_probabilities();
    for (Index c = 0; c < v_.cols(); ++c) {
      payload_[c] = static_cast<double>(g_(i, c));
    }
    payload_[v_.cols()] = 0.0;
    double mean = 0.0;
    for (Index r = 0; r < features_; ++r) {
      const double normalizer = state_.row(r)[v_.cols()];
      double& slope = slope_[i * features_ + r];
      slope = normalizer == 0.0 ? 0.0 : inner(state_.row(r), payload_) / normalizer;
      // Nothing seen: a weight of 0 in the second sweep.
      normalizer_[i * features_ + r] = normalizer == 0.0
                                           ? std::numeric_limits<double>::infinity()
                                           : std::log(normalizer) + state_.origins()[r];
      mean += weight_[r] * slope;
    }
    float* dq = gradients_.dq.data() + i * q_.cols();
    for (Index r = 0; r < features_; ++r) {
      dq[r] = static_cast<float>(weight_[r] * (slope_[i * features_ + r] - mean));
    }
  }

  // softmax(q) into weight_, its logarithm into log_.
  void load_probabilities() {
    std::fill_n(scratch_, features_, 0.0);
    const double largest = largest_sum(log_, scratch_);
    double total = 0.0;
    for (Index r = 0; r < features_; ++r) {
      total += std::exp(log_[r] - largest);
    }
    for (Index r = 0; r < features_; ++r) {
      log_[r] -= largest + std::log(total);
      weight_[r] = std::exp(log_[r]);
    }
  }

  // ------------------------------------------------------------ second sweep

  void gradients_of_keys() {
    state_.clear();
    for (Index i = 0; !options_.causal && i < q_.rows(); ++i) {
      absorb_query(i);
    }
    for (Index j = k_.rows() - 1; j >= 0; --j) {
      if (options_.causal) {
        absorb_query(j);
      }
      read_key(j);
    }
  }

  void absorb_query(Index i) {
    features_of(query(i), Side::kQuery);
    if (options_.map.normalized) {
      load_probabilities();
      for (Index r = 0; r < features_; ++r) {
        log_[r] -= normalizer_[i * features_ + r];
        weight_[r] = -slope_[i * features_ + r];
      }
      for (Index c = 0; c < v_.cols(); ++c) {
        payload_[c] = static_cast<double>(g_(i, c));
      }
      payload_[v_.cols()] = 0.0;
      state_.absorb(value_, log_, payload_, weight_, scratch_);
      return;
    }
    if (denominator_[i] == 0.0) {
      return;
    }
    for (Index r = 0; r < features_; ++r) {
      log_[r] -= shift_[i];
    }
    load_output_gradient(i);
    state_.absorb(value_, log_, payload_, nullptr, scratch_);
  }

  void read_key(Index j) {
    float* dk = gradients_.dk.data() + j * k_.cols();
    float* dv = gradients_.dv.data() + j * v_.cols();
    if (!visible(j)) {
      std::fill_n(dk, k_.cols(), 0.0F);
      std::fill_n(dv, v_.cols(), 0.0F);
      return;
    }
    features_of(key(j), Side::kKey);
    exponentials(log_, state_.origins(), 0.0, features_, weight_);
    for (Index r = 0; r < features_; ++r) {
      scratch_[r] = weight_[r] * value_[r];
    }
    state_.combine(scratch_, sums_);
    for (Index c = 0; c < v_.cols(); ++c) {
      dv[c] = static_cast<float>(sums_[c]);
    }
    load_value(j);
    for (Index r = 0; r < features_; ++r) {
      scratch_[r] = weight_[r] * inner(state_.row(r), payload_);
    }
    feature_row_backward(options_.map, key(j), k_.cols(), Side::kKey, value_, scratch_, dk);
  }

  const ConstMatrix& q_;
  const ConstMatrix& k_;
  const ConstMatrix& v_;
  const ConstMatrix& g_;
  const FeatureAttentionOptions& options_;
  FeatureGradients gradients_;
  Index features_;
  Index columns_;
  double literal_maximum_ = 0.0;
  double seen_ = 0.0;
  RowState state_;
  double* value_;
  double* log_;
  double* weight_;
  double* scratch_;
  double* payload_;
  double* sums_;
  double* shift_;        // per query, what its features and denominator are measured from
  double* denominator_;  // D_i, 0 where the output is 0
  double* projected_;    // -g_i.o_i
  double* normalizer_;   // map.normalized: ln z_ir
  double* slope_;        // map.normalized: dp_ir
};

}  // namespace

void feature_attention_backward(const ConstMatrix& q, const ConstMatrix& k, const ConstMatrix& v,
                                const ConstMatrix& d_output, const FeatureAttentionOptions& options,
                                const FeatureGradients& gradients, std::span<double> workspace) {
  Sweeps(q, k, v, d_output, options, gradients, workspace.data()).run();
}

std::size_t feature_attention_backward_workspace(const FeatureMap& map, Index n_q, Index d,
                                                 Index d_v) {
  const Index features = map.count(d);
  const Index columns = d_v + 1;
  const Index per_query = 3 + (map.normalized ? 2 * features : 0);
  return static_cast<std::size_t>(RowState::doubles(features, columns) + 4 * features +
                                  2 * columns + per_query * n_q);
}

}  // namespace attnlab::attention
