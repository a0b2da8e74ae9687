// The factor in front of q . k: the usual one, and the entropy-invariant ones.
//
//   sqrt      1 / sqrt(d)
//   entropy   log_base(n) / sqrt(d)        base 512: equal to sqrt at n = 512
//   kappa     kappa * ln(n) / d
//   log       ln(n) / sqrt(d)
//
// n is the number of keys a query sees. The entropy forms keep the entropy of the attention row
// about constant when the sequence grows.
// Source: Su Jianlin, "Entropy invariance and the scale of attention", kexue.fm/archives/8823.
#pragma once

#include <cstdint>

namespace attnlab::attention {

enum class ScaleKind : std::uint8_t { kSqrt = 0, kEntropy = 1, kKappa = 2, kLog = 3 };

// The scale for d channels and n keys. parameter: the base (> 1) of kEntropy, kappa of kKappa,
// otherwise unused. d > 0, n >= 1, not necessarily whole. Within 4 ulp of double (tested).
double attention_scale(ScaleKind kind, double d, double n, double parameter);

// The part of it that does not depend on n: attention_scale = scale_coefficient * ln(n) for every
// kind but kSqrt, for which it is scale_coefficient itself. It is Options::scale when
// Options::times_log_visible counts the keys.
double scale_coefficient(ScaleKind kind, double d, double parameter);

}  // namespace attnlab::attention
