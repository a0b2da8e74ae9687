// The random directions of Performer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "linalg/matrix.h"

namespace attnlab::attention {

// How long the rows are.
//   kChi         as a Gaussian vector is: |g|, g ~ N(0, I_d). Unbiased.
//   kSqrtD       sqrt(d), the root of the mean square. Below the true kernel, less variance.
//   kQuantile    P(|g| <= R_i) = i / (m + 1), i = 1 .. m: Su Jianlin's proposal
//                (kexue.fm/archives/7921). Tails are cut, so slightly below the true kernel.
//   kStratified  one draw from each m-th part of the distribution of |g|. Unbiased.
enum class Norms : std::uint8_t { kChi = 0, kSqrtD = 1, kQuantile = 2, kStratified = 3 };

struct ProjectionOptions {
  std::uint64_t seed = 0;
  bool orthogonal = true;  // rows orthogonal within each block of d; otherwise independent
  Norms norms = Norms::kChi;
};

// out [m, d]: row r = norm_r u_r. The directions u_r are uniform on the sphere, whatever the norms;
// orthogonal ones are Haar frames, the last block cut. Not orthogonal with kChi: Gaussian rows.
// Drawn and computed in double, rounded to float at the end: the same bits in every build. The rows
// of a smaller m are the first rows of a larger one, save with kQuantile and kStratified, whose
// norms depend on m.
// workspace: at least performer_projection_workspace(m, d) doubles.
// Cost: m d normal draws; orthogonal 4 m d^2 FLOPs.
void performer_projection(const ProjectionOptions& options, linalg::Matrix out,
                          std::span<double> workspace);

std::size_t performer_projection_workspace(linalg::Index m, linalg::Index d);

}  // namespace attnlab::attention
