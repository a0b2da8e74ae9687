// A convolution along the sequence with the same taps for every channel.
//
//   out_i += sum_t w_t x_(i + t - (L - 1) / 2)
//
//   x, out [n, c], w [L], L odd; x outside of [0, n) and hidden rows of x count as 0
// Cost: 2 n L c FLOPs; out is read and written once.
#pragma once

#include <cstdint>

#include "linalg/matrix.h"

namespace attnlab::attention {

struct Taps {
  const float* weights;
  linalg::Index length;
  bool reversed = false;  // w_(L - 1 - t) in place of w_t: the transposed map
};

// mask: rows of x whose byte is 0 are hidden; nullptr: none. written: rows of out whose byte is 0
// stay as they are; nullptr: all are written.
void add_convolution(const linalg::ConstMatrix& x, const std::uint8_t* mask, const Taps& taps,
                     const std::uint8_t* written, linalg::Matrix out);

// d_weights[t] += sum_i x_(i + t - (L - 1) / 2) . d_out_i, summed in double
void add_convolution_gradient(const linalg::ConstMatrix& x, const std::uint8_t* mask,
                              const linalg::ConstMatrix& d_output, linalg::Index length,
                              float* d_weights);

}  // namespace attnlab::attention
