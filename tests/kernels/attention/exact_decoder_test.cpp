#include "attention/exact_decoder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "attention/reference/exact.h"
#include "support/attention_problem.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"

namespace attnlab::attention {
namespace {

using linalg::ConstMatrix;
using linalg::Matrix;
using testing::AttentionProblem;
using testing::close;
using testing::Fenced;
using testing::Input;
using testing::kNan;
using testing::Random;

// One sequence per matrix of queries; matrices of a group hold the same k and v.
std::vector<AttentionProblem> sequences(const DecoderShape& shape, Index length, Random& random) {
  std::vector<AttentionProblem> result;
  for (Index m = 0; m < shape.matrices; ++m) {
    AttentionProblem problem({length, length, shape.d, shape.d_v}, random);
    if (m % shape.group != 0) {
      problem.k = result.back().k;
      problem.v = result.back().v;
    }
    problem.window = {kUnlimited, 0};
    result.push_back(problem);
  }
  return result;
}

std::vector<float> rows(const std::vector<float>& values, Index width, Index first, Index count) {
  const auto begin = values.begin() + first * width;
  return {begin, begin + count * width};
}

// Takes `tokens` tokens of every sequence from `first` on, and holds the rows to the twin's of the
// causal batch form.
void step(ExactDecoder& decoder, const std::vector<AttentionProblem>& all, Index first,
          Index tokens) {
  const auto [matrices, group, d, d_v] = decoder.shape();
  const std::size_t floats = decoder.workspace(tokens);
  REQUIRE(decoder.reserve(tokens));
  for (Index m = 0; m < matrices; ++m) {
    const AttentionProblem& problem = all[static_cast<std::size_t>(m)];
    const Input q(rows(problem.q, d, first, tokens), 1);
    const Input k(rows(problem.k, d, first, tokens), 2);
    const Input v(rows(problem.v, d_v, first, tokens), 3);
    Fenced out(AttentionProblem::size(tokens, d_v));
    Fenced workspace(floats, 1);
    decoder.step(m, ConstMatrix(q.data(), tokens, d), ConstMatrix(k.data(), tokens, d),
                 ConstMatrix(v.data(), tokens, d_v), Matrix(out.data(), tokens, d_v),
                 workspace.values());
    CHECK((out.intact() && workspace.intact()));
    int wrong = 0;
    for (Index t = 0; t < tokens; ++t) {
      const std::vector<double> expected =
          reference::exact_row(problem.q.data(), problem.k.data(), problem.v.data(),
                               problem.options(), problem.shape, first + t);
      for (Index c = 0; c < d_v; ++c) {
        const auto e = static_cast<std::size_t>(t * d_v + c);
        wrong += close(out.values()[e], expected[static_cast<std::size_t>(c)], 3e-6) ? 0 : 1;
      }
    }
    INFO("matrix " << m << ", token " << first << ", tokens " << tokens);
    CHECK(wrong == 0);
  }
}

TEST_CASE("ExactDecoder: rows of the causal batch form, in steps of any size") {
  Random random(241);
  for (int turn = 0; turn < 24; ++turn) {
    const Index group = 1 + turn % 3;
    const DecoderShape shape{group * 2, group, 1 + random.below(9), random.below(7)};
    const Index left = turn % 2 == 0 ? kUnlimited : Index{random.below(30)};
    std::vector<AttentionProblem> all = sequences(shape, 150, random);
    ExactDecoder decoder(shape, left);
    const bool entropy = turn % 4 == 1;
    for (AttentionProblem& problem : all) {
      problem.window.left = left;
      problem.times_log_visible = entropy;
    }
    decoder.set_scale(all.front().scale, entropy);
    for (Index first = 0; first < 150;) {
      const Index tokens =
          std::min<Index>(150 - first, random.chance(0.7) ? 1 : 1 + random.below(40));
      step(decoder, all, first, tokens);
      first += tokens;
    }
  }
}

TEST_CASE("ExactDecoder: the cache grows by half, and stops growing with a window") {
  Random random(242);
  const DecoderShape shape{2, 1, 4, 4};
  const std::vector<AttentionProblem> all = sequences(shape, 1000, random);
  ExactDecoder decoder(shape, kUnlimited);
  decoder.set_scale(all.front().scale, false);
  CHECK(decoder.bytes() == 0);
  int growths = 0;
  std::size_t before = 0;
  for (Index t = 0; t < 1000; ++t) {
    step(decoder, all, t, 1);
    const std::size_t needed = static_cast<std::size_t>((t + 1) * 2 * 8) * sizeof(float);
    CHECK(decoder.bytes() >= needed);
    CHECK(decoder.bytes() <= needed * 3 / 2 + 33 * std::size_t{2} * 8 * sizeof(float));
    growths += decoder.bytes() != before ? 1 : 0;
    before = decoder.bytes();
  }
  CHECK(growths <= 8);

  std::vector<AttentionProblem> windowed = all;
  for (AttentionProblem& problem : windowed) {
    problem.window.left = 50;
  }
  ExactDecoder limited(shape, 50);
  limited.set_scale(all.front().scale, false);
  step(limited, windowed, 0, 51);
  const std::size_t after_window = limited.bytes();
  for (Index t = 51; t < 1000; ++t) {
    step(limited, windowed, t, 1);
  }
  CHECK(limited.bytes() == after_window);
}

TEST_CASE("ExactDecoder: a token out of the window spoils nothing, whatever it holds") {
  Random random(243);
  const DecoderShape shape{1, 1, 3, 2};
  std::vector<AttentionProblem> all = sequences(shape, 60, random);
  all[0].window.left = 4;
  all[0].k[10 * 3] = kNan;
  all[0].v[20 * 2] = -testing::kInfinity;
  ExactDecoder decoder(shape, 4);
  decoder.set_scale(all[0].scale, false);
  step(decoder, all, 0, 9);
  for (Index t = 9; t < 40; ++t) {
    step(decoder, all, t, 1);
  }
  step(decoder, all, 40, 20);
}

TEST_CASE("ExactDecoder: memory that cannot be had changes nothing") {
  Random random(244);
  const DecoderShape shape{1, 1, 1, 1};
  const std::vector<AttentionProblem> all = sequences(shape, 20, random);
  ExactDecoder decoder(shape, kUnlimited);
  decoder.set_scale(all[0].scale, false);
  step(decoder, all, 0, 10);
  const std::size_t bytes = decoder.bytes();
  CHECK_FALSE(decoder.reserve(std::numeric_limits<Index>::max() / 4));
  CHECK(decoder.bytes() == bytes);
  step(decoder, all, 10, 10);
}

}  // namespace
}  // namespace attnlab::attention
