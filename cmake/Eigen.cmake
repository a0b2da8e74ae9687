# Makes Eigen3::Eigen. Natively that is find_package. A wasm compile must not see the host's include root, where Eigen and
# Catch2 usually live beside glibc's headers: it gets a private folder that holds links to those two and nothing else.

if(NOT EMSCRIPTEN)
  find_package(Eigen3 3.4 REQUIRED NO_MODULE)
  return()
endif()

set(ATTNLAB_PRIVATE_INCLUDE "${PROJECT_BINARY_DIR}/include")
file(MAKE_DIRECTORY "${ATTNLAB_PRIVATE_INCLUDE}")

find_path(ATTNLAB_EIGEN_ROOT Eigen/Core PATHS /usr /usr/local /opt/homebrew PATH_SUFFIXES include/eigen3 include
          NO_CMAKE_FIND_ROOT_PATH NO_DEFAULT_PATH REQUIRED)
file(CREATE_LINK "${ATTNLAB_EIGEN_ROOT}/Eigen" "${ATTNLAB_PRIVATE_INCLUDE}/Eigen" SYMBOLIC COPY_ON_ERROR)

add_library(Eigen3::Eigen INTERFACE IMPORTED)
target_include_directories(Eigen3::Eigen SYSTEM INTERFACE "${ATTNLAB_PRIVATE_INCLUDE}")
