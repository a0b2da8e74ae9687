#include "attention/performer_projection.h"

#include <algorithm>
#include <cmath>

#include "random/chi.h"
#include "random/draws.h"
#include "random/orthogonal.h"

namespace attnlab::attention {
namespace {

using linalg::Index;

// The place of row r in the order of norms: rows at the same place of their blocks are neighbors,
// so that every block has short and long rows. Directions do not depend on norms, so any order
// gives the same mean.
Index rank_of(Index r, Index m, Index d) {
  const Index blocks = (m + d - 1) / d;
  const Index last_rows = m - (blocks - 1) * d;  // of the block that is cut
  const Index place = r % d;
  const Index fuller = std::max<Index>(0, place - last_rows);  // places that the last block lacks
  return place * blocks - fuller + r / d;
}

double norm_of(const ProjectionOptions& options, Index r, Index m, Index d) {
  if (options.norms == Norms::kSqrtD) {
    return std::sqrt(static_cast<double>(d));
  }
  const Index rank = rank_of(r, m, d);
  const auto before = static_cast<double>(rank);
  const auto after = static_cast<double>(m - 1 - rank);
  if (options.norms == Norms::kQuantile) {
    const auto parts = static_cast<double>(m + 1);
    return random::chi_quantile(static_cast<int>(d), (before + 1.0) / parts, (after + 1.0) / parts);
  }
  const auto parts = static_cast<double>(m);
  const double u =
      random::Draws(options.seed, random::Stream::kNorms).uniform(static_cast<std::uint64_t>(rank));
  return random::chi_quantile(static_cast<int>(d), (before + u) / parts,
                              (after + (1.0 - u)) / parts);
}

}  // namespace

void performer_projection(const ProjectionOptions& options, linalg::Matrix out,
                          std::span<double> workspace) {
  const Index m = out.rows();
  const Index d = out.cols();
  const random::Draws draws(options.seed, random::Stream::kDirections);
  double* rows = workspace.data();
  double* norms = rows + std::min(m, d) * d;
  for (Index first = 0; first < m; first += d) {
    const Index count = std::min(d, m - first);
    random::fill_normal(draws, static_cast<std::uint64_t>(first * d),
                        static_cast<std::uint64_t>(count * d), rows);
    if (options.orthogonal) {
      random::orthonormalize(static_cast<std::size_t>(count), static_cast<std::size_t>(d), rows,
                             norms);
    } else {
      for (Index r = 0; r < count; ++r) {
        random::orthonormalize(1, static_cast<std::size_t>(d), rows + r * d, norms + r);
      }
    }
    for (Index r = 0; r < count; ++r) {
      const double norm =
          options.norms == Norms::kChi ? norms[r] : norm_of(options, first + r, m, d);
      for (Index c = 0; c < d; ++c) {
        out(first + r, c) = static_cast<float>(rows[r * d + c] * norm);
      }
    }
  }
}

std::size_t performer_projection_workspace(Index m, Index d) {
  return static_cast<std::size_t>(std::min(m, d) * (d + 1));
}

}  // namespace attnlab::attention
