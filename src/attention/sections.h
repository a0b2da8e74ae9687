// Sections of a workspace, one after the other, each from a multiple of four floats on.
#pragma once

#include <initializer_list>

#include "linalg/matrix.h"
#include "simd/f32x4.h"

namespace attnlab::attention {

using linalg::Index;
using linalg::round_up;

class Sections {
 public:
  explicit Sections(float* start) : next_(start) {}

  float* take(Index floats) {
    float* section = next_;
    next_ += round_up(floats, simd::F32x4::kLanes);
    return section;
  }

  // Where the workspace is aligned to 8 bytes, so is every section.
  double* take_doubles(Index doubles) { return reinterpret_cast<double*>(take(2 * doubles)); }

  static Index size(std::initializer_list<Index> sections) {
    Index floats = 0;
    for (const Index section : sections) {
      floats += round_up(section, simd::F32x4::kLanes);
    }
    return floats;
  }

 private:
  float* next_;
};

}  // namespace attnlab::attention
