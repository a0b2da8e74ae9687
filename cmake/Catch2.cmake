# Makes attnlab_catch2: Catch2 version 3 where find_package knows it (natively), else the single header of version 2.

add_library(attnlab_catch2 INTERFACE)

if(NOT EMSCRIPTEN)
  find_package(Catch2 3 QUIET)
  if(Catch2_FOUND)
    target_link_libraries(attnlab_catch2 INTERFACE Catch2::Catch2WithMain)
    return()
  endif()
endif()

find_path(ATTNLAB_CATCH2_ROOT NAMES catch2/catch.hpp catch2/catch_amalgamated.hpp
          PATHS /usr/include /usr/local/include /opt/homebrew/include NO_CMAKE_FIND_ROOT_PATH NO_DEFAULT_PATH REQUIRED)
if(EMSCRIPTEN)
  file(CREATE_LINK "${ATTNLAB_CATCH2_ROOT}/catch2" "${ATTNLAB_PRIVATE_INCLUDE}/catch2" SYMBOLIC COPY_ON_ERROR)
  target_include_directories(attnlab_catch2 SYSTEM INTERFACE "${ATTNLAB_PRIVATE_INCLUDE}")
else()
  target_include_directories(attnlab_catch2 SYSTEM INTERFACE "${ATTNLAB_CATCH2_ROOT}")
endif()
