// Probability kernels against values that SciPy, PyTorch and the package entmax computed in double
// (tests/fixtures/golden/make_probability.py).
#include <cmath>
#include <string>
#include <vector>

#include "golden/golden_probability.h"
#include "normalization/entmax15.h"
#include "normalization/entropy.h"
#include "normalization/entropy_normalize.h"
#include "normalization/power_transform.h"
#include "normalization/sparsemax.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"

namespace attnlab::normalization {
namespace {

using golden::ProbabilityCase;
using linalg::ConstMatrix;
using linalg::Matrix;

// [outer, length, inner] as rows along the middle, and back.
template <typename Number>
std::vector<Number> gather(std::span<const Number> entries, const ProbabilityCase& golden) {
  std::vector<Number> rows;
  rows.reserve(entries.size());
  for (int outer = 0; outer < golden.outer; ++outer) {
    for (int inner = 0; inner < golden.inner; ++inner) {
      for (int j = 0; j < golden.length && !entries.empty(); ++j) {
        const std::ptrdiff_t line = std::ptrdiff_t{outer} * golden.length + j;
        rows.push_back(entries[static_cast<std::size_t>(line * golden.inner + inner)]);
      }
    }
  }
  return rows;
}

// The largest |actual - expected| in units of tolerance (|expected| + floor).
double distance(std::span<const float> actual, std::span<const double> expected, double tolerance,
                double floor) {
  REQUIRE(actual.size() == expected.size());
  double worst = 0.0;
  for (std::size_t e = 0; e < expected.size(); ++e) {
    const double bound = tolerance * (std::abs(expected[e]) + floor);
    worst = std::fmax(worst, std::abs(static_cast<double>(actual[e]) - expected[e]) / bound);
    worst = std::isnan(actual[e]) ? HUGE_VAL : worst;
  }
  return worst;
}

struct Results {
  std::vector<float> output;
  std::vector<float> gradient;
  std::vector<double> exponent;
};

Results run(const ProbabilityCase& golden, const std::vector<float>& x,
            const std::vector<float>& g) {
  const Index length = golden.length;
  const Index rows = static_cast<Index>(x.size()) / length;
  const ConstMatrix in(x.data(), rows, length);
  const ConstMatrix d_output(g.data(), g.empty() ? 0 : rows, length);
  const auto input = static_cast<RowInput>(golden.input);
  Results results{std::vector<float>(x.size()), std::vector<float>(x.size()), {}};
  const Matrix out(results.output.data(), rows, length);
  const Matrix dx(results.gradient.data(), rows, length);
  const std::string operation = golden.op;
  if (operation == "entropy") {
    results.output.resize(static_cast<std::size_t>(rows));
    entropy(in, input, results.output);
  } else if (operation == "sparsemax") {
    sparsemax(in, out);
    sparsemax_backward(in, d_output, dx);
  } else if (operation == "entmax15") {
    entmax15(in, out);
    entmax15_backward(in, d_output, dx);
  } else if (operation == "powerTransform") {
    std::vector<float> workspace(power_transform_backward_workspace(length));
    power_transform(in, input, golden.parameter, out);
    results.exponent = {
        power_transform_backward(in, d_output, input, golden.parameter, dx, workspace)};
  } else {
    REQUIRE(operation == "entropyNormalize");
    const EntropyOptions options{.input = input, .target = golden.parameter};
    std::vector<double> workspace(entropy_normalize_workspace(length));
    std::vector<float> exponents(static_cast<std::size_t>(rows));
    std::vector<float> entropies(exponents.size());
    std::vector<EntropyReport> reports(exponents.size());
    entropy_normalize(in, options, out, exponents.data(), entropies.data(), reports.data(),
                      workspace);
    entropy_normalize_backward(in, d_output, options, dx, workspace);
    results.exponent.assign(exponents.begin(), exponents.end());
    for (std::size_t i = 0; i < exponents.size(); ++i) {
      CHECK(std::abs(static_cast<double>(entropies[i]) - golden.parameter) < 3e-6);
      CHECK(reports[i].status == 0);
    }
  }
  return results;
}

TEST_CASE("probability: SciPy's, PyTorch's and entmax's values") {
  for (const ProbabilityCase& golden : golden::probability_cases) {
    INFO(golden.name);
    const Results results = run(golden, gather(golden.x, golden), gather(golden.g, golden));
    const bool entropies = golden.output.size() < golden.x.size();
    const std::vector<double> output =
        entropies ? std::vector<double>(golden.output.begin(), golden.output.end())
                  : gather(golden.output, golden);
    CHECK(distance(results.output, output, 3e-6, 1e-12) < 1.0);
    if (!golden.gradient.empty()) {
      // Central differences are behind some of them.
      CHECK(distance(results.gradient, gather(golden.gradient, golden), 1e-5, 0.1) < 1.0);
    }
    REQUIRE(results.exponent.size() == golden.exponent.size());
    for (std::size_t i = 0; i < golden.exponent.size(); ++i) {
      CHECK(results.exponent[i] == Approx(golden.exponent[i]).epsilon(2e-6));
    }
  }
}

}  // namespace
}  // namespace attnlab::normalization
