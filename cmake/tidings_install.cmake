# SPDX-License-Identifier: BSL-1.0
# Installs tidings::tidings and tidings::asio as the package `tidings`, and tidings::module, tidings::sqlite,
# tidings::tls, tidings::http2, tidings::compression and tidings::testing as its components `module`, `sqlite`, `tls`,
# `http2`, `compression` and `testing`.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/tidings")

install(TARGETS tidings tidings_asio EXPORT tidings-targets FILE_SET HEADERS)
install(EXPORT tidings-targets NAMESPACE tidings:: DESTINATION "${package_dir}")
install(TARGETS tidings_testing EXPORT tidings-testing FILE_SET HEADERS)
install(EXPORT tidings-testing NAMESPACE tidings:: DESTINATION "${package_dir}")
if(TARGET tidings_sqlite)
    install(TARGETS tidings_sqlite EXPORT tidings-sqlite FILE_SET HEADERS)
    install(EXPORT tidings-sqlite NAMESPACE tidings:: DESTINATION "${package_dir}")
endif()
if(TARGET tidings_tls)
    install(TARGETS tidings_tls EXPORT tidings-tls FILE_SET HEADERS)
    install(EXPORT tidings-tls NAMESPACE tidings:: DESTINATION "${package_dir}")
endif()
if(TARGET tidings_http2)
    install(TARGETS tidings_http2 EXPORT tidings-http2 FILE_SET HEADERS)
    install(EXPORT tidings-http2 NAMESPACE tidings:: DESTINATION "${package_dir}")
    install(FILES cmake/Findnghttp2.cmake DESTINATION "${package_dir}")
endif()
if(TARGET tidings_compression)
    install(TARGETS tidings_compression EXPORT tidings-compression FILE_SET HEADERS)
    install(EXPORT tidings-compression NAMESPACE tidings:: DESTINATION "${package_dir}")
endif()

configure_package_config_file(cmake/tidings-config.cmake.in tidings-config.cmake INSTALL_DESTINATION "${package_dir}")
# While the major version is 0, a minor version may break its users.
write_basic_package_version_file(tidings-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES
    "${CMAKE_CURRENT_BINARY_DIR}/tidings-config.cmake"
    "${CMAKE_CURRENT_BINARY_DIR}/tidings-config-version.cmake"
    DESTINATION "${package_dir}")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATADIR}/licenses/tidings")
