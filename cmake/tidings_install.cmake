# SPDX-License-Identifier: BSL-1.0
# Installs tidings::tidings and tidings::asio as the package `tidings`, and the rest as its components: `testing`, `sqlite`,
# `tls`, `http2`, `redis`, `compression`, and `module`.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/tidings")

install(TARGETS tidings tidings_asio EXPORT tidings-targets FILE_SET HEADERS)
install(EXPORT tidings-targets NAMESPACE tidings:: DESTINATION "${package_dir}")
foreach(component IN ITEMS testing sqlite tls http2 redis compression)
    if(TARGET tidings_${component})
        install(TARGETS tidings_${component} EXPORT tidings-${component} FILE_SET HEADERS)
        install(EXPORT tidings-${component} NAMESPACE tidings:: DESTINATION "${package_dir}")
    endif()
endforeach()
if(TARGET tidings_http2)
    install(FILES cmake/Findnghttp2.cmake DESTINATION "${package_dir}")
endif()
if(TARGET tidings_redis)
    install(FILES cmake/Findhiredis.cmake DESTINATION "${package_dir}")
endif()

configure_package_config_file(cmake/tidings-config.cmake.in tidings-config.cmake INSTALL_DESTINATION "${package_dir}")
# While the major version is 0, a minor version may break its users.
write_basic_package_version_file(tidings-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES
    "${CMAKE_CURRENT_BINARY_DIR}/tidings-config.cmake"
    "${CMAKE_CURRENT_BINARY_DIR}/tidings-config-version.cmake"
    DESTINATION "${package_dir}")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATADIR}/licenses/tidings")
