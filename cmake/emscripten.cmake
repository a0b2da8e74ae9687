# Toolchain file of the wasm presets: finds the Emscripten that `emcc` on PATH belongs to and hands over to its own
# toolchain file. Works for an emsdk, for a distribution's package (where emcc may be a link) and for an unpacked one;
# needs no environment beyond PATH and, where the installation wants it, EM_CONFIG.

find_program(ATTNLAB_EMCC NAMES emcc REQUIRED DOC "The Emscripten compiler driver")

function(attnlab_find_emscripten result)
  file(REAL_PATH "${ATTNLAB_EMCC}" driver)
  cmake_path(GET driver PARENT_PATH beside_driver)
  execute_process(COMMAND "${beside_driver}/em-config" EMSCRIPTEN_ROOT
                  OUTPUT_VARIABLE configured OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  foreach(root IN ITEMS "${beside_driver}" "${configured}" "$ENV{EMSCRIPTEN}" "$ENV{EMSDK}/upstream/emscripten"
                        "/usr/share/emscripten")
    if(EXISTS "${root}/cmake/Modules/Platform/Emscripten.cmake")
      set(${result} "${root}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "No Emscripten installation found for ${ATTNLAB_EMCC}")
endfunction()

attnlab_find_emscripten(EMSCRIPTEN_ROOT_PATH)
include("${EMSCRIPTEN_ROOT_PATH}/cmake/Modules/Platform/Emscripten.cmake")
