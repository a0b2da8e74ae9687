// Entropy normalization: the power transform whose result has a given entropy.
//
// For a row with s entries in its support, k of which equal its largest exactly, the entropy of
// p^gamma / sum p^gamma falls from ln s at gamma = 0 to ln k as gamma grows: the attainable targets
// are (ln k, ln s]; for s = k only ln s.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "linalg/matrix.h"
#include "normalization/support.h"

namespace attnlab::normalization {

enum class EntropyStatus : std::uint8_t {
  kConverged = 0,
  kClampedLow = 1,  // the target is below ln k: uniform over the largest entries, exponent infinity
  kClampedHigh = 2,    // the target is above ln s: uniform over the support, exponent 0
  kMaxIterations = 3,  // not converged
  kDiverged = 4,       // the article's iteration only: NaN
  kInvalid = 5,        // the row is not valid (support.h) or the target is NaN: the result is NaN
};

// Per round: the cumulative exponent, the factor by which this round changed it, the entropy after
// it. nullptr, or room for max_iterations each.
struct EntropyTrace {
  double* exponent = nullptr;
  double* step = nullptr;
  double* entropy = nullptr;
};

struct EntropyResult {
  EntropyStatus status = EntropyStatus::kInvalid;
  int iterations = 0;  // rounds; 0 where the result is a limit
  double exponent = 0.0;
  double entropy = 0.0;  // of the result
  Index ties = 0;        // k and s; 0 for a row that is not valid
  Index support = 0;
};

// out_j = p_j^gamma / sum p^gamma with entropy `target` in nats, for one row; zeros stay zeros.
//   x, out [length]; max_iterations >= 1; out overlaps no input.
// Where the target is not attainable (within 1e-6), the nearest limit. The entropy of out, computed
// in double from its floats, is within 3e-6 max(1, ln length) of the target.
EntropyResult entropy_normalize(const float* x, Index length, RowInput input, double target,
                                int max_iterations, float* out, const EntropyTrace& trace = {});

// The article's iteration, literally, in double, with its failures: entries that change their
// order, 0 ln 0, 0 / 0. It always makes max_iterations rounds, unless the row becomes NaN.
//   workspace: length doubles.
EntropyResult entropy_normalize_article(const float* x, Index length, RowInput input, double target,
                                        int max_iterations, float* out, std::span<double> workspace,
                                        const EntropyTrace& trace = {});

// dx for the gradient d_output of the result of one row, at a fixed target; `exponent` as returned
// by entropy_normalize. 0 where the result is a limit (exponent 0 or infinite) and for
// probabilities of 0; NaN for a NaN exponent.
//   x, d_output, dx, workspace [length]; dx overlaps no input.
void entropy_normalize_backward(const float* x, Index length, const float* d_output, RowInput input,
                                double exponent, float* dx, std::span<float> workspace);

enum class EntropyMethod : std::uint8_t { kRobust = 0, kArticle = 1 };

// The same for all rows of a matrix.
struct EntropyOptions {
  RowInput input = RowInput::kProbabilities;
  EntropyMethod method = EntropyMethod::kRobust;
  int max_iterations = 100;
  double target = 0.0;
  const float* targets = nullptr;  // one per row, in place of target
};

// What is reported of a row beside its result.
struct EntropyReport {
  std::int32_t iterations;
  std::int32_t status;  // EntropyStatus
  std::int32_t ties;    // k and s of the attainable set; 0 for a row that is not valid
  std::int32_t support;
};

// Scratch in doubles, for both functions and methods below.
std::size_t entropy_normalize_workspace(Index length);

//   x, out [rows, length]; exponents, entropies, reports [rows]; trace: of the last row.
void entropy_normalize(const linalg::ConstMatrix& x, const EntropyOptions& options,
                       linalg::Matrix out, float* exponents, float* entropies,
                       EntropyReport* reports, std::span<double> workspace,
                       const EntropyTrace& trace = {});

//   x, d_output, dx [rows, length]
void entropy_normalize_backward(const linalg::ConstMatrix& x, const linalg::ConstMatrix& d_output,
                                const EntropyOptions& options, linalg::Matrix dx,
                                std::span<double> workspace);

}  // namespace attnlab::normalization
