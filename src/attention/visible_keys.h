// The keys that the mask leaves, renumbered without gaps.
//
// A masked key must cost nothing and must not spoil anything, whatever it holds. So the kernels
// never look at one: they gather the visible keys, in order, and work in the new numbering, in
// which the keys that a query sees are one range.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "attention/options.h"

namespace attnlab::attention {

class VisibleKeys {
 public:
  // Floats of scratch that the constructor may use.
  static Index scratch(Index n_k) { return n_k; }

  VisibleKeys(const Options& options, Index n_q, Index n_k, float* scratch)
      : window_(options.window), n_q_(n_q), n_k_(n_k), count_(n_k) {
    if (options.mask == nullptr) {
      return;
    }
    static_assert(sizeof(std::int32_t) == sizeof(float));
    auto* list = reinterpret_cast<std::int32_t*>(scratch);
    std::uninitialized_default_construct_n(list, n_k);
    count_ = 0;
    for (Index j = 0; j < n_k; ++j) {
      if (options.mask[j] != 0) {
        list[count_] = static_cast<std::int32_t>(j);
        ++count_;
      }
    }
    original_ = list;
  }

  Index count() const { return count_; }

  // The key's own number.
  Index original(Index key) const { return original_ == nullptr ? key : original_[key]; }

  // What query i sees, in the new numbering. Both ends grow with i.
  KeyRange range(Index i) const {
    const KeyRange window = keys_in_window(window_, i, n_q_, n_k_);
    return original_ == nullptr ? window
                                : KeyRange{first_from(window.begin), first_from(window.end)};
  }

 private:
  // The first visible key at or after the key with number j.
  Index first_from(Index j) const {
    return std::lower_bound(original_, original_ + count_, static_cast<std::int32_t>(j)) -
           original_;
  }

  Window window_;
  Index n_q_;
  Index n_k_;
  Index count_;
  const std::int32_t* original_ = nullptr;  // nullptr: no mask, the numberings are the same
};

}  // namespace attnlab::attention
