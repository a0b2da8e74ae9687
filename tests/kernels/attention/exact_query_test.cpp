#include "attention/exact_query.h"

#include <algorithm>
#include <vector>

#include "support/attention_problem.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/random.h"
#include "support/run_attention.h"

namespace attnlab::attention {
namespace {

using testing::AttentionProblem;
using testing::close;
using testing::kInfinity;
using testing::kNan;
using testing::Random;

std::vector<float> run(const AttentionProblem& problem, std::size_t offset = 0) {
  const auto& shape = problem.shape;
  return testing::run_attention(problem, offset, exact_query_workspace(shape.n_k, shape.d),
                                exact_query);
}

void check(const AttentionProblem& problem, std::size_t offset = 0) {
  INFO(problem.describe() << ", offset " << offset);
  CHECK(problem.wrong_entries(run(problem, offset)) == 0);
}

TEST_CASE("exact_query: every size and misalignment") {
  Random random(231);
  std::size_t turn = 0;
  for (const Index n_k : {1, 2, 7, 8, 9, 15, 16, 17, 63, 64, 65, 131}) {
    for (const Index d : {1, 3, 4, 7, 16, 64, 65}) {
      for (const Index d_v : {0, 1, 3, 4, 7, 64, 65}) {
        AttentionProblem problem({1, n_k, d, d_v}, random, turn % 5 == 0 ? 5.0F : 1.0F);
        problem.times_log_visible = turn % 3 == 0;
        check(problem, turn++ % 4);
      }
    }
  }
}

TEST_CASE("exact_query: logits of 90 to 100 and far beyond float32") {
  Random random(232);
  for (const float low : {90.0F, -100.0F, 5000.0F}) {
    AttentionProblem problem({1, 33, 1, 4}, random);
    problem.scale = 1.0;
    problem.q[0] = 1.0F;
    problem.k = random.values(33, low, low + 10.0F);
    check(problem);
  }
  AttentionProblem problem({1, 33, 1, 4}, random);
  problem.scale = 1.0;
  problem.q[0] = 1e20F;
  for (std::size_t j = 0; j < 33; ++j) {
    problem.k[j] = static_cast<float>(-1.0 - static_cast<double>(j)) * 1e20F;
  }
  check(problem);
  problem.scale = 1e300;
  problem.q[0] = 0.0F;
  check(problem);
}

TEST_CASE("exact_query: values whose sum overflows, and denormal ones") {
  Random random(233);
  AttentionProblem problem({1, 200, 3, 5}, random);
  std::fill(problem.v.begin(), problem.v.end(), 3e38F);
  check(problem);
  std::fill(problem.v.begin(), problem.v.end(), 1e-42F);
  for (const float value : run(problem)) {
    CHECK(close(value, 1e-42, 3e-45));
  }
}

TEST_CASE("exact_query: a constant value comes back within 2e-6, however many keys share it") {
  Random random(234);
  for (const Index n_k : {95, 1000, 4096, 10007}) {
    AttentionProblem problem({1, n_k, 1, 7}, random);
    std::fill(problem.v.begin(), problem.v.end(), 1.3155744F);
    for (const float value : run(problem)) {
      CHECK(close(value, 1.3155744F, 2e-6));
    }
  }
}

TEST_CASE("exact_query: NaN and infinity spread as in exact") {
  Random random(235);
  for (int turn = 0; turn < 200; ++turn) {
    AttentionProblem problem({1, 1 + random.below(40), 3, 5}, random, 20.0F);
    for (std::vector<float>* operand : {&problem.q, &problem.k, &problem.v}) {
      for (float& value : *operand) {
        if (random.chance(operand == &problem.v ? 0.03 : 0.005)) {
          value = random.chance(0.5) ? kNan : (random.chance(0.5) ? kInfinity : -kInfinity);
        }
      }
    }
    check(problem);
  }
}

}  // namespace
}  // namespace attnlab::attention
