// Normalization against values that PyTorch and NumPy computed in double (tests/fixtures/golden).
// The kernels know rows only, so the cases over leading axes are left to the tests of the package.
#include <cmath>
#include <string>

#include "golden/golden_normalization.h"
#include "normalization/run_norm.h"
#include "normalization/softmax.h"
#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"

namespace attnlab::normalization {
namespace {

using golden::NormalizationCase;
using linalg::ConstMatrix;
using linalg::Matrix;

// Entries of one row if the normalized axes are the last ones, else 0.
Index row_length(const NormalizationCase& golden) {
  Index length = 1;
  unsigned axes = 0;
  for (int axis = golden.rank - 1; axis >= 0; --axis) {
    axes |= 1U << static_cast<unsigned>(axis);
    length *= golden.shape[axis];
    if (axes == golden.axes) {
      return length;
    }
  }
  return 0;
}

void check(const NormalizationCase& golden, Index length) {
  INFO(golden.name);
  const Index rows = static_cast<Index>(golden.x.size()) / length;
  const ConstMatrix x(golden.x.data(), rows, length);
  attnlab::testing::Fenced result(golden.x.size());
  const Matrix out(result.data(), rows, length);
  const NormOptions options{.gamma = golden.gamma.empty() ? nullptr : golden.gamma.data(),
                            .beta = golden.beta.empty() ? nullptr : golden.beta.data(),
                            .eps = golden.eps};
  const std::string operation = golden.op;
  if (operation == "softmax") {
    softmax(x, golden.temperature, out);
  } else if (operation == "logSoftmax") {
    log_softmax(x, golden.temperature, out);
  } else if (operation == "layerNorm") {
    testing::layer_norm(x, options, out);
  } else {
    REQUIRE(operation == "rmsNorm");
    testing::rms_norm(x, options, out);
  }
  Index wrong = 0;
  for (std::size_t e = 0; e < golden.output.size(); ++e) {
    const double tolerance = 1e-6 * (1e-3 + std::abs(golden.output[e]));
    wrong += attnlab::testing::close(result.values()[e], golden.output[e], tolerance) ? 0 : 1;
  }
  CHECK(wrong == 0);
}

TEST_CASE("softmax, log_softmax, layer_norm, rms_norm: PyTorch's values") {
  Index checked = 0;
  for (const NormalizationCase& golden : golden::normalization_cases) {
    const Index length = row_length(golden);
    if (length > 0) {
      check(golden, length);
      ++checked;
    }
  }
  CHECK(checked >= 20);
}

}  // namespace
}  // namespace attnlab::normalization
