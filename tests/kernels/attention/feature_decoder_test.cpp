#include "attention/feature_decoder.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "attention/feature_attention.h"
#include "attention/linear_attention.h"
#include "attention/performer.h"
#include "random/draws.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using testing::close;
using testing::kInfinity;
using testing::kNan;
using testing::Random;

struct Tokens {
  Index d;
  Index d_v;
  std::vector<float> q;
  std::vector<float> k;
  std::vector<float> v;

  Tokens(Random& random, Index n, Index width, Index value_width, float spread = 1.0F)
      : d(width),
        d_v(value_width),
        q(random.values(static_cast<std::size_t>(n * width), -spread, spread)),
        k(random.values(static_cast<std::size_t>(n * width), -spread, spread)),
        v(random.values(static_cast<std::size_t>(n * value_width), -2.0F, 2.0F)) {}

  Index size() const { return static_cast<Index>(q.size()) / d; }
};

std::vector<float> batch(const Tokens& tokens, const FeatureMap& map) {
  const Index n = tokens.size();
  std::vector<float> out(tokens.v.size());
  std::vector<float> workspace(feature_attention_workspace(map, tokens.d, tokens.d_v));
  feature_attention(ConstMatrix(tokens.q.data(), n, tokens.d),
                    ConstMatrix(tokens.k.data(), n, tokens.d),
                    ConstMatrix(tokens.v.data(), n, tokens.d_v), {.map = map, .causal = true},
                    {out.data(), n, tokens.d_v}, workspace);
  return out;
}

// Tokens [first, first + count) as one matrix's step.
void step(FeatureDecoder& decoder, Index matrix, const Tokens& tokens, Index first, Index count,
          std::vector<float>& out) {
  REQUIRE(decoder.reserve(count));
  decoder.step(matrix, ConstMatrix(tokens.q.data() + first * tokens.d, count, tokens.d),
               ConstMatrix(tokens.k.data() + first * tokens.d, count, tokens.d),
               ConstMatrix(tokens.v.data() + first * tokens.d_v, count, tokens.d_v),
               {out.data() + first * tokens.d_v, count, tokens.d_v}, {});
}

void check(const Tokens& tokens, const FeatureMap& map, double tolerance) {
  const std::vector<float> expected = batch(tokens, map);
  FeatureDecoder decoder({.matrices = 2, .group = 1, .d = tokens.d, .d_v = tokens.d_v}, map);
  std::vector<float> out(expected.size());
  std::vector<float> second(expected.size());
  const std::size_t bytes = decoder.bytes();
  // A prompt, single tokens, a few at once.
  Index first = 0;
  for (Index count = tokens.size() / 3; first < tokens.size(); first += count) {
    count = std::min(first == 0 ? std::max<Index>(1, count) : first % 3 + 1, tokens.size() - first);
    step(decoder, 0, tokens, first, count, out);
    step(decoder, 1, tokens, first, count, second);
  }
  CHECK(decoder.bytes() == bytes);
  Index wrong = 0;
  for (std::size_t e = 0; e < out.size(); ++e) {
    wrong += close(out[e], static_cast<double>(expected[e]), tolerance) ? 0 : 1;
    wrong += out[e] == second[e] || std::isnan(out[e]) ? 0 : 1;
  }
  CHECK(wrong == 0);
}

TEST_CASE("feature_decoder: equals the causal batch form") {
  Random random(111);
  std::vector<float> omega(12 * 7);
  random::fill_normal(random::Draws(1), 0, omega.size(), omega.data());
  for (const Index n : {1, 2, 50, 131}) {
    for (const Index d_v : {0, 1, 6}) {
      const Tokens tokens(random, n, 7, d_v);
      for (const LinearMap kind : {LinearMap::kElu, LinearMap::kRelu, LinearMap::kExp,
                                   LinearMap::kSoftmax, LinearMap::kCosine}) {
        check(tokens, linear_map(kind), 5e-6);
      }
      for (const Estimator estimator :
           {Estimator::kPositive, Estimator::kHyperbolic, Estimator::kRelu}) {
        check(tokens, performer_map(estimator, omega.data(), 12, 0.4, 0.0), 1e-5);
      }
    }
  }
}

TEST_CASE("feature_decoder: long vectors") {
  Random random(112);
  const Tokens tokens(random, 90, 5, 4, 200.0F);
  check(tokens, linear_map(LinearMap::kExp), 1e-4);
  check(tokens, linear_map(LinearMap::kSoftmax), 1e-4);
}

TEST_CASE("feature_decoder: what is not finite stays with the rows that see it") {
  Random random(113);
  Tokens tokens(random, 60, 5, 4);
  tokens.v[20 * 4 + 1] = kInfinity;
  tokens.v[40 * 4 + 1] = -kInfinity;
  check(tokens, linear_map(LinearMap::kElu), 5e-6);
  check(tokens, linear_map(LinearMap::kSoftmax), 5e-6);
  tokens.k[50 * 5] = kNan;
  check(tokens, linear_map(LinearMap::kCosine), 5e-6);
}

TEST_CASE("feature_decoder: a hundred thousand tokens lose nothing") {
  // Constant keys: the output is the mean of the values, which is known.
  constexpr Index kTokens = 100000;
  FeatureDecoder decoder({.matrices = 1, .group = 1, .d = 4, .d_v = 1},
                         linear_map(LinearMap::kElu));
  const std::vector<float> x{0.3F, -0.2F, 0.7F, 0.1F};
  float out = 0.0F;
  double total = 0.0;
  for (Index token = 0; token < kTokens; ++token) {
    const float value = token % 7 == 0 ? 0.123F : 3.21F;
    total += static_cast<double>(value);
    REQUIRE(decoder.reserve(1));
    decoder.step(0, ConstMatrix(x.data(), 1, 4), ConstMatrix(x.data(), 1, 4),
                 ConstMatrix(&value, 1, 1), {&out, 1, 1}, {});
  }
  CHECK(close(out, total / kTokens, 3e-7));
}

}  // namespace
}  // namespace attnlab::attention
