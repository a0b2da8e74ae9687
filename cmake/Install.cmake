# `cmake --install`: the library, its headers under include/attnlab/, and the files that find_package(attnlab) reads.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/attnlab")

install(TARGETS attnlab EXPORT attnlab-targets INCLUDES
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" "${CMAKE_INSTALL_INCLUDEDIR}/attnlab")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/src/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/attnlab"
        FILES_MATCHING PATTERN "*.h" PATTERN "reference" EXCLUDE)
install(EXPORT attnlab-targets NAMESPACE attnlab:: DESTINATION "${package_dir}")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/attnlab-config.cmake.in"
                              "${PROJECT_BINARY_DIR}/attnlab-config.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/attnlab-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/attnlab-config.cmake" "${PROJECT_BINARY_DIR}/attnlab-config-version.cmake"
        DESTINATION "${package_dir}")
