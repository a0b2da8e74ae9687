#include "normalization/support.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "support/buffers.h"
#include "support/catch.h"
#include "support/compare.h"
#include "support/rows.h"

namespace attnlab::normalization {
namespace {

using testing::Input;
using testing::kInfinity;
using testing::kInputs;
using testing::kNan;

TEST_CASE("find_support: one entry that is different, anywhere") {
  for (const RowInput input : kInputs) {
    for (const std::size_t length : {1U, 3U, 4U, 7U, 8U, 9U, 15U, 16U, 17U, 65U}) {
      for (std::size_t at = 0; at < length; ++at) {
        for (const float odd : {kNan, kInfinity, -kInfinity, 0.0F, -0.0F, -1.0F, 0.5F, 9.0F}) {
          INFO("length " << length << ", " << odd << " at " << at);
          std::vector<float> row(length);
          std::iota(row.begin(), row.end(), 1.0F);
          row[at] = odd;
          const Input x(row, length % 4);
          const Support support = find_support(x.data(), static_cast<Index>(length), input);
          const bool logits = input == RowInput::kLogits;
          const bool refused = std::isnan(odd) || odd == kInfinity || (!logits && odd < 0.0F);
          std::erase_if(row, [&](float value) { return !in_support(value, input); });
          CHECK(support.valid == (!refused && !row.empty()));
          if (support.valid) {
            CHECK(support.size == static_cast<Index>(row.size()));
            CHECK(support.smallest == *std::min_element(row.begin(), row.end()));
            CHECK(support.largest == *std::max_element(row.begin(), row.end()));
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace attnlab::normalization
