// Rows of probabilities and logits for tests: ordinary ones and unkind ones.
#pragma once

#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "normalization/support.h"
#include "support/random.h"

namespace attnlab::testing {

inline constexpr normalization::RowInput kInputs[] = {normalization::RowInput::kProbabilities,
                                                      normalization::RowInput::kLogits};

inline std::vector<double> widened(std::span<const float> row) { return {row.begin(), row.end()}; }

// A standard normal number, as good as tests need it.
inline float normal(Random& random) {
  const float radius = std::sqrt(-2.0F * std::log(random.uniform(1e-7F, 1.0F)));
  return radius * std::cos(random.uniform(0.0F, 6.2831853F));
}

// Logits: normal of some spread; one far above the rest; evenly spaced; nearly equal.
inline std::vector<float> draw_logits(Random& random, std::size_t length) {
  const float spread = std::exp(random.uniform(std::log(1e-4F), std::log(100.0F)));
  const int kind = random.below(4);
  std::vector<float> row(length);
  for (std::size_t j = 0; j < length; ++j) {
    const float value = normal(random);
    row[j] = kind == 2 ? -spread * static_cast<float>(j) : spread * value;
    row[j] = kind == 3 ? 7.0F + 1e-4F * value : row[j];
  }
  if (kind == 1 && length > 0) {
    row[length / 2] += 10.0F * spread;
  }
  return row;
}

// Probabilities: the exponentials of such logits, some of them 0, not summing to 1.
inline std::vector<float> draw_probabilities(Random& random, std::size_t length) {
  std::vector<float> row = draw_logits(random, length);
  const float scale = std::exp(random.uniform(-5.0F, 5.0F));
  const bool zeros = random.chance(0.3);
  float largest = -std::numeric_limits<float>::infinity();
  for (const float value : row) {
    largest = value > largest ? value : largest;
  }
  for (float& value : row) {
    const bool hidden = zeros && value != largest && random.chance(0.3);
    value = hidden ? 0.0F : scale * std::exp(value - largest);
  }
  return row;
}

inline std::vector<float> draw_row(Random& random, normalization::RowInput input,
                                   std::size_t length) {
  return input == normalization::RowInput::kLogits ? draw_logits(random, length)
                                                   : draw_probabilities(random, length);
}

}  // namespace attnlab::testing
