// out = narrow * wide^T with a narrow factor of at most 8 lines.
//
//   out(i, j) = sum_p narrow(i, p) wide(j, p),  i < m <= 8, j < n, p < k
//
// Plan. Each entry of the wide factor is used only m times: reading it from memory is the cost, and
// a packed copy would cost as much as the product. So it is read in place, once, in long runs, and
// the narrow factor, which the caches hold, is packed to fit. It is taken four, two or one line at
// a time; a tile is those times as many vectors as make eight independent sums, or four.
//   Wide lines along memory (an entry next to the other): dot products. A tile is `narrow` lines
//     times 8, 4 or 2 wide ones, lanes are entries; lanes are summed at the end.
//   Wide lines across memory: eight entries at a time of up to 1024 lines, whose sums wait in the
//     result (or, where its lines are scattered, in scratch). Lanes are lines. More entries at a
//     time are more streams, which then conflict in the sets of the cache; fewer pass over the sums
//     too often (measured).
// The narrow factor is taken 1024 entries at a time, so that the first-level cache keeps them.
// Error: |out - exact| <= (k + 2) 2^-24 (|narrow| |wide|), tested.
// Cost: 2 m n k FLOPs; reads n k entries once.
#include "linalg/gemm_skinny.h"

#include <algorithm>

#include "simd/f32x4.h"
#include "simd/own_function.h"

namespace attnlab::linalg {
namespace {

using simd::F32x4;

constexpr Index kDepth = 8;  // entries that a tile takes up while it is in registers
constexpr Index kEntryBlock = 1024;
constexpr Index kLineBlock = 1024;

// Vectors per narrow line that make about eight sums.
template <int Lines>
constexpr int kVectors = Lines == 1   ? 8
                         : Lines == 2 ? 4
                                      : 2;

// ---------------------------------------------------------------- wide lines across memory

// Vectors per narrow line. With a single line four, a whole line of the cache from each of the
// eight streams: a tenth faster than eight vectors with a factor of 1024 x 1024, 1.5 times as fast
// with 2048 x 2048, and 6 % slower where the second-level cache holds the factor (measured).
template <int Lines>
constexpr int kAcross = std::min(4, kVectors<Lines>);

// A tile of sums: `Lines` narrow lines times Vectors x 4 wide ones.
template <int Lines, int Vectors>
inline void add_tile(const float* narrow, Index depth, const float* wide, Index stride, float* out,
                     Index out_stride) {
  F32x4 sum[Lines][Vectors] = {};
  ATTNLAB_KEEP_ROLLED
  for (Index p = 0; p < depth; ++p) {
    F32x4 entries[Vectors];
    for (int v = 0; v < Vectors; ++v) {
      entries[v] = simd::load(wide + v * F32x4::kLanes);
    }
    for (int i = 0; i < Lines; ++i) {
      const F32x4 factor = simd::load_splat(narrow + i);
      for (int v = 0; v < Vectors; ++v) {
        sum[i][v] = simd::multiply_add(factor, entries[v], sum[i][v]);
      }
    }
    narrow += Lines;
    wide += stride;
  }
  for (int i = 0; i < Lines; ++i) {
    for (int v = 0; v < Vectors; ++v) {
      float* to = out + i * out_stride + v * F32x4::kLanes;
      simd::store(to, simd::load(to) + sum[i][v]);
    }
  }
}

// The last one to three lines.
ATTNLAB_OWN_FUNCTION void add_edge(const float* narrow, Index narrow_lines, Index depth,
                                   const float* wide, Index stride, Index lines, float* out,
                                   Index out_stride) {
  for (Index i = 0; i < narrow_lines; ++i) {
    for (Index j = 0; j < lines; ++j) {
      float sum = 0.0F;
      ATTNLAB_KEEP_ROLLED
      for (Index p = 0; p < depth; ++p) {
        sum += narrow[p * narrow_lines + i] * wide[p * stride + j];
      }
      out[i * out_stride + j] += sum;
    }
  }
}

// narrow [depth][Lines], wide [depth] runs of `lines` entries, `stride` apart.
template <int Lines>
ATTNLAB_OWN_FUNCTION void add_across(const float* narrow, Index depth, const float* wide,
                                     Index stride, Index lines, float* out, Index out_stride) {
  constexpr Index kWide = kAcross<Lines> * F32x4::kLanes;
  Index j = 0;
  for (; j + kWide <= lines; j += kWide) {
    add_tile<Lines, kAcross<Lines>>(narrow, depth, wide + j, stride, out + j, out_stride);
  }
  for (; j + F32x4::kLanes <= lines; j += F32x4::kLanes) {
    add_tile<Lines, 1>(narrow, depth, wide + j, stride, out + j, out_stride);
  }
  if (j < lines) {
    add_edge(narrow, Lines, depth, wide + j, stride, lines - j, out + j, out_stride);
  }
}

// ---------------------------------------------------------------- wide lines along memory

// Adds dot products up: `sums` has them lane by lane for the entries before `first`.
ATTNLAB_OWN_FUNCTION void finish_dots(const F32x4* sums, Index narrow_lines, Index wide_lines,
                                      const float* narrow, Index narrow_stride, const float* wide,
                                      Index stride, Index first, Index k, const SkinnyResult& out) {
  for (Index i = 0; i < narrow_lines; ++i) {
    for (Index j = 0; j < wide_lines; ++j) {
      float total = simd::sum(sums[i * wide_lines + j]);
      ATTNLAB_KEEP_ROLLED
      for (Index p = first; p < k; ++p) {
        total += narrow[i * narrow_stride + p] * wide[j * stride + p];
      }
      out.data[i * out.narrow_stride + j * out.wide_stride] += total;
    }
  }
}

template <int Lines, int Wide>
inline void add_dots(const float* narrow, Index narrow_stride, const float* wide, Index stride,
                     Index k, const SkinnyResult& out) {
  F32x4 sum[Lines][Wide] = {};
  Index p = 0;
  ATTNLAB_KEEP_ROLLED
  for (; p + F32x4::kLanes <= k; p += F32x4::kLanes) {
    F32x4 entries[Wide];
    for (int j = 0; j < Wide; ++j) {
      entries[j] = simd::load(wide + j * stride + p);
    }
    for (int i = 0; i < Lines; ++i) {
      const F32x4 factor = simd::load(narrow + i * narrow_stride + p);
      for (int j = 0; j < Wide; ++j) {
        sum[i][j] = simd::multiply_add(factor, entries[j], sum[i][j]);
      }
    }
  }
  finish_dots(&sum[0][0], Lines, Wide, narrow, narrow_stride, wide, stride, p, k, out);
}

template <int Lines>
ATTNLAB_OWN_FUNCTION void add_along(const float* narrow, Index narrow_stride, const float* wide,
                                    Index stride, Index lines, Index k, SkinnyResult out) {
  constexpr int kWide = kVectors<Lines>;
  Index j = 0;
  for (; j + kWide <= lines; j += kWide) {
    add_dots<Lines, kWide>(narrow, narrow_stride, wide, stride, k, out);
    wide += kWide * stride;
    out.data += kWide * out.wide_stride;
  }
  for (; j < lines; ++j) {
    add_dots<Lines, 1>(narrow, narrow_stride, wide, stride, k, out);
    wide += stride;
    out.data += out.wide_stride;
  }
}

// ---------------------------------------------------------------- groups of narrow lines

// Calls body.operator()<Lines>(first) for groups of four, two and one of m lines.
template <typename Body>
inline void for_groups(Index m, Body&& body) {
  Index i = 0;
  for (; i + 4 <= m; i += 4) {
    body.template operator()<4>(i);
  }
  if (i + 2 <= m) {
    body.template operator()<2>(i);
    i += 2;
  }
  if (i < m) {
    body.template operator()<1>(i);
  }
}

void multiply_across(const Factor& narrow, Index m, const Factor& wide, Index n, Index k,
                     const SkinnyResult& out, float* workspace) {
  float* packed = workspace;  // groups of lines, [entries][lines] each
  float* sums = packed + m * std::min(k, kEntryBlock);
  const bool gathered = out.wide_stride != 1;
  for (Index p = 0; p < k; p += kEntryBlock) {
    const Index entries = std::min(kEntryBlock, k - p);
    for_groups(m, [&]<int Lines>(Index i) {
      const float* from = narrow.data + i * narrow.line_stride + p * narrow.entry_stride;
      float* to = packed + i * entries;
      for (Index e = 0; e < entries; ++e) {
        for (Index line = 0; line < Lines; ++line) {
          to[e * Lines + line] = from[line * narrow.line_stride + e * narrow.entry_stride];
        }
      }
    });
    for (Index j = 0; j < n; j += kLineBlock) {
      const Index lines = std::min(kLineBlock, n - j);
      float* to = gathered ? sums : out.data + j;
      const Index stride = gathered ? lines : out.narrow_stride;
      if (gathered) {
        std::fill_n(sums, m * lines, 0.0F);
      }
      for (Index e = 0; e < entries; e += kDepth) {
        const Index depth = std::min(kDepth, entries - e);
        const float* from = wide.data + j + (p + e) * wide.entry_stride;
        for_groups(m, [&]<int Lines>(Index i) {
          add_across<Lines>(packed + i * entries + e * Lines, depth, from, wide.entry_stride, lines,
                            to + i * stride, stride);
        });
      }
      for (Index line = 0; gathered && line < lines; ++line) {
        for (Index i = 0; i < m; ++i) {
          out.data[i * out.narrow_stride + (j + line) * out.wide_stride] += sums[i * lines + line];
        }
      }
    }
  }
}

void multiply_along(const Factor& narrow, Index m, const Factor& wide, Index n, Index k,
                    const SkinnyResult& out, float* workspace) {
  constexpr Index kTogether = 8;
  for (Index p = 0; p < k; p += kEntryBlock) {
    const Index entries = std::min(kEntryBlock, k - p);
    const float* lines = narrow.data + p;
    Index stride = narrow.line_stride;
    if (narrow.entry_stride != 1) {
      for (Index e = 0; e < entries; ++e) {
        for (Index i = 0; i < m; ++i) {
          workspace[i * entries + e] =
              narrow.data[i * narrow.line_stride + (p + e) * narrow.entry_stride];
        }
      }
      lines = workspace;
      stride = entries;
    }
    for (Index j = 0; j < n; j += kTogether) {
      for_groups(m, [&]<int Lines>(Index i) {
        add_along<Lines>(lines + i * stride, stride, wide.data + j * wide.line_stride + p,
                         wide.line_stride, std::min(kTogether, n - j), entries,
                         {out.data + i * out.narrow_stride + j * out.wide_stride, out.narrow_stride,
                          out.wide_stride});
      });
    }
  }
}

}  // namespace

void gemm_skinny(const Factor& narrow, Index m, const Factor& wide, Index n, Index k,
                 const SkinnyResult& out, float* workspace) {
  std::fill_n(out.data, m * n, 0.0F);
  // Where both are true, the wide factor has one line or one entry.
  const bool along = wide.entry_stride == 1 && (wide.line_stride != 1 || n == 1);
  (along ? multiply_along : multiply_across)(narrow, m, wide, n, k, out, workspace);
}

std::size_t gemm_skinny_workspace(Index m, Index n, Index k) {
  return static_cast<std::size_t>(m * (std::min(k, kEntryBlock) + std::min(n, kLineBlock)));
}

}  // namespace attnlab::linalg
