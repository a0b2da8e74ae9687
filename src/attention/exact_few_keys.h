// Exact attention to a handful of keys.
#pragma once

#include "attention/options.h"
#include "linalg/matrix.h"
#include "simd/f32x4.h"

namespace attnlab::attention {

// As many scores as fit one register.
inline constexpr Index kFewKeys = simd::F32x4::kLanes;

// exact() for n_k <= kFewKeys; needs no workspace.
void exact_few_keys(const linalg::ConstMatrix& q, const linalg::ConstMatrix& k,
                    const linalg::ConstMatrix& v, const Options& options, linalg::Matrix out);

}  // namespace attnlab::attention
