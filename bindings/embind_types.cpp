// Embind's own part, for the types that cross our border: numbers and truth values.
//
// Emscripten's libembind brings every type that Embind can carry, strings and typed arrays and
// JavaScript values, and with them half of its JavaScript. This file defines what the library
// defines; it comes first in the link, so that the library is never asked, and the JavaScript for
// all other types stays out of the package (2 KB brotli).
#include <emscripten/bind.h>

#include <cstring>
#include <limits>

namespace attnlab::bindings {
namespace {

using emscripten::internal::TypeID;

template <typename Integer>
void register_integer(const char* name) {
  using Limits = std::numeric_limits<Integer>;
  emscripten::internal::_embind_register_integer(TypeID<Integer>::get(), name, sizeof(Integer),
                                                 Limits::min(), Limits::max());
}

}  // namespace
}  // namespace attnlab::bindings

// Asked for the name of a type that nobody registered, when a binding uses one; the caller frees
// it.
extern "C" const char* name_of_unregistered_type(const std::type_info* type) asm("__getTypeName");

extern "C" const char* name_of_unregistered_type(const std::type_info* /*type*/) {
  return strdup("not registered in embind_types.cpp");
}

// Bindings register themselves when they are constructed. The library also keeps a list of them, to
// repeat that in each thread; there are no threads here.
void emscripten::internal::_embind_register_bindings(InitFunc* /*bindings*/) {}

EMSCRIPTEN_BINDINGS(attnlab_types) {
  using namespace attnlab::bindings;
  using namespace emscripten::internal;
  _embind_register_void(TypeID<void>::get(), "void");
  _embind_register_bool(TypeID<bool>::get(), "bool", true, false);
  _embind_register_float(TypeID<double>::get(), "double", sizeof(double));
  register_integer<int>("int");
  register_integer<long>("long");
  register_integer<unsigned long>("unsigned long");
}
