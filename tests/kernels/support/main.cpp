// Entry point of the test program under Catch2 version 2; version 3 brings its own library.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#endif
#include "support/catch.h"
