// Features one row at a time, in double: for gradients and for decoding, which go token by token.
//
// A feature is value_r e^(log_r): exponentials keep their exponent in log_r, all others have log_r
// = 0. A RowState sums value_r e^(log_r) payload over rows, each feature measured from the largest
// log_r it has met, so that nothing overflows and nothing that counts underflows.
#pragma once

#include "attention/features.h"

namespace attnlab::attention {

enum class Side : std::uint8_t { kQuery, kKey };

// phi(x): value and log, map.count(d) entries each. A factor common to all features of a query is
// left out. literal_maximum: for Map::kLiteral, of the keys.
void feature_row(const FeatureMap& map, const float* x, Index d, Side side, double literal_maximum,
                 double* value, double* log);

// The largest omega_r . x, which Map::kLiteral measures exponents from.
double largest_exponent(const FeatureMap& map, const float* x, Index d);

// dx from the gradients of the values (of value_r, its factor e^(log_r) counted in). The maximum of
// Map::kLiteral counts as a constant.
void feature_row_backward(const FeatureMap& map, const float* x, Index d, Side side,
                          const double* value, const double* gradient, float* dx);

// out_r = e^(a_r + b_r - shift), which must not exceed 1 but for rounding; relative error 2e-7 and
// 6e-8 times the exponent.
void exponentials(const double* a, const double* b, double shift, Index count, double* out);

class RowState {
 public:
  static Index doubles(Index features, Index columns) { return features * (columns + 1); }

  RowState(Index features, Index columns, double* memory)
      : features_(features), columns_(columns), origins_(memory), sums_(memory + features) {}

  void clear();

  // Adds value_r e^(log_r) payload to every feature. last: if not nullptr, the payload's last entry
  // for each feature. scratch: `features` doubles.
  void absorb(const double* value, const double* log, const double* payload, const double* last,
              double* scratch);

  // The sums of feature r are row(r) e^(origins()[r]).
  const double* row(Index r) const { return sums_ + r * columns_; }
  const double* origins() const { return origins_; }

  // out = sum_r weight_r row(r)
  void combine(const double* weight, double* out) const;

 private:
  Index features_;
  Index columns_;
  double* origins_;
  double* sums_;
};

}  // namespace attnlab::attention
