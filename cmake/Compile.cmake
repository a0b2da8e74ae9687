# Compile options of everything in this project, collected in one interface target.

add_library(attnlab_options INTERFACE)
target_compile_features(attnlab_options INTERFACE cxx_std_20)
target_compile_options(
  attnlab_options
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Werror
            -Wcast-align
            -Wconversion
            -Wnon-virtual-dtor
            -Wold-style-cast
            -Woverloaded-virtual
            -Wshadow
            # The same source must round the same way everywhere: a product and a sum are fused where the code says so
            # (simd::multiply_add) and nowhere else.
            -ffp-contract=off)

if(EMSCRIPTEN)
  # What -O3 does beyond -O2 makes products faster where multiply-add is one instruction; elsewhere it only makes the binary
  # larger, which is the one that single-file figures carry.
  if(NOT ATTNLAB_RELAXED_SIMD)
    # Not for the linker, too, whose JavaScript has to be the same for both builds.
    target_compile_options(attnlab_options INTERFACE $<$<CONFIG:Release>:-O2>)
  endif()
  target_compile_options(attnlab_options INTERFACE -msimd128)
  target_link_options(attnlab_options INTERFACE -msimd128)
  if(ATTNLAB_RELAXED_SIMD)
    target_compile_options(attnlab_options INTERFACE -mrelaxed-simd)
    target_link_options(attnlab_options INTERFACE -mrelaxed-simd)
  endif()
elseif(ATTNLAB_SANITIZE)
  # Without vptr, which needs the run-time type information that the kernels are compiled without.
  target_compile_options(attnlab_options INTERFACE -O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined
                                                   -fno-sanitize=vptr -fno-sanitize-recover=all)
  target_link_options(attnlab_options INTERFACE -fsanitize=address,undefined)
endif()
