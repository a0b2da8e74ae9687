// Philox4x32-10: a random number generator without a state. Ten rounds of a keyed bijection turn a
// counter into 128 random bits, so that draw i of a seed is a function of the seed and i alone.
//
//   one round:  (c0, c1, c2, c3) -> (hi(B c2) ^ c1 ^ k0, lo(B c2), hi(A c0) ^ c3 ^ k1, lo(A c0))
//   between rounds:  k0 += 0x9E3779B9,  k1 += 0xBB67AE85
//
// Integers only: the same bits in every build. Cost: 20 multiplications of 32 x 32 bits.
// Paper: Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", 2011.
#pragma once

#include <array>
#include <cstdint>

namespace attnlab::random {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

inline PhiloxCounter philox(PhiloxCounter counter, PhiloxKey key) {
  constexpr int kRounds = 10;
  constexpr std::uint64_t kMultiplierA = 0xD2511F53U;
  constexpr std::uint64_t kMultiplierB = 0xCD9E8D57U;
  constexpr std::uint32_t kWeyl0 = 0x9E3779B9U;  // golden ratio
  constexpr std::uint32_t kWeyl1 = 0xBB67AE85U;  // sqrt(3) - 1
  constexpr int kUpper = 32;
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t a = kMultiplierA * counter[0];
    const std::uint64_t b = kMultiplierB * counter[2];
    counter = {static_cast<std::uint32_t>(b >> kUpper) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> kUpper) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(a)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

}  // namespace attnlab::random
