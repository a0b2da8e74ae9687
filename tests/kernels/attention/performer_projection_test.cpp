#include "attention/performer_projection.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "random/chi.h"
#include "random/draws.h"
#include "support/catch.h"

namespace attnlab::attention {
namespace {

using linalg::Index;

std::vector<float> draw(Index m, Index d, const ProjectionOptions& options) {
  std::vector<float> out(static_cast<std::size_t>(m * d));
  std::vector<double> workspace(performer_projection_workspace(m, d));
  performer_projection(options, {out.data(), m, d}, workspace);
  return out;
}

double dot(const std::vector<float>& rows, Index a, Index b, Index d) {
  double total = 0.0;
  for (Index c = 0; c < d; ++c) {
    total += static_cast<double>(rows[static_cast<std::size_t>(a * d + c)]) *
             static_cast<double>(rows[static_cast<std::size_t>(b * d + c)]);
  }
  return total;
}

TEST_CASE("performer_projection: rows are orthogonal within each block of d") {
  for (const Index d : {1, 2, 3, 7, 16, 64}) {
    for (const Index m : {Index{1}, d, d + 1, 3 * d, 4 * d - 1}) {
      for (const Norms norms : {Norms::kChi, Norms::kSqrtD, Norms::kQuantile, Norms::kStratified}) {
        const std::vector<float> rows = draw(m, d, {.seed = 3, .norms = norms});
        double worst = 0.0;
        for (Index a = 0; a < m; ++a) {
          for (Index b = a / d * d; b < a; ++b) {
            worst = std::fmax(worst, std::abs(dot(rows, a, b, d)) /
                                         std::sqrt(dot(rows, a, a, d) * dot(rows, b, b, d)));
          }
        }
        CHECK(worst < 3e-7);
      }
    }
  }
}

TEST_CASE("performer_projection: norms are those asked for") {
  constexpr Index kM = 37;
  for (const Index d : {1, 2, 5, 16}) {
    for (const bool orthogonal : {true, false}) {
      std::vector<double> quantiles(kM);
      std::vector<double> strata(kM);
      const auto root = draw(kM, d, {.orthogonal = orthogonal, .norms = Norms::kSqrtD});
      const auto even = draw(kM, d, {.orthogonal = orthogonal, .norms = Norms::kQuantile});
      const auto jittered = draw(kM, d, {.orthogonal = orthogonal, .norms = Norms::kStratified});
      for (Index r = 0; r < kM; ++r) {
        CHECK(std::abs(dot(root, r, r, d) - static_cast<double>(d)) <
              1e-6 * static_cast<double>(d));
        quantiles[static_cast<std::size_t>(r)] = std::sqrt(dot(even, r, r, d));
        strata[static_cast<std::size_t>(r)] = std::sqrt(dot(jittered, r, r, d));
      }
      std::sort(quantiles.begin(), quantiles.end());
      std::sort(strata.begin(), strata.end());
      for (Index i = 0; i < kM; ++i) {
        const auto quantile = [&](double below) {
          return below <= 0.0 ? 0.0
                 : below >= kM
                     ? HUGE_VAL
                     : random::chi_quantile(static_cast<int>(d), below / kM, 1.0 - below / kM);
        };
        const double u = static_cast<double>(i + 1) / (kM + 1);
        const double expected = random::chi_quantile(static_cast<int>(d), u, 1.0 - u);
        CHECK(std::abs(quantiles[static_cast<std::size_t>(i)] - expected) < 1e-6 * expected);
        const double norm = strata[static_cast<std::size_t>(i)];
        CHECK(norm >= quantile(static_cast<double>(i)) * (1.0 - 1e-6));
        CHECK(norm <= quantile(static_cast<double>(i + 1)) * (1.0 + 1e-6));
      }
    }
  }
}

TEST_CASE("performer_projection: independent rows with chi norms are Gaussian draws") {
  const auto rows = draw(5, 3, {.seed = 12, .orthogonal = false});
  const random::Draws draws(12, random::Stream::kDirections);
  for (std::size_t e = 0; e < rows.size(); ++e) {
    CHECK(std::abs(static_cast<double>(rows[e]) - draws.normal(e)) < 3e-7);
  }
}

TEST_CASE("performer_projection: a larger m begins with the rows of a smaller one") {
  const auto few = draw(5, 4, {.seed = 8});
  const auto many = draw(23, 4, {.seed = 8});
  CHECK(std::memcmp(few.data(), many.data(), few.size() * sizeof(float)) == 0);
  CHECK(few != draw(5, 4, {.seed = 9}));
}

TEST_CASE("performer_projection: the same bits in every build") {
  std::uint64_t hash = 0;
  for (const Norms norms : {Norms::kChi, Norms::kSqrtD, Norms::kQuantile, Norms::kStratified}) {
    for (const bool orthogonal : {true, false}) {
      for (const float entry :
           draw(150, 33, {.seed = 77, .orthogonal = orthogonal, .norms = norms})) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, &entry, sizeof(bits));
        hash = (hash ^ bits) * 0x9E3779B97F4A7C15ULL;
        hash ^= hash >> 29;
      }
    }
  }
  CHECK(hash == 0xfc98047e096a0732ULL);
}

}  // namespace
}  // namespace attnlab::attention
