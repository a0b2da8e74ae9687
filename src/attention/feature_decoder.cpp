#include "attention/feature_decoder.h"

#include <algorithm>
#include <cmath>

namespace attnlab::attention {

FeatureDecoder::FeatureDecoder(const DecoderShape& shape, const FeatureMap& map)
    : Decoder(shape), map_(map), features_(map.count(shape.d)) {
  if (map.projection == nullptr) {
    return;
  }
  const auto entries = static_cast<std::size_t>(map.draws * shape.d);
  projection_.reset(static_cast<float*>(std::malloc(entries * sizeof(float))));
  if (projection_ != nullptr) {
    std::copy_n(map.projection, entries, projection_.get());
  }
  map_.projection = projection_.get();
}

// Sums, non-finite values per column, keys seen.
Index FeatureDecoder::state_doubles() const {
  return RowState::doubles(features_, shape().d_v + 1) + shape().d_v + 1;
}

Index FeatureDecoder::scratch_doubles() const { return 4 * features_ + 2 * (shape().d_v + 1); }

std::size_t FeatureDecoder::block_bytes() const {
  return static_cast<std::size_t>(shape().matrices * state_doubles() + scratch_doubles()) *
         sizeof(double);
}

std::size_t FeatureDecoder::workspace(Index /*tokens*/) const { return 0; }

bool FeatureDecoder::reserve(Index /*tokens*/) {
  if (map_.draws > 0 && projection_ == nullptr) {
    return false;
  }
  if (block_ != nullptr) {
    return true;
  }
  block_.reset(static_cast<double*>(std::malloc(block_bytes())));
  if (block_ == nullptr) {
    return false;
  }
  for (Index matrix = 0; matrix < shape().matrices; ++matrix) {
    double* memory = block_.get() + matrix * state_doubles();
    std::fill_n(memory, state_doubles(), 0.0);
    RowState(features_, shape().d_v + 1, memory).clear();
  }
  return true;
}

std::size_t FeatureDecoder::bytes() const {
  const auto entries = static_cast<std::size_t>(map_.draws * shape().d);
  return block_bytes() + entries * sizeof(float);
}

void FeatureDecoder::step(Index matrix, const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                          const linalg::ConstMatrix& v, linalg::Matrix out,
                          std::span<float> /*workspace*/) {
  double* memory = block_.get() + matrix * state_doubles();
  double* scratch = block_.get() + shape().matrices * state_doubles();
  RowState state(features_, v.cols() + 1, memory);
  double* nonfinite = memory + RowState::doubles(features_, v.cols() + 1);
  for (Index token = 0; token < q.rows(); ++token) {
    absorb(state, nonfinite, k.data() + token * k.cols(), v.data() + token * v.cols(), scratch);
    read(state, nonfinite, q.data() + token * q.cols(), out.data() + token * v.cols(), scratch);
  }
}

void FeatureDecoder::absorb(RowState& state, double* nonfinite, const float* k, const float* v,
                            double* scratch) {
  double* value = scratch;
  double* log = value + features_;
  double* payload = log + 2 * features_;
  const Index columns = shape().d_v;
  feature_row(map_, k, shape().d, Side::kKey, 0.0, value, log);
  for (Index c = 0; c < columns; ++c) {
    // Non-finite values are added to the rows that see them, as in the batch form.
    const auto entry = static_cast<double>(v[c]);
    payload[c] = std::isfinite(entry) ? entry : 0.0;
    nonfinite[c] += std::isfinite(entry) ? 0.0 : entry;
  }
  payload[columns] = 1.0;
  nonfinite[columns] += 1.0;
  state.absorb(value, log, payload, nullptr, log + features_);
}

void FeatureDecoder::read(const RowState& state, const double* nonfinite, const float* q,
                          float* out, double* scratch) {
  double* value = scratch;
  double* log = value + features_;
  double* weight = log + features_;
  double* zeros = weight + features_;
  double* sums = zeros + features_ + shape().d_v + 1;
  const Index columns = shape().d_v;
  feature_row(map_, q, shape().d, Side::kQuery, 0.0, value, log);
  // A softmax over the features does not count what the keys are measured from.
  std::fill_n(zeros, features_, 0.0);
  const double* origins = map_.normalized ? zeros : state.origins();
  double largest = -HUGE_VAL;
  for (Index r = 0; r < features_; ++r) {
    largest = std::fmax(largest, log[r] + origins[r]);
  }
  exponentials(log, origins, std::isfinite(largest) ? largest : 0.0, features_, weight);
  double total = 0.0;
  for (Index r = 0; r < features_; ++r) {
    total += weight[r];
    weight[r] = map_.normalized ? weight[r] / state.row(r)[columns] : weight[r] * value[r];
  }
  state.combine(weight, sums);
  const double denominator = map_.normalized ? total : sums[columns];
  // As in the batch form: below that it is rounding of 1 + cos.
  const double nothing = map_.map == Map::kUnit ? 2e-7 * nonfinite[columns] : 0.0;
  for (Index c = 0; c < columns; ++c) {
    const double entry = std::fabs(denominator) <= nothing ? 0.0 : sums[c] / denominator;
    out[c] = static_cast<float>(entry + nonfinite[c]);
  }
}

}  // namespace attnlab::attention
