// Keeps a function from being inlined, so that an engine can compile it by itself.
//
// A JavaScript engine compiles WebAssembly twice: at once and badly, then well, once a function has
// been busy for a while. The good code serves from the next call on; a call that runs is never
// switched over. A kernel in one piece would run its whole first call in bad code (four to ten
// times slower), and take the engine long to compile (a tenth of a second for one function of
// 27 KB). So a kernel's passes are functions of their own: small, and called many times per call.
// The linker is told to leave them alone too: see bindings/CMakeLists.txt.
#pragma once

#define ATTNLAB_OWN_FUNCTION [[gnu::noinline]]
